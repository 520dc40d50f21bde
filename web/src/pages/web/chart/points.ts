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

/** Round steps from zero to above the largest value: four to six of them. */
export function steps(largest: number, isShare = false): number[] {
  const top = largest > 0 ? largest : isShare ? 1 : 4;
  const rough = top / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999 && (isShare || top < 4 || Number.isInteger(size) || size < 1)) ?? 10 * power;
  const whole = !isShare && Number.isInteger(largest) ? Math.max(1, Math.ceil(step)) : step;
  const found: number[] = [];
  for (let at = 0; at <= Math.ceil(top / whole - 1e-9); at++) found.push(Number((at * whole).toPrecision(12)));
  return found;
}

/** Buckets that carry a label: the first, the last, and some between, as many as there is room for. */
export function labelled(length: number, most: number): number[] {
  if (length <= 1) return length ? [0] : [];
  const every = Math.max(1, Math.ceil((length - 1) / Math.max(1, most - 1)));
  const found: number[] = [];
  for (let at = 0; at < length - 1 - every * 0.6; at += every) found.push(at);
  return [...found, length - 1];
}
