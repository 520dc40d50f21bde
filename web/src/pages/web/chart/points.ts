/** What the chart draws: one point for each bucket, with its comparison. */
import type { Timeseries } from '../../../api/types';
import type { Resolved } from '../../../lib/range';
import { wallOf } from '../../../lib/zone';
import type { Metric } from '../metrics';

type Item = Timeseries['items'][number];
export type SeriesAnswer = Timeseries;

export interface Point {
  /** The bucket's start, by the project's clock. */
  wall: number;
  /** Null: it has not begun, or there was nothing to take a rate of. */
  value: number | null;
  /** The bucket is not over. */
  isOpen: boolean;
  previous: number | null;
  previousWall: number | null;
}

export function pointsOf(answer: SeriesAnswer, metric: Metric, range: Resolved): Point[] {
  const items = answer.items;
  const hasPrevious = range.compared !== null;
  return items.map((item, at) => {
    const wall = wallOf(Date.parse(item.bucket), range.zone);
    const next = items[at + 1];
    const end = next ? wallOf(Date.parse(next.bucket), range.zone) : range.to;
    const isFuture = wall > range.now;
    return {
      wall,
      value: isFuture ? null : valueOf(item, metric, ''),
      isOpen: !isFuture && end > range.now,
      previous: hasPrevious ? valueOf(item, metric, 'previous') : null,
      previousWall: hasPrevious ? previousWallOf(item, wall, range) : null,
    };
  });
}

function valueOf(item: Item, metric: Metric, prefix: '' | 'previous'): number | null {
  const field = prefix ? prefix + metric.id.charAt(0).toUpperCase() + metric.id.slice(1) : metric.id;
  const value = (item as unknown as Record<string, unknown>)[field];
  return typeof value === 'number' ? value : null;
}

function previousWallOf(item: Item, wall: number, range: Resolved): number | null {
  const given = (item as unknown as Record<string, unknown>).previousBucket;
  if (typeof given === 'string') return wallOf(Date.parse(given), range.zone);
  return given === null || !range.compared ? null : range.compared.from + (wall - range.from);
}
