import { expect, it } from 'vitest';
import { pointsOf, sumOf } from './figures';

const DAY = 86_400_000;
const FROM = Date.parse('2026-03-15T10:00:00Z');

it('puts the answers together by bucket, those without logs too', () => {
  const bucket = '2026-03-16 00:00:00';
  const points = pointsOf(
    { data: [{ bucket, total_bytes_sent: '5', total_bytes_received: '7', bytes_total: '12', total_count: '3' }] },
    { data: [{ bucket, total_count: '3', total_errors: '1' }, { bucket: '2026-03-15 00:00:00', total_count: '2', total_errors: '0' }] },
    { data: [{ bucket, max_concurrency: '4', total_count: '3' }] },
    FROM, FROM + 2 * DAY, DAY,
  );
  expect(points.map(({ requests }) => requests)).toEqual([2, 3, 0]);
  expect(sumOf(points)).toEqual({ sent: 5, received: 7, requests: 5, errors: 1, concurrency: 4 });
});

it('takes totals that no number holds exactly', () => {
  const huge = '340282366920938463463374607431768211455';
  const [point] = pointsOf({ data: [{ bucket: '2026-03-15 00:00:00', total_bytes_sent: huge, total_bytes_received: '0', bytes_total: huge, total_count: '1' }] }, { data: [] }, { data: [] }, FROM, FROM + 1, DAY);
  expect(point?.sent).toBeGreaterThan(3.4e38);
});
