import { expect, test } from 'vitest';
import { baseOf } from './base';

test.each([
  ['https://a.example/assets/shared-1a.js', ''],
  ['https://a.example/stats/assets/shared-1a.js', '/stats'],
  ['https://a.example/assets/assets/shared-1a.js', '/assets'],
])('%s is served below %j', (script, base) => {
  expect(baseOf(script)).toBe(base);
});

const sources = import.meta.glob<string>(['../**/*.{svelte,ts}', '!../**/*.test.ts'], { query: '?raw', import: 'default', eager: true });
// Written as they stand, these leave the base behind.
const BARE = /href=["']\/|address\.go\(['"`]\/|fetch\(['"`]\/|\.assign\(['"`]\/|window\.location\.origin(?! \+ BASE|\}\$\{BASE|;|\s*&&)/;

test('every address of the application goes through at()', () => {
  expect(Object.keys(sources).length).toBeGreaterThan(80);
  expect(Object.entries(sources).filter(([, text]) => BARE.test(text)).map(([name]) => name)).toEqual([]);
});
