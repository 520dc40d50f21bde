/** The one place that asks the server: builds the URL, retries what may be retried, and names what went wrong. */
import { at } from '../lib/base';

export type Params = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

/** What went wrong, in words for the reader. `status` is 0 where the server was not reached. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly url: string,
  ) {
    super(message);
  }

  get details(): string {
    return `${new Date().toISOString()} ${this.url}\n${this.status || 'no answer'} ${this.code}: ${this.message}`;
  }
}

/** What the rest of the application does when the server is lost, found again, or has ended the session. */
export interface Watcher {
  lost(): void;
  found(): void;
  signedOut(): void;
  /** Headers that prove who asks, or that the page means the change that it asks for. */
  proof(): Readonly<Record<string, string>>;
  /** Asked where a change is refused: whether the proof is another one by now. */
  renewed(): Promise<boolean>;
}

const SILENT: Watcher = { lost: () => {}, found: () => {}, signedOut: () => {}, proof: () => ({}), renewed: async () => false };
let watcher = SILENT;
export function watch(next: Watcher): void {
  watcher = next;
}

export function urlOf(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return at(query.size ? `${path}?${query}` : path);
}

export function segment(text: string): string {
  return encodeURIComponent(text);
}

/** The JSON of a GET; RequestError where there is none. A newer click ends it by `signal` (AbortError). */
export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const url = urlOf(path, params);
  return retried(() => answered<T>(url, { signal: signal ?? null, headers: { accept: 'application/json' } }), signal);
}

export interface Aged<T> {
  body: T;
  /** Milliseconds since the server worked it out, when it came; and when that was. */
  age: number;
  at: number;
}

/** The same, of an answer that the server may have kept. */
export async function getAged<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<Aged<T>> {
  const url = urlOf(path, params);
  const read = async (response: Response) => ({ body: (await response.json()) as T, age: Number(response.headers.get('age') ?? 0) * 1000, at: Date.now() });
  return retried(() => answered(url, { signal: signal ?? null, headers: { accept: 'application/json' } }, read), signal);
}

/** A request that changes something. */
export async function send<T>(method: 'POST' | 'DELETE' | 'PATCH' | 'PUT', path: string, body?: unknown): Promise<T> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return answered<T>(at(path), { method, headers: { accept: 'application/json', ...type }, body: body === undefined ? null : JSON.stringify(body) });
}

/** A piece of a file that is uploaded, to stand at an offset. */
export async function sendPiece<T>(path: string, piece: Blob, offset: number, signal: AbortSignal): Promise<T> {
  const headers = { accept: 'application/json', 'content-type': 'application/octet-stream', 'upload-offset': String(offset) };
  return answered<T>(at(path), { method: 'PATCH', headers, body: piece, signal });
}

const RETRIES = 2;
const PAUSE_MS = 600;
const MAX_PAUSE_MS = 5000;

class Again extends RequestError {
  constructor(failure: RequestError, readonly pause: number) {
    super(failure.status, failure.code, failure.message, failure.url);
  }
}

async function retried<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Again) || attempt >= RETRIES || error.pause > MAX_PAUSE_MS) throw error;
      await paused(error.pause * (attempt + 1), signal);
    }
  }
}

function paused(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

async function answered<T>(url: string, init: RequestInit, read: (response: Response) => Promise<T> = (response) => response.json() as Promise<T>): Promise<T> {
  let response = await reached(url, init);
  if (response.status === 403 && init.method && (await watcher.renewed())) response = await reached(url, init);
  if (response.ok) return response.status === 204 ? (undefined as T) : read(response);
  const failure = await failureOf(response, url);
  if (response.status === 401) watcher.signedOut();
  const isPassing = response.status === 503 || response.status === 429;
  if (!isPassing) throw failure;
  throw new Again(failure, Number(response.headers.get('retry-after') ?? 0) * 1000 || PAUSE_MS);
}

async function reached(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, { credentials: 'same-origin', ...init, headers: { ...(init.headers as Record<string, string>), ...watcher.proof() } });
    watcher.found();
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    watcher.lost();
    throw new Again(new RequestError(0, 'unreachable', 'The server did not answer.', url), PAUSE_MS);
  }
}

async function failureOf(response: Response, url: string): Promise<RequestError> {
  const body = (await response.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
  const message = body.error?.message ?? `The server answered ${response.status}.`;
  return new RequestError(response.status, body.error?.code ?? 'failed', message, url);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
