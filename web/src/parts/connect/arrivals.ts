/** The newest event or request of a project, to tell whether one arrives. */
import { get, segment } from '../../api/request';
import type { Project, RecentEvent, Visit } from '../../api/types';
import { countryName, decoded } from '../../lib/labels';

export interface Arrival {
  /** Two arrivals with the same one are the same. */
  id: string;
  what: string;
  where: string;
  country: string;
}

const WINDOW_MS = 3_600_000;

/** Within the last hour; null where there is none. */
export async function newest(project: Project, kind: 'event' | 'request'): Promise<Arrival | null> {
  if (kind === 'event') {
    const { items } = await get<{ items: RecentEvent[] }>(`/api/web-events/${segment(project.slug)}/recent-events`, { limit: 1, windowMs: WINDOW_MS, bots: 1 });
    return items[0] ? ofEvent(items[0]) : null;
  }
  const from = new Date(Date.now() - WINDOW_MS).toISOString();
  const { visits } = await get<{ visits: Visit[] }>('/api/tracking/visits', { project: project.slug, limit: 1, from });
  return visits[0] ? ofRequest(visits[0]) : null;
}

function ofEvent({ id, event_type, custom_event_name, path, country_code }: RecentEvent): Arrival {
  const what = event_type === 'custom' ? `Event ${custom_event_name ?? ''}` : 'Pageview';
  return { id, what, where: decoded(path), country: country_code ? countryName(country_code) : '' };
}

function ofRequest({ timestamp, method, endpoint, user_hash, country_code }: Visit): Arrival {
  return { id: `${timestamp} ${method} ${endpoint} ${user_hash}`, what: method, where: decoded(endpoint), country: country_code ? countryName(country_code) : '' };
}
