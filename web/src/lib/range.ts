/** Ranges: what the address says, which days that means in the project's zone, and what is asked of the server.

    All times here are wall times (zone.ts), but for `now` of `resolve` and what `asked` returns. */
import { DAY, HOUR, instantOf, midnight, monthStart, parseWall, plusMonths, printWall, wallOf, yearStart } from './zone';

export const BUCKETS = ['hour', 'day', 'week', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];

export interface Preset {
  id: string;
  name: string;
  key: string;
  /** A fixed length: it is compared with the same length before, even where it is a whole month. */
  days?: boolean;
}

export const PRESETS: readonly Preset[] = [
  { id: 'today', name: 'Today', key: 'd' },
  { id: 'yesterday', name: 'Yesterday', key: 'e' },
  { id: '24h', name: 'Last 24 hours', key: 'h', days: true },
  { id: '7d', name: 'Last 7 days', key: 'w', days: true },
  { id: '30d', name: 'Last 30 days', key: 'm', days: true },
  { id: '3m', name: 'Last 90 days', key: 'q', days: true },
  { id: '12m', name: 'Last 12 months', key: 'y' },
  { id: 'month', name: 'This month', key: 'n' },
  { id: 'last-month', name: 'Last month', key: 'l' },
  { id: 'year', name: 'This year', key: 'r' },
  { id: 'all', name: 'All time', key: 'a' },
];
export const DEFAULT_PRESET = '30d';

export const COMPARISONS: Readonly<Record<string, string>> = {
  previous: 'Previous period',
  year: 'Year before',
  'year-weekday': 'Year before, same weekdays',
  custom: 'Other days',
  off: 'No comparison',
};

/** What the address says. `from` and `to` are days, both included, or times of day. */
export interface Choice {
  range?: string | null;
  from?: string | null;
  to?: string | null;
  compare?: string | null;
  compareFrom?: string | null;
  compareTo?: string | null;
}

export interface Span {
  from: number;
  /** Not included. */
  to: number;
}

export interface Resolved extends Span {
  preset: string;
  name: string;
  zone: string;
  /** The end of what has happened: `to`, or now where that is earlier. */
  until: number;
  now: number;
  /** Null: all time, or no comparison. `to` answers to `to`, `until` to `until`. */
  compared: (Span & { until: number; mode: string }) | null;
  /** How a step to the period before or after is made: whole months, or a length. */
  unit: { months: number } | { length: number };
}

export function resolve(choice: Choice, zone: string, now: number): Resolved {
  const wall = wallOf(now, zone);
  const named = spanOf(choice, wall - 1); // the end of a day still belongs to it
  const until = Math.max(named.from, Math.min(named.to, wall));
  const base = { ...named, zone, until, now: wall, compared: null };
  return { ...base, compared: comparedWith(base, choice) };
}

type Named = Span & Pick<Resolved, 'preset' | 'name' | 'unit'>;

function spanOf(choice: Choice, now: number): Named {
  const custom = customSpan(choice.from, choice.to);
  if (custom) return { ...custom, preset: 'custom', name: 'Custom', unit: unitOf(custom) };
  const preset = PRESETS.find(({ id }) => id === choice.range) ?? PRESETS.find(({ id }) => id === DEFAULT_PRESET);
  const { id, name, days } = preset as Preset;
  const span = presetSpan(id, now);
  return { ...span, preset: id, name, unit: days ? { length: span.to - span.from } : unitOf(span) };
}

function presetSpan(id: string, now: number): Span {
  const today = midnight(now);
  const tomorrow = today + DAY;
  const hour = Math.floor(now / HOUR) * HOUR + HOUR;
  switch (id) {
    case 'today': return { from: today, to: tomorrow };
    case 'yesterday': return { from: today - DAY, to: today };
    case '24h': return { from: hour - DAY, to: hour };
    case '7d': return { from: tomorrow - 7 * DAY, to: tomorrow };
    case '3m': return { from: tomorrow - 90 * DAY, to: tomorrow };
    case '12m': return { from: plusMonths(monthStart(now), -11), to: plusMonths(monthStart(now), 1) };
    case 'month': return { from: monthStart(now), to: plusMonths(monthStart(now), 1) };
    case 'last-month': return { from: plusMonths(monthStart(now), -1), to: monthStart(now) };
    case 'year': return { from: yearStart(now), to: plusMonths(yearStart(now), 12) };
    case 'all': return { from: 0, to: tomorrow };
    default: return { from: tomorrow - 30 * DAY, to: tomorrow };
  }
}

