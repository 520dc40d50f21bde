import type { Visit } from '../../api/types';

export interface Row {
  key: string;
  visit: Visit;
}

/** A request has no id: its content identifies it when the list is refreshed, and a number separates equal ones. */
export function keyed(visits: readonly Visit[]): Row[] {
  const seen = new Map<string, number>();
  return visits.map((visit) => {
    const text = JSON.stringify(visit);
    const number = (seen.get(text) ?? 0) + 1;
    seen.set(text, number);
    return { key: `${number} ${text}`, visit };
  });
}
