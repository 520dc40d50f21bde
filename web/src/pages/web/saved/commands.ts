/** What is saved, for the command palette: segments and goals as filters, and what can be made. */
import type { Command, Source } from '../../../app/commands.svelte';
import { matching } from '../../../app/commands.svelte';
import type { Goal, Segment } from '../../../api/types';
import type { View } from '../view.svelte';
import { listSaved } from './saved';

export function savedCommands(view: View): Source {
  return {
    commands: (typed) => (view.isAdmin && typed ? matching(making(view), typed) : []),
    found: async (typed, signal) => (view.link ? [] : matching(await filters(view, signal), typed)),
  };
}

function making(view: View): Command[] {
  const group = 'On this page';
  const made: Command[] = [
    { id: 'new goal', group, name: 'New goal', icon: 'plus', run: () => view.edit({ kind: 'goal', item: null }) },
    { id: 'new annotation', group, name: 'New annotation', icon: 'flag', run: () => view.edit({ kind: 'annotation', item: null }) },
  ];
  if (view.filter) made.push({ id: 'new segment', group, name: 'Save the filter as a segment', icon: 'plus', run: () => view.edit({ kind: 'segment', item: null, filter: view.filter }) });
  return made;
}

async function filters(view: View, signal: AbortSignal): Promise<Command[]> {
  const [segments, goals] = await Promise.all([listSaved<Segment>(view.slug, 'segments', signal), listSaved<Goal>(view.slug, 'goals', signal)]);
  return [...segments.map(({ name, filter }) => named(view, 'segment', name, filter)), ...goals.map(({ name, filter }) => named(view, 'goal', name, filter))];
}

function named(view: View, key: 'segment' | 'goal', name: string, filter: string): Command {
  const head = key === 'segment' ? 'Segment' : 'Goal';
  return { id: `${key} ${name}`, group: 'Filter this page', name: `${head} is ${name}`, icon: 'filter', end: filter, run: () => view.toggle(key, name) };
}
