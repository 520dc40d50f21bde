/** The tiles: each a figure of the range, and what the chart can show. */
import type { Meaning } from '../../lib/change';
import { count, duration, durationParts, percent, ratio, short, type Part } from '../../lib/numbers';

export interface Metric {
  id: 'visitors' | 'sessions' | 'pageviews' | 'viewsPerSession' | 'bounceRate' | 'avgDurationSec';
  name: string;
  /** On a phone. */
  brief?: string;
  meaning: Meaning;
  /** The change is the difference of two rates. */
  points?: boolean;
  text(value: number | null | undefined): string;
  parts(value: number | null | undefined): Part[];
  /** On the axis of the chart. */
  tick(value: number): string;
  key: string;
}

const whole = (value: number | null | undefined): Part[] => [{ figure: count(value), unit: '' }];

export const METRICS: readonly Metric[] = [
  { id: 'visitors', name: 'Visitors', meaning: 'more-is-better', text: count, parts: whole, tick: short, key: '1' },
  { id: 'sessions', name: 'Sessions', meaning: 'more-is-better', text: count, parts: whole, tick: short, key: '2' },
  { id: 'pageviews', name: 'Pageviews', meaning: 'more-is-better', text: count, parts: whole, tick: short, key: '3' },
  {
    id: 'viewsPerSession', name: 'Views per session', brief: 'Views / session', meaning: 'more-is-better', text: ratio, tick: short, key: '4',
    parts: (value) => [{ figure: ratio(value), unit: '' }],
  },
  {
    id: 'bounceRate', name: 'Bounce rate', meaning: 'less-is-better', points: true, text: percent, key: '5',
    tick: (value) => percent(value, 0),
    parts: (value) => {
      const [figure = '', unit = ''] = percent(value).split('\u202f');
      return [{ figure, unit }];
    },
  },
  {
    id: 'avgDurationSec', name: 'Session duration', brief: 'Duration', meaning: 'more-is-better', text: duration, parts: durationParts, key: '6',
    tick: (value) => duration(value),
  },
];

export function metricOf(id: string | null): Metric {
  return METRICS.find((metric) => metric.id === id) ?? (METRICS[0] as Metric);
}
