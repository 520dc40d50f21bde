import { expect, it } from 'vitest';
import type { EndpointFigures } from '../../api/types';
import { errorShare, found, line, orderOf, scaleOf, sorted, visible } from './endpoints';

const row = (endpoint: string, more: Partial<EndpointFigures> = {}): EndpointFigures => ({
  endpoint, method: 'GET', hit_count: 1, unique_users: 1, statuses: { '1xx': 0, '2xx': 1, '3xx': 0, '4xx': 0, '5xx': 0 }, p50_ms: null, p95_ms: null, p99_ms: null,
  bytes: null, first_access: '2026-01-01T00:00:00Z', last_access: '2026-01-01T00:00:00Z', trend: null, ...more,
});
const paths = (rows: readonly EndpointFigures[]) => rows.map(({ endpoint }) => endpoint).join(' ');

it('sorts, with what is not known at the end either way', () => {
  const rows = [row('/b', { p95_ms: 5 }), row('/a'), row('/c', { p95_ms: 9, hit_count: 3 })];
  expect(paths(sorted(rows, 'p95', false))).toBe('/c /b /a');
  expect(paths(sorted(rows, 'p95', true))).toBe('/b /c /a');
  expect(paths(sorted(rows, 'path', false))).toBe('/a /b /c');
  expect(paths(sorted(rows, 'path', true))).toBe('/c /b /a');
  expect(paths(sorted(rows, 'hits', false))).toBe('/c /b /a');
  expect([orderOf('errors'), orderOf('__proto__'), orderOf(null)]).toEqual(['errors', 'hits', 'hits']);
});

it('finds by words of method and path', () => {
  const rows = [row('/v2/cart', { method: 'POST' }), row('/v2/cart'), row('/v1/cart')];
  expect(found(rows, 'post CART')).toHaveLength(1);
  expect(found(rows, ' ')).toHaveLength(3);
  expect(found(rows, '.*')).toHaveLength(0);
});

it('takes errors of requests that have a status', () => {
  expect(errorShare(row('/', { hit_count: 9, statuses: { '1xx': 0, '2xx': 2, '3xx': 0, '4xx': 1, '5xx': 1 } }))).toBe(0.5);
  expect(errorShare(row('/', { statuses: { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 } }))).toBeNull();
});

it('draws the rows that a window shows, whatever it is scrolled to', () => {
  expect(visible(10_000, 40, 0, 400)).toEqual({ from: 0, to: 18 });
  expect(visible(10_000, 40, 40_000, 400)).toEqual({ from: 992, to: 1018 });
  expect(visible(10_000, 40, 400_000, 400)).toEqual({ from: 9992, to: 10_000 });
  expect(visible(0, 40, 0, 400)).toEqual({ from: 0, to: 0 });
  expect(visible(3, 40, 90_000, 400)).toEqual({ from: 0, to: 3 });
});

it('places durations on one logarithmic scale', () => {
  const scale = scaleOf([row('/a', { p50_ms: 1, p99_ms: 100 }), row('/b', { p50_ms: 10, p99_ms: 10 })]);
  expect([1, 10, 100, null, 0].map((value) => scale.place(value))).toEqual([0, 0.5, 1, null, null]);
  expect(scaleOf([row('/a')]).place(5)).toBeNull();
  expect(scaleOf([row('/a', { p50_ms: 5, p99_ms: 5 })]).place(5)).toBe(0.5);
  expect(line([0, 2])).toBe('M0.00 96.00L100.00 4.00');
});
