/** What the command palette offers: gathered from whatever is on the page, as shortcuts are. */
import { untrack } from 'svelte';
import type { IconName } from '../ui/icons';

export interface Command {
  id: string;
  group: string;
  name: string;
  icon: IconName;
  /** At the end of the line: a key, a figure. */
  end?: string;
  run(): void;
  /** With the Alt key. */
  exclude?(): void;
}

export interface Source {
  /** What can be said at once about what was typed. */
  commands(typed: string): readonly Command[];
  /** What the server has to be asked for. */
  found?(typed: string, signal: AbortSignal): Promise<readonly Command[]>;
}

class Registry {
  sources = $state.raw<readonly Source[]>([]);

  /** Commands that are offered as long as the component that calls this is on the page. */
  use(source: Source): void {
    $effect(() => {
      untrack(() => (this.sources = [...this.sources, source]));
      return () => (this.sources = this.sources.filter((other) => other !== source));
    });
  }
}
export const commands = new Registry();

class PaletteState {
  open = $state(false);
}
export const palette = new PaletteState();

/** Those whose name holds every word that was typed; the ones that begin with it first. */
export function matching(all: readonly Command[], typed: string): Command[] {
  const words = typed.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(({ name }) => words.every((word) => name.toLocaleLowerCase().includes(word)));
  const first = (command: Command) => Number(words.length > 0 && command.name.toLocaleLowerCase().startsWith(words[0] ?? ''));
  return found.sort((one, other) => first(other) - first(one));
}

/** A name in parts: every second one is what was typed. */
export function marked(name: string, typed: string): string[] {
  const wanted = typed.trim();
  const at = wanted ? name.toLocaleLowerCase().indexOf(wanted.toLocaleLowerCase()) : -1;
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at, at + wanted.length), name.slice(at + wanted.length)];
}
