import { describe, expect, it } from 'vitest';
import { KEYS } from '../../lib/filter';
import { BY_ENDPOINT, isFound, LISTS, rowsOf, shareOf, type List } from './lists';
import { PANELS, panelsFor } from './panels';

describe('lists', () => {
  it('reads a list by visitors, and events by how often they came', () => {
    const item = { count: 9, visitors: 3, prev_count: 6, prev_visitors: 2 };
    const answer = { items: [{ path: '/', name: 'buy', ...item }], base: { count: 90, visitors: 12 } };
    const [pages, events] = [LISTS.pages as List, LISTS.events as List];
    expect(rowsOf(pages, answer)[0]).toMatchObject({ label: '/', value: 3, before: 2, other: 9 });
    expect(rowsOf(events, answer)[0]).toMatchObject({ label: 'buy', value: 9, before: 6, other: 3 });
    expect(rowsOf(pages, answer).map((row) => shareOf(pages, row, answer))).toEqual([0.25]);
    expect(rowsOf(pages, { items: [{ path: '/', count: 1, visitors: 1, prev_count: null }] })[0]?.before).toBeUndefined();
  });

  it.each([
    ['countries', 'DE', 'germany'], ['countries', 'DE', 'de'], ['languages', 'de', 'German'], ['zones', 'America/New_York', 'new york'], ['zones', 'America/New_York', 'New_Y'],
  ])('%s: %s is found by %s', (id, label, typed) => {
    const list = LISTS[id] as List;
    expect([list.isNamed, isFound(list, label, typed), isFound(list, label, 'romania')]).toEqual([true, true, false]);
  });

  it('filters by keys that there are', () => {
    for (const list of BY_ENDPOINT.values()) expect(list.filter === null || list.filter in KEYS, list.id).toBe(true);
  });
});

it('panels and tabs have names of their own, which stand in the address', () => {
  const panels = PANELS.map(({ id }) => id);
  expect(new Set(panels).size).toBe(panels.length);
  for (const { tabs } of PANELS) {
    expect(new Set(tabs.map(({ id }) => id)).size).toBe(tabs.length);
    expect(tabs.some((tab) => tab.list && tab.load)).toBe(false);
  }
});

it('a link shows no panel that its token may not read', () => {
  const shown = (filter: string) => panelsFor({ filter }).flatMap(({ tabs }) => tabs.map(({ id }) => id));
  const closed = PANELS.flatMap(({ tabs }) => tabs.map(({ id }) => id)).filter((id) => !shown('').includes(id));
  expect(closed).toEqual(['live', 'classes', 'dropped']);
  expect(shown('').filter((id) => !shown('path:/').includes(id))).toEqual(['entry', 'exit', 'flows']);
});
