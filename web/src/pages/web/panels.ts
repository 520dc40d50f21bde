/** The panels of the web page, in reading order. */
import type { Component } from 'svelte';
import { campaignOf, LISTS, type List } from './lists';
import type { View } from './view.svelte';

export interface Tab {
  id: string;
  name: string;
  /** A list, or a component that is loaded when the tab is opened. Without both, the component is in panels/first.ts. */
  list?: List;
  /** Of a component that shows a list: the one that the tools of the panel's head search and download. */
  listed?(chosen: string | null): List;
  load?(): Promise<{ default: Component<{ view: View }> }>;
  /** What no link shows; what links with a filter do not show, since it tells of whole sessions. */
  closed?: 'to links' | 'to links with a filter';
}

export interface Panel {
  id: string;
  name: string;
  /** Columns of twelve from 1200 px, and from 1600 px where they differ. */
  span: 4 | 6 | 8 | 12;
  broad?: 4 | 6 | 8 | 12;
  /** Half the width from 768 px on. */
  half?: boolean;
  /** Where a link does not show its neighbour in the row. */
  linked?: Partial<Pick<Panel, 'span' | 'broad'>>;
  tabs: readonly Tab[];
}

const WHOLE_SESSIONS = ['entry', 'exit'];

const listed = (...ids: string[]): Tab[] =>
  ids.flatMap((id) => {
    const list = LISTS[id];
    return list ? [{ id, name: list.name, list, ...(WHOLE_SESSIONS.includes(id) ? { closed: 'to links with a filter' as const } : {}) }] : [];
  });

export const PANELS: readonly Panel[] = [
  { id: 'pages', name: 'Pages', span: 6, broad: 4, half: true, tabs: listed('pages', 'entry', 'exit', 'titles', 'hosts') },
  {
    id: 'sources', name: 'Sources', span: 6, broad: 4, half: true,
    tabs: [...listed('sources', 'channels'), { id: 'campaigns', name: 'Campaigns', listed: campaignOf, load: () => import('./panels/Campaigns.svelte') }],
  },
  { id: 'tech', name: 'Devices', span: 4, tabs: listed('browsers', 'systems', 'devices', 'screens') },
  {
    id: 'places', name: 'Places', span: 8, linked: { broad: 12 },
    tabs: [{ id: 'countries', name: 'Countries', listed: () => LISTS.countries as List }, ...listed('regions', 'cities', 'languages', 'zones')],
  },
  { id: 'live', name: 'Live', span: 4, tabs: [{ id: 'live', name: 'Live', closed: 'to links' }] },
  {
    id: 'events', name: 'Events', span: 8, broad: 6, linked: { span: 12 },
    tabs: [{ id: 'goals', name: 'Goals', load: () => import('./panels/Goals.svelte') }, ...listed('events'), { id: 'properties', name: 'Properties', load: () => import('./panels/Properties.svelte') }],
  },
  {
    id: 'journeys', name: 'Journeys', span: 12, broad: 6,
    tabs: [
      { id: 'flows', name: 'Flows', closed: 'to links with a filter', load: () => import('./panels/Flows.svelte') },
      { id: 'funnel', name: 'Funnel', load: () => import('./panels/Funnel.svelte') },
      { id: 'retention', name: 'Retention', load: () => import('./panels/Retention.svelte') },
    ],
  },
  {
    id: 'reading', name: 'Reading', span: 12, broad: 6, linked: { broad: 12 },
    tabs: [
      { id: 'engagement', name: 'Engagement', load: () => import('./panels/Engagement.svelte') },
      { id: 'vitals', name: 'Web vitals', load: () => import('./panels/Vitals.svelte') },
    ],
  },
  {
    id: 'traffic', name: 'Traffic', span: 12, broad: 6,
    tabs: [
      { id: 'classes', name: 'Traffic classes', closed: 'to links', load: () => import('./panels/Classes.svelte') },
      { id: 'dropped', name: 'Left out', closed: 'to links', load: () => import('./panels/Dropped.svelte') },
    ],
  },
];

/** Those that a reader sees: everything, or what a link shows. */
export function panelsFor(link: { filter: string } | null): readonly Panel[] {
  if (!link) return PANELS;
  const shown = (tab: Tab) => !tab.closed || (tab.closed === 'to links with a filter' && !link.filter);
  return PANELS.map((panel) => ({ ...panel, ...panel.linked, tabs: panel.tabs.filter(shown) })).filter(({ tabs }) => tabs.length > 0);
}
