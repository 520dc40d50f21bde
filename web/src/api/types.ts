/** Names for the answers of the server; their shapes come from docs/openapi.json (`npm run types`). */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Figures = Schemas['KpiFigures'] & { viewsPerSession?: number | null };
export type Kpis = Schemas['Kpis'];
export type Timeseries = Schemas['Timeseries'];
export type CustomEvents = Schemas['CustomEvents'];
export type RecentEvent = Schemas['RecentEvent'];
export type Engagement = Schemas['Engagement'];
export type PageRead = Schemas['PageRead'];
export type Flow = Schemas['Flow'];
export type Flows = Schemas['Flows'];
export type Funnel = Schemas['Funnel'];
export type Retention = Schemas['Retention'];
export type Properties = Schemas['Properties'];
export type Dropped = Schemas['DroppedObject'];

export interface Project {
  slug: string;
  id: string;
  name: string;
  timezone: string;
  site_key: string;
  domains: string[];
}

export interface SessionInfo {
  auth: 'session' | 'token' | 'off';
  scopes: string[];
  installation: boolean;
  expires_at: string | null;
  csrf: string | null;
  projects: Project[];
}

export interface Site extends Project {
  live: number;
  today: { visitors: number; prev_visitors: number; delta_pct: number | null };
  week: { visitors: number; prev_visitors: number; delta_pct: number | null };
  spark: number[];
  last_event: string | null;
}
export interface Sites {
  items: Site[];
  as_of: string;
}
