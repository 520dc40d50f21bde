/** The answer of the network surface as what a page shows: every bucket of the range, sums, and groups by their sums. */
import type { NetworkKeys } from '../../api/types';

export const MINUTE = 60_000;

export interface Range {
  id: 'daily' | 'weekly';
  name: string;
  length: number;
  /** Of a bucket. */
  step: number;
}

export const RANGES: readonly Range[] = [
  { id: 'daily', name: 'Last 24 hours', length: 24 * 60 * MINUTE, step: 15 * MINUTE },
  { id: 'weekly', name: 'Last 7 days', length: 7 * 24 * 60 * MINUTE, step: 60 * MINUTE },
];

export type Measure = 'requests' | 'visits' | 'bytes';

export interface Point {
  at: number;
  requests: number;
  visits: number;
  bytes: number;
}

/** Every bucket from the one that the range begins in to the one of `now`; the answer leaves out those without requests. */
export function pointsOf(answer: NetworkKeys, range: Range, now: number): Point[] {
  const known = new Map(answer.visits.map((point) => [Date.parse(point.date), point]));
  const first = Math.floor((now - range.length) / range.step) * range.step;
  const points: Point[] = [];
  for (let at = first; at <= now; at += range.step) {
    const { requests = 0, visits = 0, bytes = 0 } = known.get(at) ?? {};
    points.push({ at, requests, visits, bytes });
  }
  return points;
}

export interface Group {
  label: string;
  requests: number;
  bytes: number;
}

/** The groups of a key, most of the measure first; ties by label. Visits of buckets don't add up to visits of the range. */
export function groupsOf(points: readonly { type: string; requests: number; bytes: number }[], measure: 'requests' | 'bytes'): Group[] {
  const found = new Map<string, Group>();
  for (const { type, requests, bytes } of points) {
    const group = found.get(type) ?? { label: type, requests: 0, bytes: 0 };
    found.set(type, { ...group, requests: group.requests + requests, bytes: group.bytes + bytes });
  }
  return [...found.values()].sort((one, other) => other[measure] - one[measure] || (one.label < other.label ? -1 : 1));
}

export function total(points: readonly Point[], measure: 'requests' | 'bytes'): number {
  return points.reduce((sum, point) => sum + point[measure], 0);
}
