/** What is asked for a link, and what is copied of one. */
import { address } from '../../../app/address.svelte';
import { BASE } from '../../../lib/base';
import { closedTo, parseOrNone, print } from '../../../lib/filter';
import { instantOf } from '../../../lib/zone';
import type { Resolved } from '../../../lib/range';
import type { Link, MadeLink } from '../../../api/types';

const origin = () => window.location.origin;

export interface Wanted {
  name: string;
  filter: string;
  range: Resolved | null;
  password: string;
  embed: string;
  badge: boolean;
}

export function bodyOf({ name, filter, range, password, embed, badge }: Wanted): Record<string, unknown> {
  return { name, filter, ...rangeOf(range), password: password || null, embed: embed.split(/[\s,]+/).filter(Boolean).map(originOf), badge };
}

/** Of a page's address, or of a host alone; what is neither stays as it is, and the server says so. */
function originOf(typed: string): string {
  const full = typed.includes('://') ? typed : `https://${typed}`;
  return URL.canParse(full) ? new URL(full).origin : typed;
}

function rangeOf(range: Resolved | null): Record<string, string> {
  if (!range) return {};
  if (range.preset !== 'custom') return { range: range.preset };
  const instant = (wall: number) => new Date(instantOf(wall, range.zone)).toISOString();
  return { from: instant(range.from), to: instant(range.to) };
}

/** The link, opened as this view is: the same line on the chart, the same tabs. What it fixes, and what links don't show, is left out. */
export function urlOfLink({ link, filter, range, from }: Pick<MadeLink, 'link' | 'filter' | 'range' | 'from'>, isChart: boolean): string {
  const [path = '', secret = ''] = link.split('#');
  const isFixed = range !== null || from !== null;
  const closed = closedTo({ filter });
  const terms = parseOrNone(address.get('filter') ?? '').filter(({ key }) => !closed.includes(key));
  const steps = address.all('step');
  const isOpen = steps.every((step) => parseOrNone(step).every(({ key }) => !closed.includes(key)));
  const fixed = { filter: filter ? null : print(terms) || null, step: isOpen ? steps : null, ...(isFixed ? { range: null, from: null, to: null, compare: null, 'compare-from': null, 'compare-to': null } : {}) };
  return `${origin()}${address.with({ ...fixed, bots: null, list: null, live: null, theme: null, only: isChart ? 'chart' : null }, path)}#${secret}`;
}

/** The name of the first link that has none yet. */
export function freeName(links: readonly Pick<Link, 'name'>[], base: string): string {
  const taken = new Set(links.map(({ name }) => name.toLocaleLowerCase()));
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!taken.has(name.toLocaleLowerCase())) return name;
  }
}

const attribute = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

export function frameOf(url: string, title: string, height: number): string {
  return `<iframe src="${attribute(url)}" title="${attribute(title)}" width="100%" height="${height}" style="border: 0"></iframe>`;
}

export function badgeOf(id: string): string {
  return `<img src="${attribute(`${origin()}${BASE}/api/shares/${encodeURIComponent(id)}/badge.svg`)}" alt="Visitors now">`;
}