function customSpan(from: string | null | undefined, to: string | null | undefined): Span | null {
  const start = parseWall(from ?? '');
  const last = parseWall(to ?? '');
  if (start === null || last === null) return null;
  const end = (to ?? '').length === 10 ? last + DAY : last;
  return end > start ? { from: start, to: end } : null;
}

function unitOf(span: Span): Resolved['unit'] {
  const isMonthly = span.from === monthStart(span.from) && span.to === monthStart(span.to);
  if (!isMonthly) return { length: span.to - span.from };
  const [start, end] = [new Date(span.from), new Date(span.to)];
  return { months: (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth() };
}

function moved(wall: number, unit: Resolved['unit'], direction: number): number {
  return 'months' in unit ? plusMonths(wall, direction * unit.months) : wall + direction * unit.length;
}

function comparedWith(base: Resolved, choice: Choice): Resolved['compared'] {
  const mode = choice.compare && Object.hasOwn(COMPARISONS, choice.compare) ? choice.compare : 'previous';
  if (base.preset === 'all' || mode === 'off') return null;
  const back = (wall: number): number => {
    if (mode === 'year') return plusMonths(wall, -12);
    if (mode === 'year-weekday') return wall - 364 * DAY;
    return moved(wall, base.unit, -1);
  };
  const custom = mode === 'custom' ? customSpan(choice.compareFrom, choice.compareTo) : null;
  if (custom) return { ...custom, until: Math.min(custom.to, custom.from + base.until - base.from), mode };
  const to = back(base.to);
  return { from: back(base.from), to, until: Math.min(to, back(base.until)), mode: mode === 'custom' ? 'previous' : mode };
}

/** The choice of the period before (-1) or after (1); null where it would begin in the future. */
export function stepped(range: Resolved, direction: -1 | 1): { from: string; to: string } | null {
  if (range.preset === 'all') return null;
  const span = { from: moved(range.from, range.unit, direction), to: moved(range.to, range.unit, direction) };
  return span.from > range.now ? null : chosen(span);
}

/** What the address says of a span. */
export function chosen(span: Span): { from: string; to: string } {
  const isDays = span.from === midnight(span.from) && span.to === midnight(span.to);
  return { from: printWall(span.from), to: isDays ? printWall(span.to - DAY) : timeOf(span.to) };
}

function timeOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 16);
}

export function bucketsOf(range: Resolved): Bucket[] {
  const days = range.preset === 'all' ? 400 : (range.to - range.from) / DAY;
  const allowed: Record<Bucket, boolean> = { hour: days <= 31, day: days > 1, week: days >= 14, month: days >= 59 };
  return BUCKETS.filter((bucket) => allowed[bucket]);
}

/** The bucket that was asked for where the range allows it, else the one that suits the range. */
export function bucketOf(range: Resolved, wanted: string | null): Bucket {
  const allowed = bucketsOf(range);
  const found = allowed.find((bucket) => bucket === wanted);
  if (found) return found;
  const days = (range.to - range.from) / DAY;
  if (range.preset === 'all') return 'month';
  return days <= 2 ? 'hour' : days <= 100 ? 'day' : days <= 400 ? 'week' : 'month';
}

/** Parameters of a request: `whole` for a chart, which shows the comparison to its end; else both periods end alike. */
export function asked(range: Resolved, whole = false): Record<string, string> {
  const common = { timezone: range.zone };
  if (range.preset === 'all') return { ...common, range: 'all' };
  const instant = (wall: number) => new Date(instantOf(wall, range.zone)).toISOString();
  const end = whole ? range.to : Math.max(range.until, range.from + 60_000);
  const found: Record<string, string> = { ...common, from: instant(range.from), to: instant(end) };
  if (range.compared) {
    found.compare = '1';
    found.compare_from = instant(range.compared.from);
    const until = whole ? range.compared.to : range.compared.until;
    found.compare_to = instant(Math.max(until, range.compared.from + 60_000));
  }
  return found;
}
