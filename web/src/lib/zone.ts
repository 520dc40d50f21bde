/** Wall-clock times of an IANA zone, as numbers: the milliseconds that UTC would have at the same reading of the clock.
    Days and months are added to wall times; instants are what the server is asked. */

const formats = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    const part = 'numeric';
    found = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', era: 'short', year: part, month: part, day: part, hour: part, minute: part, second: part,
    });
    formats.set(zone, found);
  }
  return found;
}

export function wallOf(instant: number, zone: string): number {
  if (zone === 'UTC') return instant;
  const part: Record<string, number> = {};
  for (const { type, value } of clockOf(zone).formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
}

/** The instant at which the zone's clock shows `wall`; the first one where it shows it twice. */
export function instantOf(wall: number, zone: string): number {
  const offset = (instant: number) => wallOf(instant, zone) - instant;
  const before = wall - offset(wall - DAY);
  return wallOf(before, zone) === wall ? before : wall - offset(wall + DAY);
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function midnight(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

/** The same day and time some months later; the month's last day where the month is too short. */
export function plusMonths(wall: number, months: number): number {
  const date = new Date(wall);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(new Date(first).getUTCFullYear(), new Date(first).getUTCMonth() + 1, 0)).getUTCDate();
  return first + (Math.min(date.getUTCDate(), last) - 1) * DAY + (wall - midnight(wall));
}

export function monthStart(wall: number): number {
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

export function yearStart(wall: number): number {
  return Date.UTC(new Date(wall).getUTCFullYear(), 0, 1);
}

/** `2026-10-31`, or `2026-10-31T14:00` where it is not a midnight. */
export function printWall(wall: number): string {
  const iso = new Date(wall).toISOString();
  return wall === midnight(wall) ? iso.slice(0, 10) : iso.slice(0, 16);
}

/** The wall time of a text that `printWall` wrote; null for any other. */
export function parseWall(text: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?$/.exec(text);
  if (!match) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  return printWall(wall).startsWith(text.slice(0, 10)) ? wall : null;
}
