import { describe, expect, it } from 'vitest';
import { change } from './change';
import { ago, bytes, bytesTick, count, duration, milliseconds, money, percent, plural, short } from './numbers';
import { countryName, decoded, languageName, sourceLink } from './labels';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('figures', () => {
  it.each<[string, string]>([
    [count(0), '0'], [count(73918), '73,918'], [count(999999), '999,999'], [count(1234567), '1.23M'], [count(null), '–'], [count(3.2e9), '3.20B'],
    [plural(1, 'site'), '1 site'], [plural(0, 'site'), '0 sites'], [plural(1200, 'site'), '1,200 sites'],
    [bytes(0), '0 B'], [bytes(412), '412 B'], [bytes(999.6), '1.0 kB'], [bytes(999_960), '1.0 MB'], [bytes(41_800_000_000), '41.8 GB'], [bytes(null), '–'],
    [bytesTick(0), '0 B'], [bytesTick(250_000_000), '250 MB'], [bytesTick(2_500_000_000), '2.5 GB'],
    [short(950), '950'], [short(5000), '5k'], [short(12345), '12.3k'], [short(2.5e6), '2.5M'], [short(0.5), '0.5'],
    [percent(0.421), '42.1 %'], [percent(0), '0.0 %'], [percent(0.0002), '< 0.1 %'], [percent(0.0261, 2), '2.61 %'], [percent(undefined), '–'],
    [duration(0), '0s'], [duration(38.2), '38s'], [duration(59.6), '1m 00s'], [duration(245), '4m 05s'], [duration(4320), '1h 12m'], [duration(null), '–'],
    [milliseconds(0), '0 ms'], [milliseconds(0.184), '0.18 ms'], [milliseconds(0.5), '0.5 ms'], [milliseconds(2.34), '2.3 ms'], [milliseconds(9.96), '10 ms'], [milliseconds(24.4), '24 ms'], [milliseconds(1180), '1.18 s'], [milliseconds(999.7), '1.00 s'],
    [money({ EUR: '184310.40' }), '€184,310'], [money({ EUR: '49.50', USD: '99' }, 2), 'US$99.00 + €49.50'.replace('US', '')], [money({}), '–'],
    [ago(900), 'now'], [ago(12_000), '12s'], [ago(3_600_000), '1h'],
  ])('%s is %s', (got, expected) => expect(plain(got)).toBe(expected));
});

describe('change', () => {
  it.each([
    [change(114.2, 100), 'up', 'good', '14.2 %'],
    [change(97.1, 100), 'down', 'bad', '2.9 %'],
    [change(0.421, 0.408, 'less-is-better', true), 'up', 'bad', '1.3 pt'],
    [change(200, 80), 'up', 'good', '150 %'],
    [change(5, 0), 'new', 'neutral', 'new'],
    [change(0, 0), 'flat', 'neutral', '0 %'],
    [change(1, null), 'none', 'neutral', '–'],
    [change(158.2, 100, 'neither'), 'up', 'neutral', '58.2 %'],
  ])('%j', (got, direction, tone, text) => expect([got.direction, got.tone, plain(got.text)]).toEqual([direction, tone, text]));

  it('reads aloud what colour says', () => {
    expect(change(0.421, 0.408, 'less-is-better', true).spoken).toBe('up 1.3 points, worse');
  });
});

describe('labels', () => {
  it.each([
    ['/%D8%A7%D9%84', '/ال'],
    ['/a%2Fb%20c', '/a%2Fb c'],
    ['/100%', '/100%'],
    ['/%E0%A4%A', '/%E0%A4%A'],
    ['/%0Aset%00', '/%0Aset%00'],
    ['/%3Cscript%3E', '/<script>'],
    ['/подарунки', '/подарунки'],
  ])('%s is %s', (path, shown) => expect(decoded(path)).toBe(shown));

  it('names what it knows and keeps the rest', () => {
    expect([countryName('RO'), countryName('unknown'), countryName('<b>'), languageName('ro'), languageName('')])
      .toEqual(['Romania', 'Unknown', '<b>', 'Romanian', '(none)']);
  });

  it.each([
    ['google.com', 'https://google.com/'],
    ['https://news.example/a', 'https://news.example/a'],
    ['javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['direct', null],
    ['http://', null],
  ])('%s links to %s', (source, link) => expect(sourceLink(source)).toBe(link));
});
