/** The table of endpoints: what it sorts by, what it finds, which rows it draws, and the scale of its durations. */
import type { EndpointFigures } from '../../api/types';
import { share } from './metrics';

export type Order = 'path' | 'hits' | 'users' | 'errors' | 'p50' | 'p95' | 'p99' | 'first' | 'last';

const VALUES: Readonly<Record<Order, (row: EndpointFigures) => number | string | null>> = {
  path: (row) => row.endpoint,
  hits: (row) => row.hit_count,
  users: (row) => row.unique_users,
  errors: errorShare,
  p50: (row) => row.p50_ms,
  p95: (row) => row.p95_ms,
  p99: (row) => row.p99_ms,
  first: (row) => row.first_access,
  last: (row) => row.last_access,
};

export function errorShare(row: EndpointFigures): number | null {
  return share(row, '4xx', '5xx');
}

export function orderOf(text: string | null): Order {
  return text !== null && Object.hasOwn(VALUES, text) ? (text as Order) : 'hits';
}

/** Paths begin with a, all else with the most. What is not known comes last either way. */
export function sorted(rows: readonly EndpointFigures[], order: Order, isReversed: boolean): EndpointFigures[] {
  const of = VALUES[order];
  const sign = (order === 'path') === isReversed ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [of(one), of(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return (a < b ? -1 : a > b ? 1 : 0) * sign;
  });
}

export function found(rows: readonly EndpointFigures[], search: string): EndpointFigures[] {
  const words = search.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ endpoint, method }) => words.every((word) => `${method} ${endpoint}`.toLocaleLowerCase().includes(word)));
}

/** The rows that a window of `height` shows when it is scrolled to `top`, and some on both sides. */
export function visible(total: number, row: number, top: number, height: number, more = 8): { from: number; to: number } {
  const from = Math.max(0, Math.min(total, Math.floor(top / row)) - more);
  return { from, to: Math.max(from, Math.min(total, Math.ceil((top + height) / row) + more)) };
}

/** Places of durations on one logarithmic scale over all rows, 0 to 1; null where there is no duration. */
export function scaleOf(rows: readonly EndpointFigures[]): { place(value: number | null): number | null; least: number; most: number } {
  const known = rows.flatMap(({ p50_ms, p99_ms }) => [p50_ms, p99_ms]).filter((value): value is number => value !== null && value > 0);
  const least = known.reduce((low, value) => Math.min(low, value), Infinity);
  const most = known.reduce((high, value) => Math.max(high, value), 0);
  const width = Math.log(most / least);
  return {
    least, most,
    place: (value) => (value === null || value <= 0 || !known.length ? null : width > 0 ? Math.log(value / least) / width : 0.5),
  };
}

/** A line over a box of 100 × 100, from zero. */
export function line(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  const x = (at: number) => ((at / Math.max(1, values.length - 1)) * 100).toFixed(2);
  return `M${values.map((value, at) => `${x(at)} ${(96 - (value / most) * 92).toFixed(2)}`).join('L')}`;
}
