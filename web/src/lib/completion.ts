/** What can be typed at the caret of a filter string: a key, or a value of one. */
import { KEYS, PROPERTY, printValue } from './filter';

export interface Completing {
  kind: 'key' | 'value';
  key: string;
  /** What has been typed of it, without quotes. */
  typed: string;
  /** The part of the text that a completion replaces. */
  from: number;
  to: number;
}

/** The term around the caret, read leniently: while it is typed it is rarely correct. */
export function completing(text: string, caret: number): Completing {
  const start = termStart(text, caret);
  const head = text.slice(start, caret);
  const bang = head.startsWith('!') ? 1 : 0;
  const colon = unescapedIndex(head, ':');
  if (colon < 0) return { kind: 'key', key: '', typed: head.slice(bang), from: start + bang, to: caret };
  const key = head.slice(bang, colon).replace(/\\(.)/g, '$1');
  const bar = lastBar(head, colon);
  const typed = head.slice(bar + 1).replace(/^"/, '').replace(/"$/, '').replace(/\\(.)/g, '$1');
  return { kind: 'value', key, typed, from: start + bar + 1, to: caret };
}

function termStart(text: string, caret: number): number {
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < caret; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /\s/.test(text[at] ?? '')) start = at + 1;
  }
  return Math.min(start, caret);
}

function unescapedIndex(text: string, char: string): number {
  if (text.replace(/^!/, '').startsWith('"')) return -1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === char) return at;
  }
  return -1;
}

function lastBar(text: string, from: number): number {
  let found = from;
  let isQuoted = false;
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && text[at] === '|') found = at;
  }
  return found;
}

/** The text and the caret after a completion is taken; a key leads to its values, a value may be followed by anything. */
export function completed(text: string, place: Completing, choice: string): { text: string; caret: number } {
  const inserted = place.kind === 'key' ? `${choice.replace(/[\s|\\]/g, '\\$&')}:` : printValue(choice);
  return { text: text.slice(0, place.from) + inserted + text.slice(place.to), caret: place.from + inserted.length };
}

/** Keys that begin with, or whose words hold, what was typed; without those that can't be used. */
export function keysLike(typed: string, closed: readonly string[] = []): { key: string; name: string }[] {
  const wanted = typed.toLowerCase();
  const all = Object.entries(KEYS).flatMap(([key, name]) => (closed.includes(key) ? [] : [{ key, name }]));
  if (wanted.startsWith(PROPERTY)) return [];
  const starts = all.filter(({ key, name }) => key.startsWith(wanted) || name.toLowerCase().startsWith(wanted));
  const holds = all.filter(({ key, name }) => !starts.some((one) => one.key === key) && `${key} ${name}`.toLowerCase().includes(wanted));
  return [...starts, ...holds];
}
