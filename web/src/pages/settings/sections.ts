/** The sections of both settings pages: their navigation, their addresses and the command palette are made from these rows. */
import type { Component } from 'svelte';
import type { Project } from '../../api/types';
import { at } from '../../lib/base';

export interface Section<Props extends Record<string, unknown>> {
  /** The part of the address after `settings`; the first section has none. */
  path: string;
  name: string;
  /** What it shows, in words that end a sentence; such sections are for administrators alone. */
  admin?: string;
  page(): Promise<{ default: Component<Props> }>;
}

export type OfSite = { project: Project };
export type OfInstallation = Record<string, never>;

export const OF_SITE: readonly Section<OfSite>[] = [
  { path: '', name: 'Tracking', page: () => import('./site/Tracking.svelte') },
  { path: 'general', name: 'General', page: () => import('./site/General.svelte') },
  { path: 'exclusions', name: 'Exclusions', admin: 'what is not counted', page: () => import('./site/Exclusions.svelte') },
  { path: 'imports', name: 'Imports', admin: 'imports', page: () => import('./site/Imports.svelte') },
  { path: 'storage', name: 'Stored data', admin: 'what is stored', page: () => import('./site/Storage.svelte') },
];

export const OF_INSTALLATION: readonly Section<OfInstallation>[] = [
  { path: '', name: 'Access tokens', admin: 'tokens', page: () => import('./installation/Tokens.svelte') },
  { path: 'sites', name: 'Sites', page: () => import('./installation/Sites.svelte') },
  { path: 'health', name: 'Health', admin: 'how the installation is', page: () => import('./installation/Health.svelte') },
];

export const INSTALLATION = at('/settings');

/** The section of the installation that an address shows, by its part after `/settings`; null for any other address. */
export function sectionOf(path: string): string | null {
  const match = /^\/settings(?:\/([^/]*))?\/?$/.exec(path);
  return match ? (match[1] ?? '') : null;
}
