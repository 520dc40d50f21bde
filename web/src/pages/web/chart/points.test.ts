import { describe, expect, it } from 'vitest';
import { resolve } from '../../../lib/range';
import { METRICS, metricOf } from '../metrics';
import { labelled, steps } from '../../../parts/chart/scale';
import { pointsOf, type SeriesAnswer } from './points';

describe('steps', () => {
  it.each<[number, boolean, number[]]>([
    [4650, false, [0, 1000, 2000, 3000, 4000, 5000]],
    [0, false, [0, 1, 2, 3, 4]],
    [1, false, [0, 1]],
    [3, false, [0, 1, 2, 3]],
    [7, false, [0, 2, 4, 6, 8]],
    [120, false, [0, 25, 50, 75, 100, 125]],
    [0.42, true, [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
  ])('%f', (largest, isShare, expected) => expect(steps(largest, isShare)).toEqual(expected));

  it('always starts at zero and covers the largest', () => {
    for (const largest of [0.01, 2, 9, 11, 99, 101, 1234, 99_999, 1e7]) {
      const found = steps(largest);
      expect(found[0]).toBe(0);
      expect(found.at(-1)).toBeGreaterThanOrEqual(largest);
      expect(found.length).toBeLessThanOrEqual(7);
    }
  });
});

describe('labelled', () => {
  it.each<[number, number, number[]]>([
    [0, 5, []],
    [1, 5, [0]],
    [2, 5, [0, 1]],
    [28, 10, [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]],
    [30, 4, [0, 10, 20, 29]],
  ])('%i buckets, %i labels', (length, most, expected) => expect(labelled(length, most)).toEqual(expected));
});

it('ends the line at now, and keeps the comparison whole', () => {
  const range = resolve({ range: '7d' }, 'UTC', Date.parse('2026-06-11T10:00:00Z'));
  const items = Array.from({ length: 7 }, (_, day) => ({
    bucket: new Date(range.from + day * 86_400_000).toISOString(), pageviews: day, visitors: day, sessions: day,
    previousPageviews: 9, previousVisitors: 9, previousSessions: 9,
  }));
  const points = pointsOf({ items, bucket: 'day' } as SeriesAnswer, metricOf('visitors'), range);
  expect(points.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(points.map(({ isOpen }) => isOpen).lastIndexOf(false)).toBe(5);
  expect(points[6]).toMatchObject({ isOpen: true, previous: 9, previousWall: range.from - 86_400_000 });
  expect(METRICS).toHaveLength(6);
});
