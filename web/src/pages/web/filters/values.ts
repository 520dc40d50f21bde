/** Values that a key has in the range that is shown, for the completion of filters. */
import { get, segment } from '../../../api/request';
import type { ConvertedGoals, Properties, Segment } from '../../../api/types';
import { literal, PROPERTY } from '../../../lib/filter';
import { CAMPAIGNS, isFound, LISTS, MOST, rowsOf, type List, type ListAnswer } from '../lists';
import { listSaved } from '../saved/saved';
import type { View } from '../view.svelte';

export interface Suggestion {
  /** As a filter writes it. */
  pattern: string;
  name: string;
  code: string;
  visitors: number | null;
}

const FIXED: Readonly<Record<string, readonly string[]>> = {
  event_type: ['pageview', 'custom'],
  traffic: ['human', 'bot', 'ai', 'monitor', 'scanner'],
};
const MAX = 8;

const byKey = new Map<string, List>([...Object.values(LISTS), ...CAMPAIGNS].flatMap((list) => (list.filter && list.filter !== 'search' ? [[list.filter, list]] : [])));

export async function valuesOf(view: View, key: string, typed: string, signal: AbortSignal): Promise<Suggestion[]> {
  const fixed = FIXED[key];
  if (fixed) return fixed.filter((value) => value.startsWith(typed)).map((value) => plain(value, null));
  if (key === 'goal') return goals(view, typed, signal);
  if (key === 'segment') return segments(view, typed, signal);
  if (key.startsWith(PROPERTY)) return propertyValues(view, key.slice(PROPERTY.length), typed, signal);
  const list = byKey.get(key);
  if (!list) return [];
  const { filter: _, ...params } = view.params;
  const found = await get<ListAnswer>(`/api/web-events/${segment(view.slug)}/${list.endpoint}`, {
    ...params, compare: null, compare_from: null, compare_to: null, order: 'visitors', limit: list.isNamed ? MOST : MAX, search: list.isNamed ? null : typed,
  }, signal);
  return rowsOf(list, found)
    .filter((row) => !list.isNamed || isFound(list, row.label, typed))
    .map((row) => ({ pattern: literal(row.label), name: list.show(row.label), code: list.code?.(row.label) ?? '', visitors: row.value }))
    .slice(0, MAX);
}

async function goals(view: View, typed: string, signal: AbortSignal): Promise<Suggestion[]> {
  const { filter: _, ...params } = view.params;
  const found = await get<ConvertedGoals>(`/api/web-events/${segment(view.slug)}/goals`, { ...params, compare: null, compare_from: null, compare_to: null }, signal);
  return named(found.items.map(({ name, visitors }) => plain(name, visitors)), typed);
}

async function segments(view: View, typed: string, signal: AbortSignal): Promise<Suggestion[]> {
  if (view.link) return [];
  return named((await listSaved<Segment>(view.slug, 'segments', signal)).map(({ name }) => plain(name, null)), typed);
}

function named(all: Suggestion[], typed: string): Suggestion[] {
  return all.filter(({ name }) => name.toLocaleLowerCase().includes(typed.toLocaleLowerCase()));
}

async function propertyValues(view: View, name: string, typed: string, signal: AbortSignal): Promise<Suggestion[]> {
  const found = await propertiesOf(view, signal);
  const values = found.items.find((item) => item.name === name)?.values ?? [];
  return values.filter(({ value }) => value.includes(typed)).slice(0, MAX).map(({ value }) => plain(value, null));
}

/** Keys of properties that begin with what was typed. */
export async function propertyKeys(view: View, typed: string, signal: AbortSignal): Promise<string[]> {
  const found = await propertiesOf(view, signal);
  return found.items.map(({ name }) => PROPERTY + name).filter((key) => key.startsWith(typed)).slice(0, MAX);
}

function propertiesOf(view: View, signal: AbortSignal): Promise<Properties> {
  const { filter: _, ...params } = view.params;
  return get(`/api/web-events/${segment(view.slug)}/properties`, { ...params, compare: null, compare_from: null, compare_to: null, values: 50 }, signal);
}

function plain(value: string, visitors: number | null): Suggestion {
  return { pattern: literal(value), name: value, code: '', visitors };
}
