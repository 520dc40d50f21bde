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

export const FLAG_PX = 24;

export interface Flag {
  /** Where it stands, and where the lines of its notes are. */
  x: number;
  lines: number[];
  /** Pixels for words beside it. */
  room: number;
  /** It points to the left: the chart ends there. */
  flipped: boolean;
  items: Annotation[];
}

/** Flags that would cover each other become one; a chart without a width yet has none. `x`: the place of a point. */
export function flagsOf(notes: readonly Note[], x: (at: number) => number, width: number): Flag[] {
  if (width <= 0) return [];
  const flags: Flag[] = [];
  for (const { at, items } of notes) {
    const [place, last] = [x(at), flags.at(-1)];
    const flipped = place > width - FLAG_PX;
    if (last && place - last.x < (flipped ? 2 : 1) * FLAG_PX) {
      last.lines.push(place);
      last.items.push(...items);
    } else {
      flags.push({ x: place, lines: [place], room: 0, flipped, items: [...items] });
    }
  }
  return flags.map((flag, index) => ({ ...flag, room: flag.flipped ? 0 : (startOf(flags[index + 1]) ?? width) - flag.x - FLAG_PX - 8 }));
}

function startOf(flag: Flag | undefined): number | undefined {
  return flag && (flag.flipped ? flag.x - FLAG_PX : flag.x);
}
