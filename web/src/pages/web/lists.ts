/** The lists of the web page as rows of a table. A list that the surface has becomes a tab by one entry here. */
import type { ListBase, ListFigures } from '../../api/types';
import { capitalised, absent, countryName, decoded, languageName, sourceLink, sourceName } from '../../lib/labels';

/** A row of any list, whatever its endpoint calls the columns. */
export interface Row {
  label: string;
  /** What the bar shows, in the list's measure; and of the comparison. */
  value: number;
  before: number | undefined;
  /** Of the other measure. */
  other: number | undefined;
  revenue: Record<string, string> | undefined;
  bounceRate: number | undefined;
  duration: number | undefined;
}

export interface ListAnswer {
  items: (Partial<ListFigures> & Record<string, unknown>)[];
  total?: number;
  base?: ListBase | null;
}

export interface List {
  id: string;
  name: string;
  endpoint: string;
  /** The field of an item that holds the label, and the filter key that selects it. */
  label: string;
  filter: string | null;
  /** As in “All pages”. */
  many: string;
  /** The heads of the first column and of the counted one. */
  head: string;
  counted: 'Views' | 'Sessions' | 'Events';
  measure: 'visitors' | 'count';
  show(label: string): string;
  /** Shown by names that the server does not know: the whole list is asked for, and searched here. */
  isNamed?: boolean;
  /** A short code before the label. */
  code?(label: string): string;
  link?(label: string): string | null;
  /** What to say where the list is empty without a filter. */
  hint: string;
}

const FIRST = 'Labels appear here with the first visit.';
const place = (what: string) => `${what} need a city database: footfall geo install.`;

const list = (id: string, name: string, label: string, head: string, more: Partial<List> = {}): List => ({
  id, name, many: name.toLowerCase(), endpoint: `top-${id}`, label, filter: label, head, counted: 'Events', measure: 'visitors', show: absent, hint: FIRST, ...more,
});

const campaign = (id: string, name: string, label: string, head: string): List =>
  list(id, name, label, head, { counted: 'Sessions', hint: `Links tagged with ${label} appear here as soon as someone follows one.` });

export const CAMPAIGNS: readonly List[] = [
  campaign('utm-campaigns', 'Campaigns', 'utm_campaign', 'Campaign'),
  campaign('utm-sources', 'Sources', 'utm_source', 'Source'),
  campaign('utm-mediums', 'Mediums', 'utm_medium', 'Medium'),
  campaign('utm-contents', 'Contents', 'utm_content', 'Content'),
  campaign('utm-terms', 'Terms', 'utm_term', 'Term'),
];

export const LISTS: Readonly<Record<string, List>> = {
  pages: list('pages', 'Pages', 'path', 'Page', { counted: 'Views', show: decoded }),
  entry: list('entry-pages', 'Entry', 'path', 'Entry page', { many: 'entry pages', filter: 'entry_page', counted: 'Sessions', show: decoded }),
  exit: list('exit-pages', 'Exit', 'path', 'Exit page', { many: 'exit pages', filter: 'exit_page', counted: 'Sessions', show: decoded }),
  titles: list('titles', 'Titles', 'title', 'Title', { filter: 'search', counted: 'Views' }),
  hosts: list('hostnames', 'Hosts', 'hostname', 'Host'),
  sources: list('referrers', 'Sources', 'referrer', 'Source', { counted: 'Sessions', show: sourceName, link: sourceLink }),
  channels: list('channels', 'Channels', 'channel', 'Channel', { counted: 'Sessions', show: capitalised }),
  browsers: list('browsers', 'Browsers', 'browser', 'Browser'),
  systems: list('os', 'Systems', 'os', 'System'),
  devices: list('devices', 'Devices', 'device', 'Device', { show: capitalised }),
  screens: list('screen-classes', 'Screens', 'screen_class', 'Screen', { show: capitalised, hint: 'Screens come from the tracker.' }),
  countries: list('countries', 'Countries', 'country', 'Country', { show: countryName, isNamed: true, code: (label) => (/^[A-Z]{2}$/.test(label) ? label : '') }),
  regions: list('regions', 'Regions', 'region', 'Region', { hint: place('Regions') }),
  cities: list('cities', 'Cities', 'city', 'City', { hint: place('Cities') }),
  languages: list('languages', 'Languages', 'language', 'Language', { show: languageName, isNamed: true, hint: 'Languages come from browsers.' }),
  zones: list('timezones', 'Time zones', 'timezone', 'Time zone', { show: (zone) => absent(zone).replaceAll('_', ' '), isNamed: true }),
  events: list('events', 'Custom events', 'name', 'Event', {
    endpoint: 'custom-events', filter: 'custom_event_name', measure: 'count', hint: 'Send one with footfall.track("signup") from a page, and it appears here.',
  }),
};

/** The list of one of the keys of campaigns; of the first where `label` names none. */
export function campaignOf(label: string | null): List {
  return CAMPAIGNS.find((one) => one.label === label) ?? (CAMPAIGNS[0] as List);
}

/** Every list by its endpoint: for the dialog, whose address names it. */
export const BY_ENDPOINT: ReadonlyMap<string, List> = new Map([...Object.values(LISTS), ...CAMPAIGNS].map((one) => [one.endpoint, one]));

/** Labels of one answer, at most. */
export const MOST = 300;

/** Whether the name or the label holds what was typed. */
export function isFound(list: List, label: string, typed: string): boolean {
  return `${list.show(label)} ${label}`.toLocaleLowerCase().includes(typed.toLocaleLowerCase());
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

export function rowsOf(list: List, answer: ListAnswer): Row[] {
  return answer.items.map((item) => {
    const [visitors, count] = [numberOf(item.visitors), numberOf(item.count)];
    const [before, beforeCount] = [numberOf(item.prev_visitors), numberOf(item.prev_count)];
    const isCount = list.measure === 'count';
    return {
      label: String(item[list.label] ?? ''),
      value: (isCount ? count : visitors) ?? 0,
      before: isCount ? beforeCount : before,
      other: isCount ? visitors : count,
      revenue: item.revenue,
      bounceRate: numberOf(item.bounceRate),
      duration: numberOf(item.avgDurationSec),
    };
  });
}

/** The share of a row in all of the list; undefined where the server does not say how many there are. */
export function shareOf(list: List, row: Row, answer: ListAnswer): number | undefined {
  const all = answer.base?.[list.measure];
  return all ? row.value / all : undefined;
}
