/**
 * What happens now, as the server streams it; where it can't stream, it is asked every ten seconds instead. A page that
 * is hidden, or kept by the browser to come back to, lets go of its stream: over HTTP/1.1 a browser has six connections
 * to a server, for all of its tabs.
 */
import { get, segment, urlOf, type Params } from '../../../api/request';
import type { RecentEvent } from '../../../api/types';
import { session } from '../../../app/session.svelte';

export interface Now {
  visitors: number;
  pages: { path: string; visitors: number }[];
  minutes: number[];
}

const KEPT = 50;
const POLL_MS = 10_000;
const WINDOW_MS = 1_800_000;
const MINUTE = 60_000;

export class LiveStream {
  now = $state.raw<Now>();
  events = $state.raw<readonly RecentEvent[]>([]);
  streaming = $state(false);
  /** Events that came after the first answer: they arrive with a tint. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());

  /** Null: nothing is to be asked. */
  constructor(ask: () => { slug: string; params: Params } | null) {
    $effect(() => {
      const asked = ask();
      return asked ? this.follow(`/api/web-events/${segment(asked.slug)}`, asked.params) : undefined;
    });
  }

  private follow(base: string, params: Params): () => void {
    this.events = [];
    let stop: (() => void) | undefined;
    const pause = () => {
      stop?.();
      stop = undefined;
    };
    const look = () => {
      if (document.hidden) pause();
      else stop ??= this.listen(base, params);
    };
    document.addEventListener('visibilitychange', look);
    addEventListener('pagehide', pause);
    addEventListener('pageshow', look);
    look();
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('pagehide', pause);
      removeEventListener('pageshow', look);
      pause();
    };
  }

  private listen(base: string, params: Params): () => void {
    let timer = 0;
    let isFirst = true;
    const source = new EventSource(urlOf(`${base}/live`, params));
    const poll = () => {
      source.close();
      this.streaming = false;
      const ask = () => void this.poll(base, params).catch(() => undefined); // the next turn asks again
      ask();
      timer = window.setInterval(ask, POLL_MS);
    };
    source.addEventListener('open', () => (this.streaming = true));
    source.addEventListener('now', (event) => (this.now = JSON.parse(event.data as string) as Now));
    source.addEventListener('events', (event) => {
      this.take((JSON.parse(event.data as string) as { items: RecentEvent[] }).items, isFirst);
      isFirst = false;
    });
    source.addEventListener('end', (event) => {
      source.close();
      this.streaming = false;
      if ((JSON.parse(event.data as string) as { reason: string }).reason === 'signed-out') void session.load();
      else timer = window.setTimeout(poll, POLL_MS);
    });
    source.addEventListener('error', () => {
      this.streaming = false;
      if (source.readyState === EventSource.CLOSED) poll(); // refused: too many streams, or no such endpoint
    });
    return () => {
      source.close();
      clearInterval(timer);
      this.streaming = false;
    };
  }

  private take(items: readonly RecentEvent[], isFirst: boolean): void {
    const known = new Set(this.events.map(({ id }) => id));
    const added = items.filter(({ id }) => !known.has(id));
    if (!added.length) return;
    this.fresh = new Set(isFirst ? [] : added.map(({ id }) => id));
    this.events = [...added, ...this.events].slice(0, KEPT);
  }

  private async poll(base: string, params: Params): Promise<void> {
    const found = await get<{ items: RecentEvent[]; active_visitors: number }>(`${base}/recent-events`, { ...params, windowMs: WINDOW_MS, limit: 500 });
    const at = Date.now();
    const of = (from: number, to: number) => new Set(found.items.filter(({ timestamp }) => at - Date.parse(timestamp) >= from && at - Date.parse(timestamp) < to).map((item) => item.visitor_id)).size;
    const minutes = Array.from({ length: 30 }, (_, minute) => of((29 - minute) * MINUTE, (30 - minute) * MINUTE));
    this.now = { visitors: of(0, 5 * MINUTE), pages: pagesOf(found.items, at), minutes };
    this.take(found.items.slice(0, KEPT), this.events.length === 0);
  }
}

/** Where each visitor of the last five minutes is. */
function pagesOf(items: readonly RecentEvent[], at: number): Now['pages'] {
  const latest = new Map<string, string>();
  for (const item of items)
    if (item.event_type === 'pageview' && at - Date.parse(item.timestamp) < 5 * MINUTE && !latest.has(item.visitor_id ?? item.id)) latest.set(item.visitor_id ?? item.id, item.path);
  const visitors = new Map<string, number>();
  for (const path of latest.values()) visitors.set(path, (visitors.get(path) ?? 0) + 1);
  return [...visitors].map(([path, count]) => ({ path, visitors: count })).sort((one, other) => other.visitors - one.visitors);
}
