import { expect, it } from 'vitest';
import type { Annotation } from '../../../api/types';
import { notesOf, flagsOf } from './notes';
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

it('is part of the flag before it where there is no room for another, and points to the left at the end', () => {
  const notes = [10, 20, 100, 395].map((at) => ({ at, items: [note(String(at))] }));
  const flags = flagsOf(notes, (at) => at, 400).map(({ x, room, lines, flipped }) => [x, room, lines.length, flipped]);
  expect(flags).toEqual([[10, 58, 2, false], [100, 239, 1, false], [395, 0, 1, true]]);
});

it('waits for the width of the chart', () => {
  const notes = [10, 20].map((at) => ({ at, items: [note(String(at))] }));
  expect(flagsOf(notes, () => 0, 0)).toEqual([]);
});
