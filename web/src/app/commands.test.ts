import { expect, it } from 'vitest';
import { marked, matching, type Command } from './commands.svelte';

const named = (...names: string[]): Command[] => names.map((name) => ({ id: name, group: 'Go to', name, icon: 'page', run: () => {} }));
const names = (found: readonly Command[]) => found.map(({ name }) => name);

it('finds commands by their words, those that begin with them first', () => {
  const all = named('All sites', 'Last site', 'Site settings');
  expect(names(matching(all, 'site'))).toEqual(['Site settings', 'All sites', 'Last site']);
  expect(names(matching(all, 'SETT site'))).toEqual(['Site settings']);
  expect(names(matching(all, ''))).toEqual(['All sites', 'Last site', 'Site settings']);
  expect(names(matching(all, '.*'))).toEqual([]);
});

it('marks what was typed', () => {
  expect(marked('Page is /Lamps', 'lam')).toEqual(['Page is /', 'Lam', 'ps']);
  expect(marked('Pages', 'x')).toEqual(['Pages']);
  expect(marked('Pages', ' ')).toEqual(['Pages']);
});
