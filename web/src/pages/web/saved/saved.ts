/** What people save with a project, over its endpoints. */
import { get, segment } from '../../../api/request';

export type Kind = 'goals' | 'segments' | 'funnels' | 'annotations';

export function savedPath(slug: string, kind: Kind, id?: string): string {
  const base = `/api/projects/${segment(slug)}/${kind}`;
  return id === undefined ? base : `${base}/${segment(id)}`;
}

export async function listSaved<Item>(slug: string, kind: Kind, signal?: AbortSignal): Promise<readonly Item[]> {
  return (await get<{ items: Item[] }>(savedPath(slug, kind), {}, signal)).items;
}
