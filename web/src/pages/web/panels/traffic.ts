/** Classes of traffic: who they are, and how they are drawn. */
export interface TrafficClass {
  id: string;
  name: string;
}

/** What matters most for people at the bottom of the stack. */
export const CLASSES: readonly TrafficClass[] = [
  { id: 'human', name: 'People' },
  { id: 'bot', name: 'Crawlers' },
  { id: 'ai', name: 'AI crawlers' },
  { id: 'monitor', name: 'Monitors' },
  { id: 'scanner', name: 'Scanners' },
];

export interface TrafficAnswer {
  items: { traffic: string; count: number; visitors: number; spark: number[]; prev_count?: number | null }[];
  buckets: string[];
  bucket: string;
}

/** Columns with the counts of the classes in order, and the largest sum. */
export function stacked(answer: TrafficAnswer): { columns: { bucket: string; counts: number[]; sum: number }[]; most: number } {
  const sparks = CLASSES.map(({ id }) => answer.items.find(({ traffic }) => traffic === id)?.spark ?? []);
  const columns = answer.buckets.map((bucket, at) => {
    const counts = sparks.map((spark) => spark[at] ?? 0);
    return { bucket, counts, sum: counts.reduce((sum, count) => sum + count, 0) };
  });
  return { columns, most: Math.max(0, ...columns.map(({ sum }) => sum)) };
}
