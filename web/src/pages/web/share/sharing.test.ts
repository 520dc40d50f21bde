import { describe, expect, it, vi } from 'vitest';
import { resolve } from '../../../lib/range';

const shown = vi.hoisted(() => ({ filter: '', steps: [] as string[] }));
vi.mock('../../../app/address.svelte', () => ({
  address: {
    get: () => shown.filter,
    all: () => shown.steps,
    with: (changes: Record<string, unknown>, path: string) => `${path}?kept&${JSON.stringify(changes)}`,
  },
}));
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
    Object.assign(shown, { filter: 'path:/ country:RO', steps: ['path:/'] });
    const url = urlOfLink(link, false);
    expect(url.startsWith('https://stats.example/share/shr_a?kept&{"filter":null,"step":["path:/"],"range":null,')).toBe(true);
    expect(url.endsWith('#ff_shr_b')).toBe(true);
    expect(urlOfLink({ ...link, filter: '', range: null }, false)).toContain('"filter":"path:/ country:RO","step":["path:/"],"bots"');
  });

  it('leaves out what links do not show', () => {
    const link = { link: '/share/shr_a#ff_shr_b', filter: '', range: null, from: null };
    Object.assign(shown, { filter: '!visitor_id:a country:RO entry_page:/', steps: ['path:/', 'session_id:b'] });
    expect(urlOfLink(link, false)).toContain('{"filter":"country:RO entry_page:/","step":null,');
    Object.assign(shown, { filter: 'visitor_id:a', steps: ['entry_page:/', 'path:/'] });
    expect(urlOfLink(link, false)).toContain('{"filter":null,"step":["entry_page:/","path:/"],');
    expect(urlOfLink({ ...link, filter: 'path:/' }, false)).toContain('{"filter":null,"step":null,');
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
