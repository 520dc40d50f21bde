import { expect, it } from 'vitest';
import type { Annotation } from '../../../api/types';
import { notesOf, roomsOf } from './notes';
import type { Point } from './points';

const DAY = 86_400_000;
const JUNE = Date.parse('2026-06-01T00:00:00Z');
const points = [0, 1, 2].map((day) => ({ wall: JUNE + day * DAY, value: 1, isOpen: false, previous: null, previousWall: null }) satisfies Point);
const note = (at: string): Annotation => ({ id: at, at, text: at, created_at: at });

it('stands at the bucket that holds it, by the clock of the site', () => {
  const late = note('2026-06-01T22:30:00Z'); // the second of June in Berlin
  const all = [note('2026-06-02T12:00:00Z'), note('2026-06-01T00:00:00Z'), late, note('2026-05-31T21:59:00Z'), note('2026-06-03T22:00:00Z')];
  const found = notesOf(all, points, JUNE + 3 * DAY, 'Europe/Berlin');
  expect(found.map(({ at, items }) => [at, items.map(({ id }) => id)])).toEqual([
    [0, ['2026-06-01T00:00:00Z']],
    [1, [late.id, '2026-06-02T12:00:00Z']],
  ]);
  expect(notesOf(all, [], JUNE, 'UTC')).toEqual([]);
});

it('has words as far as the next one', () => expect(roomsOf([10, 50, 300], 400)).toEqual([40, 250, 100]));
