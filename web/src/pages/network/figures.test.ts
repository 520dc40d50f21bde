import { expect, it } from 'vitest';
import type { NetworkKeys } from '../../api/types';
import { groupsOf, pointsOf, RANGES, total, type Range } from './figures';

const NOW = Date.parse('2026-11-27T13:05:00Z');
const none = { countries: [], devices: [], os: [], browsers: [], protocols: [], methods: [], paths: [], referers: [], providers: [] };
const answer = (...dates: string[]): NetworkKeys => ({ ...none, visits: dates.map((date) => ({ date, visits: 1, requests: 2, bytes: 10 })) });

it('has every bucket, those without requests too', () => {
  const [daily, weekly] = RANGES as [Range, Range];
  const points = pointsOf(answer('2026-11-27T13:00:00Z', '2026-11-26T13:00:00Z'), daily, NOW);
  expect(points).toHaveLength(97);
  expect([points[0]?.requests, points[1]?.requests, points.at(-1)?.requests]).toEqual([2, 0, 2]);
  expect(total(points, 'bytes')).toBe(20);
  expect(pointsOf(answer(), weekly, NOW)).toHaveLength(169);
});

it('adds up groups, the largest first', () => {
  const points = [{ type: 'b', requests: 1, bytes: 9 }, { type: 'a', requests: 1, bytes: 1 }, { type: 'c', requests: 2, bytes: 1 }, { type: 'c', requests: 3, bytes: 1 }];
  expect(groupsOf(points, 'requests').map(({ label }) => label).join('')).toBe('cab');
  expect(groupsOf(points, 'bytes')[0]).toEqual({ label: 'b', requests: 1, bytes: 9 });
});
