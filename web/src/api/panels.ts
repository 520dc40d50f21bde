/** Panels that are asked for in the same moment with the same parameters go out as one request. */
import { RequestError, get, segment, urlOf, type Params } from './request';

const MAX = 12;

interface Asked {
  panel: string;
  signal: AbortSignal;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

interface Outcome {
  answer?: unknown;
  error?: { code: string; message: string };
}

const waiting = new Map<string, { slug: string; params: Params; asked: Asked[] }>();

export function panel<T>(slug: string, name: string, params: Params, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const key = urlOf(slug, params);
    let group = waiting.get(key);
    if (!group) {
      group = { slug, params, asked: [] };
      waiting.set(key, group);
      queueMicrotask(() => flush(key));
    }
    group.asked.push({ panel: name, signal, resolve: resolve as (answer: unknown) => void, reject });
  });
}

function flush(key: string): void {
  const group = waiting.get(key);
  waiting.delete(key);
  const asked = group?.asked.filter(({ signal }) => !signal.aborted) ?? [];
  for (let at = 0; group && at < asked.length; at += MAX) void ask(group.slug, group.params, asked.slice(at, at + MAX));
}

async function ask(slug: string, params: Params, asked: readonly Asked[]): Promise<void> {
  const base = `/api/web-events/${segment(slug)}`;
  const signal = allOf(asked.map((one) => one.signal));
  const names = [...new Set(asked.map((one) => one.panel))];
  try {
    const [only] = names;
    if (names.length === 1 && only) {
      const answer = await get(`${base}/${only}`, params, signal);
      for (const one of asked) one.resolve(answer);
      return;
    }
    const found = await get<{ panels: Record<string, Outcome> }>(`${base}/panels`, { panel: names, ...params }, signal);
    for (const one of asked) settle(one, found.panels[one.panel], `${base}/${one.panel}`);
  } catch (error) {
    for (const one of asked) one.reject(error);
  }
}

function settle(one: Asked, outcome: Outcome | undefined, url: string): void {
  if (outcome && 'answer' in outcome) one.resolve(outcome.answer);
  else one.reject(new RequestError(500, outcome?.error?.code ?? 'failed', outcome?.error?.message ?? 'There was no answer.', url));
}

/** Aborted once all of them are. */
function allOf(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  const look = () => {
    if (signals.every((signal) => signal.aborted)) controller.abort();
  };
  for (const signal of signals) signal.addEventListener('abort', look);
  return controller.signal;
}
