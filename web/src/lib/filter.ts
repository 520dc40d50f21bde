/** The filter string of the web surface, both ways (docs/api/web.md, "Filters").

    A value is kept as a pattern: `*` is a wildcard, `\*` and `\\` are the characters themselves, nothing else is escaped. */

import { valueText } from './labels';

export interface Term {
  key: string;
  values: string[];
  negated: boolean;
}

export const MAX_LENGTH = 2000;
export const MAX_VALUES = 50;
export const PROPERTY = 'prop.';

/** Every key, with the words that a chip shows, in the order of the editor's list. */
export const KEYS: Readonly<Record<string, string>> = {
  path: 'Page',
  entry_page: 'Entry page',
  exit_page: 'Exit page',
  hostname: 'Host',
  referrer: 'Source',
  channel: 'Channel',
  utm_source: 'Campaign source',
  utm_medium: 'Campaign medium',
  utm_campaign: 'Campaign',
  utm_content: 'Campaign content',
  utm_term: 'Campaign term',
  country: 'Country',
  region: 'Region',
  city: 'City',
  language: 'Language',
  timezone: 'Time zone',
  browser: 'Browser',
  os: 'System',
  device: 'Device',
  screen_class: 'Screen',
  custom_event_name: 'Event',
  event_type: 'Kind of event',
  goal: 'Goal',
  segment: 'Segment',
  traffic: 'Traffic',
  visitor_id: 'Visitor',
  session_id: 'Session',
  search: 'Text',
};

/** Keys whose value is the name of a filter that is saved: one name, without wildcards. Such a filter can't name others. */
export const SAVED_KEYS: readonly string[] = ['goal', 'segment'];

const OF_VISITORS = ['visitor_id', 'session_id'];
const OF_WHOLE_SESSIONS = ['entry_page', 'exit_page'];

/** Keys that filters and steps can't name under a link: a link does not show what they tell (docs/api/sharing.md). */
export function closedTo(link: { filter: string } | null): readonly string[] {
  if (!link) return [];
  return link.filter ? [...OF_VISITORS, ...OF_WHOLE_SESSIONS] : OF_VISITORS;
}

export class FilterError extends Error {
  constructor(
    readonly position: number,
    problem: string,
  ) {
    super(problem);
  }
}

const SPACE = ' \t\r\n';

export function keyName(key: string): string {
  return KEYS[key] ?? (key.startsWith(PROPERTY) ? key.slice(PROPERTY.length) : key);
}

/** The pattern that matches this text and nothing else. */
export function literal(text: string): string {
  return text.replace(/[\\*]/g, '\\$&');
}

/** A pattern as people read it. */
export function readable(pattern: string): string {
  return pattern.replace(/\\([\\*])/g, '$1');
}

/** Terms as people read them: “Country is Germany or France, Page is not /cart”. */
export function termsInWords(terms: readonly Term[]): string {
  return terms.map(({ key, values, negated }) => `${keyName(key)} ${negated ? 'is not' : 'is'} ${values.map((value) => valueText(key, readable(value))).join(' or ')}`).join(', ');
}

export function parse(text: string): Term[] {
  if (text.length > MAX_LENGTH) throw new FilterError(MAX_LENGTH, `A filter has at most ${MAX_LENGTH} characters.`);
  return new Scanner(text).terms();
}

/** Why a text is no filter; null where it is one. */
export function faultOf(text: string): FilterError | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
}

/** The terms of a text that may be wrong: none then. */
export function parseOrNone(text: string): Term[] {
  return faultOf(text) ? [] : parse(text);
}

export function print(terms: readonly Term[]): string {
  return terms.map((term) => `${term.negated ? '!' : ''}${printKey(term.key)}:${term.values.map(printValue).join('|')}`).join(' ');
}

function printKey(key: string): string {
  return key.replace(/[\s|:\\]/g, '\\$&');
}

