/** The surfaces of a site: the navigation, the addresses and the pages are all made from these rows.
    A new surface is a folder in pages/ and a row here. */
import type { Component } from 'svelte';
import type { Project } from '../api/types';
import { at } from '../lib/base';

export interface PageProps {
  project: Project;
  /** What follows the surface in the address, without the first slash. */
  rest: string;
}

export interface Surface {
  /** The part of the address after the site; the first surface has none. */
  path: string;
  name: string;
  /** Pages that belong to another surface stand under it in the navigation. */
  under?: string;
  page(): Promise<{ default: Component<PageProps> }>;
}

export const SURFACES: readonly Surface[] = [
  { path: '', name: 'Web', page: () => import('../pages/web/WebPage.svelte') },
  { path: 'api', name: 'API', page: () => import('../pages/api/ApiPage.svelte') },
  { path: 'network', name: 'Network', page: () => import('../pages/network/NetworkPage.svelte') },
  { path: 'proxy', name: 'Proxy', page: () => import('../pages/proxy/ProxyPage.svelte') },
  { path: 'settings', name: 'Settings', page: () => import('../pages/settings/SiteSettingsPage.svelte') },
  { path: 'visitors', name: 'Visitor', under: '', page: () => import('../pages/visitor/VisitorPage.svelte') },
];

export interface Place {
  slug: string;
  surface: Surface;
  rest: string;
}

/** Where an address of a site leads; null for any other address. */
export function placeOf(path: string): Place | null {
  const match = /^\/sites\/([^/]+)(?:\/([^/]+)(?:\/(.+))?)?\/?$/.exec(path);
  if (!match) return null;
  const surface = SURFACES.find((one) => one.path === (match[2] ?? ''));
  return surface && match[1] ? { slug: unescaped(match[1]), surface, rest: unescaped(match[3] ?? '') } : null;
}

/** The id of the link whose page an address is; null for any other address. */
export function linkOf(path: string): string | null {
  return /^\/share\/([^/]+)\/?$/.exec(path)?.[1] ?? null;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function pathOf(slug: string, surface = '', rest = ''): string {
  return [at('/sites'), encodeURIComponent(slug), surface, encodeURIComponent(rest)].filter(Boolean).join('/');
}
