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
}

export interface Panel {
  id: string;
  name: string;
  /** Columns of twelve from 1200 px, and from 1600 px where they differ. */
  span: 4 | 6 | 8 | 12;
  broad?: 4 | 6 | 8 | 12;
  /** Half the width from 768 px on. */
  half?: boolean;
  tabs: readonly Tab[];
}

const listed = (...ids: string[]): Tab[] =>
  ids.flatMap((id) => {
    const list = LISTS[id];
    return list ? [{ id, name: list.name, list }] : [];
  });

export const PANELS: readonly Panel[] = [
  { id: 'pages', name: 'Pages', span: 6, broad: 4, half: true, tabs: listed('pages', 'entry', 'exit', 'titles', 'hosts') },
  {
    id: 'sources', name: 'Sources', span: 6, broad: 4, half: true,
    tabs: [...listed('sources', 'channels'), { id: 'campaigns', name: 'Campaigns', listed: campaignOf, load: () => import('./panels/Campaigns.svelte') }],
  },
  { id: 'tech', name: 'Devices', span: 4, tabs: listed('browsers', 'systems', 'devices', 'screens') },
  {
    id: 'places', name: 'Places', span: 8,
    tabs: [{ id: 'countries', name: 'Countries', listed: () => LISTS.countries as List }, ...listed('regions', 'cities', 'languages', 'zones')],
  },
  { id: 'live', name: 'Live', span: 4, tabs: [{ id: 'live', name: 'Live' }] },
  {
    id: 'events', name: 'Events', span: 8, broad: 6,
    tabs: [...listed('events'), { id: 'properties', name: 'Properties', load: () => import('./panels/Properties.svelte') }],
  },
  {
    id: 'journeys', name: 'Journeys', span: 12, broad: 6,
    tabs: [
      { id: 'flows', name: 'Flows', load: () => import('./panels/Flows.svelte') },
      { id: 'funnel', name: 'Funnel', load: () => import('./panels/Funnel.svelte') },
      { id: 'retention', name: 'Retention', load: () => import('./panels/Retention.svelte') },
    ],
  },
  {
    id: 'reading', name: 'Reading', span: 12, broad: 6,
    tabs: [
      { id: 'engagement', name: 'Engagement', load: () => import('./panels/Engagement.svelte') },
      { id: 'vitals', name: 'Web vitals', load: () => import('./panels/Vitals.svelte') },
    ],
  },
  {
    id: 'traffic', name: 'Traffic', span: 12, broad: 6,
    tabs: [
      { id: 'classes', name: 'Traffic classes', load: () => import('./panels/Classes.svelte') },
      { id: 'dropped', name: 'Left out', load: () => import('./panels/Dropped.svelte') },
    ],
  },
];
