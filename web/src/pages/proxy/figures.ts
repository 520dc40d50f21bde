/** The answers of the proxy surface as columns. Its totals are texts, of any size. */
import type { ProxyConcurrency, ProxyRequests, ProxyTraffic } from '../../api/types';

export interface Point {
  /** Start of the bucket, UTC. */
  at: number;
  sent: number;
  received: number;
  requests: number;
  errors: number;
  concurrency: number;
}

/** `2026-03-15 10:00:00`, which is UTC. */
export function instantOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}

/** Every bucket of the range; the answers leave out those without logs. */
export function pointsOf(traffic: ProxyTraffic, requests: ProxyRequests, concurrency: ProxyConcurrency, from: number, to: number, step: number): Point[] {
  const found = new Map<number, Point>();
  for (let at = Math.floor(from / step) * step; at < to; at += step) found.set(at, { at, sent: 0, received: 0, requests: 0, errors: 0, concurrency: 0 });
  const put = (bucket: string, figures: Partial<Point>) => {
    const at = instantOf(bucket);
    const point = found.get(at);
    if (point) found.set(at, { ...point, ...figures });
  };
  for (const one of traffic.data) put(one.bucket, { sent: Number(one.total_bytes_sent), received: Number(one.total_bytes_received) });
  for (const one of requests.data) put(one.bucket, { requests: Number(one.total_count), errors: Number(one.total_errors) });
  for (const one of concurrency.data) put(one.bucket, { concurrency: Number(one.max_concurrency) });
  return [...found.values()];
}

export function sumOf(points: readonly Point[]): Omit<Point, 'at'> {
  const none = { sent: 0, received: 0, requests: 0, errors: 0, concurrency: 0 };
  return points.reduce(
    (sum, one) => ({
      sent: sum.sent + one.sent, received: sum.received + one.received, requests: sum.requests + one.requests, errors: sum.errors + one.errors,
      concurrency: Math.max(sum.concurrency, one.concurrency),
    }),
    none,
  );
}
