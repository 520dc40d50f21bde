/** Dates in the reader's locale. Wall times (zone.ts) are shown as they are: their zone is the project's already. */
import type { Bucket, Resolved, Span } from './range';
import { locale } from './numbers';
import { DAY, HOUR, midnight } from './zone';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    formats.set(key, found);
  }
  return found;
}

const DAY_MONTH = { day: 'numeric', month: 'short' } as const;
const TIME = { hour: '2-digit', minute: '2-digit' } as const;
const yearOf = (wall: number) => new Date(wall).getUTCFullYear();

/** `31 Oct – 27 Nov`; with the year where it is not this one. */
export function spanText(span: Span, now: number): string {
  const isDays = span.from === midnight(span.from) && span.to === midnight(span.to);
  const year = yearOf(span.from) === yearOf(now) && yearOf(span.to - 1) === yearOf(now) ? {} : ({ year: 'numeric' } as const);
  const parts = isDays ? { ...DAY_MONTH, ...year } : { ...DAY_MONTH, ...year, ...TIME };
  return format(parts).formatRange(span.from, isDays ? span.to - DAY : span.to);
}

/** `Last 30 days`, or the days where the range has no name. */
export function rangeText(range: Resolved): string {
  return range.preset === 'custom' ? spanText(range, range.now) : range.name;
}

/** Beneath a chart. */
export function tickText(wall: number, bucket: Bucket, range: { from: number; to: number }): string {
  if (bucket === 'month') return format({ month: 'short', year: '2-digit' }).format(wall);
  const isShort = range.to - range.from <= 2 * DAY;
  if (bucket === 'hour' && isShort) return format(TIME).format(wall);
  return format(yearOf(range.from) === yearOf(range.to - 1) ? DAY_MONTH : { ...DAY_MONTH, year: '2-digit' }).format(wall);
}

/** On a chart's hover label: with the weekday. */
export function bucketText(wall: number, bucket: Bucket, now: number): string {
  const year = yearOf(wall) === yearOf(now) ? {} : ({ year: 'numeric' } as const);
  if (bucket === 'month') return format({ month: 'long', year: 'numeric' }).format(wall);
  if (bucket === 'week') return format({ ...DAY_MONTH, ...year }).formatRange(wall, wall + 6 * DAY);
  const day = format({ weekday: 'short', ...DAY_MONTH, ...year }).format(wall);
  return bucket === 'day' ? day : `${day}, ${format(TIME).formatRange(wall, wall + HOUR)}`;
}

/** A day, with the time where it is not a midnight. */
export function whenText(wall: number, now: number): string {
  const day = bucketText(wall, 'day', now);
  return wall === midnight(wall) ? day : `${day}, ${timeText(wall)}`;
}

export function dayText(wall: number): string {
  return format({ day: 'numeric', month: 'long', year: 'numeric' }).format(wall);
}

/** `27 Nov 2026`. */
export function dateText(wall: number): string {
  return format({ ...DAY_MONTH, year: 'numeric' }).format(wall);
}

/** `27 Nov, 14:05:09`. */
export function momentText(wall: number): string {
  return format({ ...DAY_MONTH, ...TIME, second: '2-digit' }).format(wall);
}

export function timeText(wall: number): string {
  return format(TIME).format(wall);
}

export function monthText(wall: number): string {
  return format({ month: 'long', year: 'numeric' }).format(wall);
}

/** Monday to Sunday, as short as the locale has them. */
export function weekdays(): string[] {
  const monday = Date.UTC(2026, 0, 5);
  return Array.from({ length: 7 }, (_, day) => format({ weekday: 'short' }).format(monday + day * DAY));
}
