/** An answer that follows what is asked: one pattern for every panel.

    A new query ends the one before. The old answer stays for 150 ms; then `slow` shows a skeleton, or dims an answer
    to another query (`stale`). A query of the same `view` refreshes: nothing dims, and a failure keeps the answer. */
import { untrack } from 'svelte';
import { clock } from '../app/clock.svelte';
import { RequestError, isAbort } from './request';

export interface Query<T> {
  view: string;
  load(signal: AbortSignal): Promise<T>;
}

const PATIENCE_MS = 150;

export class Resource<T> {
  data = $state.raw<T>();
  failure = $state.raw<RequestError>();
  slow = $state(false);
  stale = $state(false);
  private attempt = $state(0);
  private answered = '';

  constructor(ask: () => Query<T> | null) {
    $effect(() => {
      const query = ask();
      void this.attempt;
      void clock.turn;
      return untrack(() => (query ? this.follow(query) : undefined));
    });
  }

  /** Nothing to show yet, and long enough for a skeleton. */
  get waiting(): boolean {
    return this.data === undefined && !this.failure && this.slow;
  }

  get dimmed(): boolean {
    return this.stale && this.slow;
  }

  retry = (): void => {
    this.failure = undefined;
    this.attempt++;
  };

  private follow(query: Query<T>): () => void {
    const controller = new AbortController();
    this.stale = this.data !== undefined && query.view !== this.answered;
    this.slow = false;
    const timer = setTimeout(() => (this.slow = true), PATIENCE_MS);
    void this.run(query, controller.signal).finally(() => {
      if (!controller.signal.aborted) clearTimeout(timer);
    });
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }

  private async run(query: Query<T>, signal: AbortSignal): Promise<void> {
    try {
      const data = await query.load(signal);
      if (signal.aborted) return;
      this.answered = query.view;
      [this.data, this.failure] = [data, undefined];
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (this.stale || this.data === undefined) {
        this.data = undefined;
        this.failure = error instanceof RequestError ? error : new RequestError(0, 'failed', 'The answer could not be shown.', '');
      }
      if (!(error instanceof RequestError)) throw error;
    }
    this.slow = this.stale = false;
  }
}
