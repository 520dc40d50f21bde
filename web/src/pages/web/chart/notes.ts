/** Annotations on the chart: those of one bucket share a flag. */
import type { Annotation } from '../../../api/types';
import { wallOf } from '../../../lib/zone';
import type { Point } from './points';

export interface Note {
  /** The point whose bucket they lie in. */
  at: number;
  items: Annotation[];
}

/** In the order of time; `to` ends the last bucket, by the project's clock. */
export function notesOf(annotations: readonly Annotation[], points: readonly Point[], to: number, zone: string): Note[] {
  const byPoint = new Map<number, Annotation[]>();
  const inTime = [...annotations].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  for (const annotation of inTime) {
    const wall = wallOf(Date.parse(annotation.at), zone);
    const at = points.findLastIndex((point) => point.wall <= wall);
    if (at >= 0 && wall < to) byPoint.set(at, [...(byPoint.get(at) ?? []), annotation]);
  }
  return [...byPoint].map(([at, items]) => ({ at, items }));
}

/** Pixels that the words beside each flag may take: up to the next flag, or to the edge of the chart. */
export function roomsOf(places: readonly number[], width: number): number[] {
  return places.map((x, index) => Math.max(0, (places[index + 1] ?? width) - x));
}
