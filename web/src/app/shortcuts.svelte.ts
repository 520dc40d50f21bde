/** Single keys, gathered from whatever is on the page; `?` lists those that work now. */
import { untrack } from 'svelte';

export interface Shortcut {
  /** As a KeyboardEvent names it: `F` is Shift and f. */
  key: string;
  name: string;
  /** What the list shows instead of the key. */
  shown?: string;
  run(): void;
}

type Group = () => readonly Shortcut[];

class Registry {
  private groups = $state.raw<readonly Group[]>([]);

  get all(): Shortcut[] {
    return this.groups.flatMap((group) => [...group()]);
  }

  /** Keys that work as long as the component that calls this is on the page. */
  use(group: Group): void {
    $effect(() => {
      untrack(() => (this.groups = [...this.groups, group]));
      return () => (this.groups = this.groups.filter((other) => other !== group));
    });
  }
}
export const shortcuts = new Registry();

class Help {
  open = $state(false);
}
export const help = new Help();
