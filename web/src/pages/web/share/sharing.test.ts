import { describe, expect, it, vi } from 'vitest';
import { resolve } from '../../../lib/range';

vi.mock('../../../app/address.svelte', () => ({ address: { with: (changes: object, path: string) => `${path}?kept&without=${Object.keys(changes).join('+')}` } }));
vi.stubGlobal('window', { location: { origin: 'https://stats.example' } });
const { badgeOf, bodyOf, frameOf, freeName, urlOfLink } = await import('./sharing');

const NOW = Date.parse('2026-06-11T10:00:00Z');
const wanted = { name: 'Ana', filter: '', range: null, password: '', embed: '', badge: false };

describe('a link', () => {
  it('fixes nothing unless it is asked to', () => {
    expect(bodyOf(wanted)).toEqual({ name: 'Ana', filter: '', password: null, embed: [], badge: false });
  });

  it('names a range that has a name, and else both ends as instants', () => {
    expect(bodyOf({ ...wanted, range: resolve({ range: '7d' }, 'UTC', NOW) })).toMatchObject({ range: '7d' });
    const days = bodyOf({ ...wanted, range: resolve({ from: '2026-06-01', to: '2026-06-02' }, 'Europe/Berlin', NOW) });
    expect(days).toMatchObject({ from: '2026-05-31T22:00:00.000Z', to: '2026-06-02T22:00:00.000Z' });
  });

  it('takes origins in lines or with commas', () => {
    expect(bodyOf({ ...wanted, embed: ' https://a.example, https://b.example\n' }).embed).toEqual(['https://a.example', 'https://b.example']);
  });

  it('takes hosts and addresses of pages for their origins', () => {
    const embed = 'intranet.example *.a.example https://B.example:8443/wiki/page?x=1 http://localhost:3000/ javascript:alert(1) a;b';
    const origins = ['https://intranet.example', 'https://*.a.example', 'https://b.example:8443', 'http://localhost:3000', 'javascript:alert(1)', 'https://a;b'];
    expect(bodyOf({ ...wanted, embed }).embed).toEqual(origins);
  });

  it('keeps the secret behind #, and leaves out what it fixes', () => {
    const link = { link: '/share/shr_a#ff_shr_b', filter: 'path:/', range: '7d' as const, from: null };
    const url = urlOfLink(link, false);
    expect(url.startsWith('https://stats.example/share/shr_a?kept&without=filter+range+')).toBe(true);
    expect(url.endsWith('#ff_shr_b')).toBe(true);
    expect(urlOfLink({ ...link, filter: '', range: null }, false)).not.toContain('without=filter');
  });
});

it('names are free', () => {
  expect(freeName([], 'Shop')).toBe('Shop');
  expect(freeName([{ name: 'shop' }, { name: 'Shop 2' }], 'Shop')).toBe('Shop 3');
});

it('code to paste holds values as attributes', () => {
  expect(frameOf('https://x/?a=1&b="', '<T>', 560)).toContain('src="https://x/?a=1&amp;b=&quot;" title="&lt;T>"');
  expect(badgeOf('shr_a')).toBe('<img src="https://stats.example/api/shares/shr_a/badge.svg" alt="Visitors now">');
});