export function printValue(pattern: string): string {
  return pattern === '' || /[\s|"]/.test(pattern) ? `"${pattern.replace(/"/g, '\\"')}"` : pattern;
}

/** Adds the value to the terms, or takes it away where it is already there. */
export function toggled(terms: readonly Term[], key: string, value: string, negated = false): Term[] {
  const isAlone = SAVED_KEYS.includes(key);
  const at = terms.findIndex((term) => term.key === key && term.negated === negated && (!isAlone || term.values[0] === value));
  const found = terms[at];
  if (!found) return [...terms.filter((term) => !holds(term, key, value)), { key, values: [value], negated }];
  const values = found.values.includes(value) ? found.values.filter((other) => other !== value) : [...found.values, value];
  return terms.flatMap((term, index) => (index === at ? (values.length ? [{ ...term, values }] : []) : [term]));
}

function holds(term: Term, key: string, value: string): boolean {
  return term.key === key && term.values.length === 1 && term.values[0] === value;
}

/** Whether the terms select (or exclude) this value by itself. */
export function selects(terms: readonly Term[], key: string, value: string, negated = false): boolean {
  return terms.some((term) => term.key === key && term.negated === negated && term.values.includes(value));
}

/** Reads each character once, as the server does. */
class Scanner {
  private at = 0;
  private values = 0;

  constructor(private readonly text: string) {}

  terms(): Term[] {
    const found: Term[] = [];
    while (this.skipSpaces()) found.push(this.term());
    return found;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }

  private skipSpaces(): boolean {
    while (this.peek() && SPACE.includes(this.peek())) this.at++;
    return this.peek() !== '';
  }

  private term(): Term {
    const negated = this.peek() === '!';
    if (negated) this.at++;
    const start = this.at;
    if (this.peek() === '"') return { key: 'search', values: this.alternatives(start, this.value()), negated };
    const word = this.run(`${SPACE}|:`);
    if (this.peek() !== ':') return { key: 'search', values: this.alternatives(start, word), negated };
    const key = this.key(start, word);
    const from = ++this.at;
    const values = this.alternatives(from, this.value());
    if (SAVED_KEYS.includes(key) && (values.length > 1 || literal(readable(values[0] ?? '')) !== values[0]))
      throw new FilterError(from, `A ${key} is named alone: without | and *.`);
    return { key, values, negated };
  }

  private key(start: number, word: string | null): string {
    const key = readable(word ?? '');
    const isProperty = key.startsWith(PROPERTY) && key.slice(PROPERTY.length).split('.').every(Boolean);
    if (!isProperty && !Object.hasOwn(KEYS, key)) throw new FilterError(start, `There is no key “${key}”.`);
    return key;
  }

  private alternatives(start: number, first: string | null): string[] {
    const found = [this.checked(start, first)];
    while (this.peek() === '|') {
      this.at++;
      found.push(this.checked(this.at, this.value()));
    }
    return found;
  }

  private checked(start: number, value: string | null): string {
    if (value === null) throw new FilterError(start, 'A value is missing.');
    if (++this.values > MAX_VALUES) throw new FilterError(start, `A filter has at most ${MAX_VALUES} values.`);
    return value;
  }

  private value(): string | null {
    if (this.peek() !== '"') return this.run(`${SPACE}|`);
    const start = this.at++;
    const found = this.run('"') ?? '';
    if (this.peek() !== '"') throw new FilterError(start, 'A quote is not closed.');
    this.at++;
    if (this.peek() && !`|${SPACE}`.includes(this.peek()))
      throw new FilterError(this.at, 'A closing quote must be followed by a space or |.');
    return found;
  }

  /** The pattern up to an unescaped character of `stop` or the end; null if there is none. */
  private run(stop: string): string | null {
    const start = this.at;
    let found = '';
    let wasWildcard = false;
    for (let char = this.peek(); char && !stop.includes(char); char = this.peek()) {
      this.at++;
      const isWildcard = char === '*';
      if (char === '\\') found += literal(this.escaped());
      else if (!isWildcard || !wasWildcard) found += char;
      wasWildcard = isWildcard;
    }
    return this.at > start ? found : null;
  }

  private escaped(): string {
    const char = this.peek();
    if (!char) throw new FilterError(this.at - 1, 'A backslash has nothing to escape.');
    this.at++;
    return char;
  }
}
