/** The tiles of the API page: each a figure of the range, and what the chart's columns show. */
import type { RequestFigures } from '../../api/types';
import type { Meaning } from '../../lib/change';
import { bytes, bytesParts, count, milliseconds, percent, short, type Part } from '../../lib/numbers';

export const STATUSES = ['2xx', '3xx', '4xx', '5xx'] as const;
export type Status = (typeof STATUSES)[number];

export interface Metric {
  id: string;
  name: string;
  brief?: string;
  meaning: Meaning;
  points?: boolean;
  of(figures: RequestFigures): number | null;
  text(value: number | null): string;
  parts(value: number | null): Part[];
  tick(value: number): string;
  /** Status classes that the chart stacks; none: one column of the figure itself. */
  stacks: readonly Status[];
  key: string;
}

/** Requests that have a status. */
export function answered(figures: Pick<RequestFigures, 'statuses'>): number {
  return Object.values(figures.statuses).reduce((sum, one) => sum + one, 0);
}

export function share(figures: Pick<RequestFigures, 'statuses'>, ...classes: Status[]): number | null {
  const all = answered(figures);
  return all ? classes.reduce((sum, one) => sum + figures.statuses[one], 0) / all : null;
}

const whole = (value: number | null): Part[] => [{ figure: count(value), unit: '' }];
const split = (text: string): Part[] => {
  const [figure = '', unit = ''] = text.split('\u202f');
  return [{ figure, unit }];
};
const rate = (value: number | null) => percent(value, 2);

export const METRICS: readonly Metric[] = [
  { id: 'requests', name: 'Requests', meaning: 'more-is-better', of: (one) => one.hit_count, text: count, parts: whole, tick: short, stacks: STATUSES, key: '1' },
  { id: 'users', name: 'Users', meaning: 'more-is-better', of: (one) => one.unique_users, text: count, parts: whole, tick: short, stacks: [], key: '2' },
  {
    id: 'client-errors', name: 'Client errors', brief: 'Client err.', meaning: 'less-is-better', points: true, of: (one) => share(one, '4xx'), text: rate, parts: (value) => split(rate(value)),
    tick: short, stacks: ['4xx'], key: '3',
  },
  {
    id: 'server-errors', name: 'Server errors', brief: 'Server err.', meaning: 'less-is-better', points: true, of: (one) => share(one, '5xx'), text: rate, parts: (value) => split(rate(value)),
    tick: short, stacks: ['5xx'], key: '4',
  },
  {
    id: 'duration', name: 'Duration, p95', brief: 'p95', meaning: 'less-is-better', of: (one) => one.p95_ms, text: milliseconds, parts: (value) => split(milliseconds(value)),
    tick: milliseconds, stacks: [], key: '5',
  },
  { id: 'bytes', name: 'Bytes sent', brief: 'Sent', meaning: 'neither', of: (one) => one.bytes, text: bytes, parts: bytesParts, tick: bytes, stacks: [], key: '6' },
];

export function metricOf(id: string | null): Metric {
  return METRICS.find((metric) => metric.id === id) ?? (METRICS[0] as Metric);
}
