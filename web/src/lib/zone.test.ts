import { describe, expect, it } from 'vitest';
import { instantOf, parseWall, plusMonths, printWall, wallOf } from './zone';

const at = (iso: string) => Date.parse(iso);

describe('zones', () => {
  it.each([
    ['UTC', '2026-06-11T10:00:00Z', '2026-06-11T10:00'],
    ['Europe/Bucharest', '2026-06-10T21:00:00Z', '2026-06-11'],
    ['Europe/Berlin', '2026-12-31T23:30:00Z', '2027-01-01T00:30'],
    ['America/New_York', '2026-03-08T07:00:00Z', '2026-03-08T03:00'],
    ['Asia/Kathmandu', '2026-06-11T18:15:00Z', '2026-06-12'],
    ['Pacific/Apia', '2026-06-11T11:00:00Z', '2026-06-12'],
  ])('%s: %s is %s, and back', (zone, instant, wall) => {
    expect(printWall(wallOf(at(instant), zone))).toBe(wall);
    expect(new Date(instantOf(parseWall(wall) ?? 0, zone)).toISOString()).toBe(new Date(instant).toISOString());
  });

  it('takes the first of two equal readings, and the hour after a gap', () => {
    expect(instantOf(parseWall('2026-10-25T02:30') ?? 0, 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'));
    const inGap = instantOf(parseWall('2026-03-29T02:30') ?? 0, 'Europe/Berlin');
    expect([at('2026-03-29T00:30:00Z'), at('2026-03-29T01:30:00Z')]).toContain(inGap);
  });

  it('keeps milliseconds', () => expect(wallOf(at('2026-06-11T10:00:00.123Z'), 'Europe/Berlin') % 1000).toBe(123));
});

describe('calendar', () => {
  it.each([
    ['2026-03-31', -1, '2026-02-28'],
    ['2024-02-29', -12, '2023-02-28'],
    ['2026-01-15T08:30', -1, '2025-12-15T08:30'],
    ['2026-11-01', 2, '2027-01-01'],
  ])('%s plus %i months is %s', (from, months, to) => {
    expect(printWall(plusMonths(parseWall(from) ?? 0, months))).toBe(to);
  });

  it.each(['2026-02-30', '2026-13-01', 'yesterday', '2026-1-1', ''])('%j is no day', (text) => expect(parseWall(text)).toBeNull());
});
