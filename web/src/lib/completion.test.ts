import { describe, expect, it } from 'vitest';
import { completed, completing, keysLike } from './completion';
import { closedTo } from './filter';

const at = (marked: string) => {
  const caret = marked.indexOf('^');
  const text = marked.replace('^', '');
  return { text, place: completing(text, caret) };
};

describe('completing', () => {
  it.each<[string, 'key' | 'value', string, string]>([
    ['^', 'key', '', ''],
    ['cou^', 'key', '', 'cou'],
    ['!cou^', 'key', '', 'cou'],
    ['device:mobile ^', 'key', '', ''],
    ['device:mob^', 'value', 'device', 'mob'],
    ['device:desktop|mob^', 'value', 'device', 'mob'],
    ['utm_campaign:"spring s^', 'value', 'utm_campaign', 'spring s'],
    ['path:"a b"|/x country:^', 'value', 'country', ''],
    ['path:/a\\|b^', 'value', 'path', '/a|b'],
    ['prop.first\\ name:A^', 'value', 'prop.first name', 'A'],
  ])('%s', (marked, kind, key, typed) => expect(at(marked).place).toMatchObject({ kind, key, typed }));
});

describe('completed', () => {
  it.each([
    ['cou^', 'country', 'country:'],
    ['device:mobile !pa^', 'path', 'device:mobile !path:'],
    ['country:R^', 'RO', 'country:RO'],
    ['country:DE|R^', 'RO', 'country:DE|RO'],
    ['utm_campaign:spr^', 'spring sale', 'utm_campaign:"spring sale"'],
    ['path:/a^ country:RO', '/about', 'path:/about country:RO'],
  ])('%s with %s', (marked, choice, expected) => {
    const { text, place } = at(marked);
    expect(completed(text, place, choice).text).toBe(expected);
  });
});

it('finds keys by their names, too', () => {
  expect(keysLike('sys').map(({ key }) => key)).toEqual(['os']);
  expect(keysLike('campaign')[0]?.key).toBe('utm_source');
  expect(keysLike('').length).toBeGreaterThan(20);
});

it('offers no key that a link does not show', () => {
  const offered = (link: { filter: string } | null) => keysLike('', closedTo(link)).map(({ key }) => key);
  const missing = (filter: string) => offered(null).filter((key) => !offered({ filter }).includes(key));
  expect(missing('')).toEqual(['visitor_id', 'session_id']);
  expect(missing('path:/')).toEqual(['entry_page', 'exit_page', 'visitor_id', 'session_id']);
});
