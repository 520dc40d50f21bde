import { describe, expect, it } from 'vitest';
import { faultOf, FilterError, literal, parse, print, readable, termsInWords, toggled, type Term } from './filter';
import { countryName } from './labels';

const term = (key: string, values: string[], negated = false): Term => ({ key, values, negated });

describe('parse', () => {
  it.each<[string, Term[]]>([
    ['', []],
    ['  ', []],
    ['country:RO|US !device:mobile', [term('country', ['RO', 'US']), term('device', ['mobile'], true)]],
    ['path:/blog/*', [term('path', ['/blog/*'])]],
    ['path:/blog/***', [term('path', ['/blog/*'])]],
    ['path:/a\\*b', [term('path', ['/a\\*b'])]],
    ['path:/a\\\\b', [term('path', ['/a\\\\b'])]],
    ['utm_campaign:"spring sale"', [term('utm_campaign', ['spring sale'])]],
    ['utm_source:""', [term('utm_source', [''])]],
    ['path:"a \\"b\\" c"|d', [term('path', ['a "b" c', 'd'])]],
    ['checkout', [term('search', ['checkout'])]],
    ['!"two words"', [term('search', ['two words'], true)]],
    ['prop.first\\ name:Ann', [term('prop.first name', ['Ann'])]],
    ['prop.cart.items:3', [term('prop.cart.items', ['3'])]],
    ['path:/a:b', [term('path', ['/a:b'])]],
    ['path:/Übersicht|/подарунки', [term('path', ['/Übersicht', '/подарунки'])]],
  ])('%s', (text, terms) => {
    expect(parse(text)).toEqual(terms);
  });

  it.each<[string, number]>([
    ['colour:red', 0],
    ['path:/a constructor:x', 8],
    ['path:', 5],
    ['path:a|', 7],
    ['path:"open', 5],
    ['path:"a"b', 8],
    ['path:a\\', 6],
    ['prop.:x', 0],
    ['prop.a..b:x', 0],
    ['goal:a|b', 5],
    ['path:/ !segment:Ph*', 16],
  ])('%s fails at %i', (text, position) => {
    expect(() => parse(text)).toThrowError(expect.objectContaining({ position }));
  });

  it('bounds length and values', () => {
    expect(() => parse('a'.repeat(2001))).toThrow(FilterError);
    expect(parse(`path:${Array(50).fill('a').join('|')}`)[0]?.values).toHaveLength(50);
    expect(() => parse(`path:${Array(51).fill('a').join('|')}`)).toThrow(FilterError);
  });
});

describe('print', () => {
  it.each([
    '/a b', 'a|b', '"', '\\', 'a\\', '*', '\\*', '', ' ', 'ends with space ', '!not', 'search:x', 'line\nbreak', '😀 "q" \\" |*|', 'ü'.repeat(9),
  ])('%j survives as a literal', (value) => {
    for (const key of ['path', 'search', 'prop.a b', 'prop.x:y|z']) {
      const terms = [term(key, [literal(value), 'other'], true), term('country', ['RO'])];
      expect(parse(print(terms))).toEqual(terms);
    }
  });

  it('writes what the documentation writes', () => {
    const text = 'country:RO|US !device:mobile utm_campaign:"spring sale" path:/a\\*b utm_source:""';
    expect(print(parse(text))).toBe(text);
  });

  it('shows patterns without their escapes', () => expect(readable(literal('a*b\\c'))).toBe('a*b\\c'));
});

describe('toggled', () => {
  const one = [term('path', ['/a'])];
  it.each<[string, Term[], Parameters<typeof toggled> extends [unknown, ...infer Rest] ? Rest : never, Term[]]>([
    ['adds a term', [], ['path', '/a'], one],
    ['adds a value', one, ['path', '/b'], [term('path', ['/a', '/b'])]],
    ['takes a value away', [term('path', ['/a', '/b'])], ['path', '/a'], [term('path', ['/b'])]],
    ['takes the term away', one, ['path', '/a'], []],
    ['excludes instead of including', one, ['path', '/a', true], [term('path', ['/a'], true)]],
    ['keeps other terms', [term('os', ['iOS']), ...one], ['path', '/a'], [term('os', ['iOS'])]],
    ['adds a goal beside another', [term('goal', ['A'])], ['goal', 'B'], [term('goal', ['A']), term('goal', ['B'])]],
    ['takes a goal away', [term('goal', ['A']), term('goal', ['B'])], ['goal', 'A'], [term('goal', ['B'])]],
    ['excludes a goal instead', [term('goal', ['A'])], ['goal', 'A', true], [term('goal', ['A'], true)]],
  ])('%s', (_, before, [key, value, negated], after) => {
    expect(toggled(before, key, value, negated)).toEqual(after);
  });
});

it('says why a text is no filter', () => {
  expect(faultOf('country:DE "a b"')).toBeNull();
  expect(faultOf('colour:red')?.message).toContain('colour');
  expect(faultOf('a "b')?.position).toBe(2);
});

it('names goals and segments alone, with any characters', () => {
  expect(parse('goal:"Order placed" segment:a\\*b')).toEqual([term('goal', ['Order placed']), term('segment', ['a\\*b'])]);
  expect(termsInWords(parse('country:DE|FR !goal:"Order placed"'))).toBe(`Country is ${countryName('DE')} or ${countryName('FR')}, Goal is not Order placed`);
  expect(termsInWords(parse('path:/caf%C3%A9'))).toBe('Page is /café');
});
