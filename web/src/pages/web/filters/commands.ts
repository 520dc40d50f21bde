/** Filters for the command palette: what is typed as one, keys by their names, and labels that the range has. */
import { get, segment } from '../../../api/request';
import type { Command, Source } from '../../../app/commands.svelte';
import { address } from '../../../app/address.svelte';
import { keysLike } from '../../../lib/completion';
import { faultOf, keyName, parse, print } from '../../../lib/filter';
import { count } from '../../../lib/numbers';
import { CAMPAIGNS, LISTS, rowsOf, type List, type ListAnswer } from '../lists';
import type { View } from '../view.svelte';

const GROUP = 'Filter this page';
const MAX_KEYS = 4;
const EACH = 3;
const SEARCHED: readonly List[] = ['pages', 'sources', 'cities', 'regions', 'events'].flatMap((id) => LISTS[id] ?? []).concat(CAMPAIGNS[0] ?? []);

/** `add` opens the editor with the beginning of a filter. */
export function filterCommands(view: View, add: (start: string) => void): Source {
  return {
    commands: (typed) => (typed ? [...written(view, typed), ...keys(typed, add)] : []),
    found: (typed, signal) => labels(view, typed, signal),
  };
}

function written(view: View, typed: string): Command[] {
  if (!typed.includes(':') || faultOf(typed)) return [];
  const run = () => view.setTerms([...view.terms, ...parse(typed)]);
  return [{ id: 'filter', group: GROUP, name: print(parse(typed)), icon: 'filter', end: 'Add', run }];
}

function keys(typed: string, add: (start: string) => void): Command[] {
  const wanted = typed.replace(/^filter( by)?\s*/i, '');
  if (/[:\s]/.test(wanted)) return [];
  return keysLike(wanted)
    .slice(0, MAX_KEYS)
    .map(({ key, name }) => ({ id: `key of ${key}`, group: GROUP, name: `Filter by ${name.toLowerCase()}`, icon: 'filter', end: `${key}:`, run: () => add(`${key}:`) }));
}

async function labels(view: View, typed: string, signal: AbortSignal): Promise<Command[]> {
  if (typed.includes(':')) return [];
  const { filter: _, ...params } = view.params;
  const asked = { ...params, compare: null, compare_from: null, compare_to: null, panel: SEARCHED.map(({ endpoint }) => endpoint), search: typed, limit: EACH, order: 'visitors' };
  const answer = await get<{ panels: Record<string, { answer?: ListAnswer }> }>(`/api/web-events/${segment(view.slug)}/panels`, asked, signal);
  return SEARCHED.flatMap((list) => rowsOf(list, answer.panels[list.endpoint]?.answer ?? { items: [] }).slice(0, EACH).map((row) => labelled(view, list, row.label, row.value)));
}

function labelled(view: View, list: List, label: string, value: number): Command {
  const key = list.filter ?? '';
  return {
    id: `${key} ${label}`, group: GROUP, name: `${keyName(key)} is ${list.show(label)}`, icon: 'filter', end: count(value),
    run: () => address.go(view.toggledHref(key, label)),
    exclude: () => view.toggle(key, label, true),
  };
}
