/** A list of requests: its rows, the current one, and whether the drawer shows it. */
import { address } from '../../app/address.svelte';
import { get } from '../../api/request';
import { Resource } from '../../api/resource.svelte';
import type { Visit } from '../../api/types';
import { keyed, type Row } from './rows';
import type { ApiView } from './view.svelte';

const SHOWN = 50;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

export class RequestList {
  readonly answer: Resource<{ visits: Visit[] }>;
  readonly rows: readonly Row[] = $derived.by(() => keyed(this.answer.data?.visits ?? []));
  private chosen = $state.raw<{ row: Row; isOpen: boolean; asked: string }>();
  private readonly asked: string = $derived.by(() => JSON.stringify([this.view.filters, ...['range', 'from', 'to'].map((name) => address.get(name))]));
  /** Other filters or another range show another list: nothing is open there yet. */
  private readonly current = $derived.by(() => (this.chosen?.asked === this.asked ? this.chosen : undefined));
  readonly opened: Row | undefined = $derived.by(() => (this.current?.isOpen ? this.current.row : undefined));
  /** The place of the current row; behind the last one if newer requests have pushed it out of the list. */
  private readonly at: number = $derived.by(() => {
    const { current, rows } = this;
    const found = current ? rows.findIndex(({ key }) => key === current.row.key) : 0;
    return found < 0 ? rows.length : found;
  });

  constructor(
    private readonly view: ApiView,
    readonly failed: boolean,
    isShown: () => boolean,
  ) {
    this.answer = new Resource(() => {
      const { identity, params } = view;
      return isShown() ? { view: identity, load: (signal) => get('/api/tracking/visits', { ...params, limit: SHOWN, failed: failed ? 1 : null }, signal) } : null;
    });
  }

  /** The row that the Tab key leads to. */
  get stop(): Row | undefined {
    return this.rows[Math.min(this.at, this.rows.length - 1)];
  }

  open(row: Row): void {
    this.choose(row, true);
  }

  close(): void {
    if (this.current) this.choose(this.current.row, false);
  }

  has(step: 1 | -1): boolean {
    return this.rows[this.at + step] !== undefined;
  }

  /** To the next row, down or up. An open drawer follows. */
  step(by: number): void {
    const row = this.rows[this.at + by];
    if (row) this.choose(row, this.opened !== undefined);
  }

  /** Returns whether the key belongs to the list. */
  pressed = (event: KeyboardEvent): boolean => {
    const by = STEPS[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
    event.preventDefault();
    this.step(by);
    return true;
  };

  private choose(row: Row, isOpen: boolean): void {
    this.chosen = { row, isOpen, asked: this.asked };
  }
}
