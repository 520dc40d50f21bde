import { describe, expect, it } from 'vitest';
import { asked, bucketOf, bucketsOf, resolve, stepped, type Choice } from './range';
import { printWall } from './zone';

const NOW = Date.parse('2026-11-27T13:05:00Z'); // Friday, 14:05 in Berlin
const shown = (choice: Choice, zone = 'Europe/Berlin') => {
  const { from, to, until, compared } = resolve(choice, zone, NOW);
  return [from, to, until, ...(compared ? [compared.from, compared.to, compared.until] : [])].map(printWall).join(' ');
};

describe('resolve', () => {
  it.each<[string, string]>([
    ['today', '2026-11-27 2026-11-28 2026-11-27T14:05 2026-11-26 2026-11-27 2026-11-26T14:05'],
    ['yesterday', '2026-11-26 2026-11-27 2026-11-27 2026-11-25 2026-11-26 2026-11-26'],
    ['24h', '2026-11-26T15:00 2026-11-27T15:00 2026-11-27T14:05 2026-11-25T15:00 2026-11-26T15:00 2026-11-26T14:05'],
    ['7d', '2026-11-21 2026-11-28 2026-11-27T14:05 2026-11-14 2026-11-21 2026-11-20T14:05'],
    ['30d', '2026-10-29 2026-11-28 2026-11-27T14:05 2026-09-29 2026-10-29 2026-10-28T14:05'],
    ['month', '2026-11-01 2026-12-01 2026-11-27T14:05 2026-10-01 2026-11-01 2026-10-27T14:05'],
    ['last-month', '2026-10-01 2026-11-01 2026-11-01 2026-09-01 2026-10-01 2026-10-01'],
    ['year', '2026-01-01 2027-01-01 2026-11-27T14:05 2025-01-01 2026-01-01 2025-11-27T14:05'],
    ['12m', '2025-12-01 2026-12-01 2026-11-27T14:05 2024-12-01 2025-12-01 2025-11-27T14:05'],
  ])('%s', (range, expected) => expect(shown({ range })).toBe(expected));

  it('compares 30 days with 30 days, also where they are a whole month', () => {
    const { from, to, compared } = resolve({ range: '30d' }, 'UTC', Date.parse('2026-11-30T12:00:00Z'));
    expect([from, to, compared?.from, compared?.to].map((wall) => printWall(wall ?? 0))).toEqual(['2026-11-01', '2026-12-01', '2026-10-02', '2026-11-01']);
  });

  it('takes days of the zone', () => {
    expect(shown({ range: 'today' }, 'Pacific/Auckland')).toMatch(/^2026-11-28 2026-11-29 2026-11-28T02:05/);
  });

  it('compares with the period before where the address makes no sense', () => {
    for (const compare of ['x', '__proto__', 'constructor', '']) expect(resolve({ compare }, 'UTC', NOW).compared?.mode).toBe('previous');
  });

  it('falls back to 30 days where the address makes no sense', () => {
    for (const choice of [{}, { range: 'x' }, { from: '2026-02-30', to: '2026-03-01' }, { from: '2026-03-02', to: '2026-03-01' }])
      expect(resolve(choice, 'UTC', NOW).preset).toBe('30d');
  });

  it('compares as asked', () => {
    const days = { from: '2026-11-02', to: '2026-11-08' };
    expect(shown({ ...days, compare: 'off' })).toBe('2026-11-02 2026-11-09 2026-11-09');
    expect(shown({ ...days, compare: 'year' })).toMatch(/2025-11-02 2025-11-09 2025-11-09$/);
    expect(shown({ ...days, compare: 'year-weekday' })).toMatch(/2025-11-03 2025-11-10 2025-11-10$/);
    expect(shown({ ...days, compare: 'custom', compareFrom: '2026-01-01', compareTo: '2026-01-02' })).toMatch(/2026-01-01 2026-01-03 2026-01-03$/);
    expect(resolve({ range: 'all' }, 'UTC', NOW).compared).toBeNull();
  });
});

describe('stepped', () => {
  const step = (choice: Choice, direction: -1 | 1) => stepped(resolve(choice, 'Europe/Berlin', NOW), direction);
  it.each<[Choice, -1 | 1, ReturnType<typeof step>]>([
    [{ range: '7d' }, -1, { from: '2026-11-14', to: '2026-11-20' }],
    [{ range: '7d' }, 1, null],
    [{ range: 'month' }, -1, { from: '2026-10-01', to: '2026-10-31' }],
    [{ from: '2026-02-01', to: '2026-02-28' }, -1, { from: '2026-01-01', to: '2026-01-31' }],
    [{ from: '2026-01-01', to: '2026-01-31' }, 1, { from: '2026-02-01', to: '2026-02-28' }],
    [{ range: '24h' }, -1, { from: '2026-11-25T15:00', to: '2026-11-26T15:00' }],
    [{ range: 'all' }, -1, null],
  ])('%j by %i', (choice, direction, expected) => expect(step(choice, direction)).toEqual(expected));
});

describe('asked', () => {
  it('ends both periods alike, and the chart’s with their buckets', () => {
    const range = resolve({ range: '7d' }, 'Europe/Berlin', NOW);
    expect(asked(range)).toEqual({
      timezone: 'Europe/Berlin', compare: '1', from: '2026-11-20T23:00:00.000Z', to: '2026-11-27T13:05:00.000Z',
      compare_from: '2026-11-13T23:00:00.000Z', compare_to: '2026-11-20T13:05:00.000Z',
    });
    expect(asked(range, true)).toMatchObject({ to: '2026-11-27T23:00:00.000Z', compare_to: '2026-11-20T23:00:00.000Z' });
    expect(asked(resolve({ range: 'all' }, 'UTC', NOW))).toEqual({ timezone: 'UTC', range: 'all' });
  });
});

describe('buckets', () => {
  it.each<[Choice, string[], string]>([
    [{ range: 'today' }, ['hour'], 'hour'],
    [{ range: '7d' }, ['hour', 'day'], 'day'],
    [{ range: '30d' }, ['hour', 'day', 'week'], 'day'],
    [{ range: '12m' }, ['day', 'week', 'month'], 'week'],
    [{ range: 'all' }, ['day', 'week', 'month'], 'month'],
  ])('%j', (choice, allowed, usual) => {
    const range = resolve(choice, 'UTC', NOW);
    expect([bucketsOf(range), bucketOf(range, null), bucketOf(range, 'century')]).toEqual([allowed, usual, usual]);
  });
});
