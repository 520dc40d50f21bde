/** The order of the cards, and what a card draws. */
import type { Site } from '../../api/types';

export const ORDERS: Readonly<Record<string, { name: string; of(site: Site): number | string }>> = {
  today: { name: 'Visitors today', of: (site) => -site.today.visitors },
  week: { name: 'Visitors in 7 days', of: (site) => -site.week.visitors },
  live: { name: 'Online now', of: (site) => -site.live },
  change: { name: 'Change', of: (site) => -(site.week.delta_pct ?? -1e9) },
  name: { name: 'Name', of: (site) => site.name.toLocaleLowerCase() },
};

export function sorted(sites: readonly Site[], order: string, search: string): Site[] {
  const wanted = search.trim().toLocaleLowerCase();
  const of = (ORDERS[order] ?? ORDERS.today)?.of ?? (() => 0);
  const found = sites.filter(({ name, slug, domains }) => [name, slug, ...domains].join(' ').toLocaleLowerCase().includes(wanted));
  const compare = (one: number | string, other: number | string) => (one < other ? -1 : one > other ? 1 : 0);
  return found.sort((one, other) => compare(of(one), of(other)) || compare(one.name, other.name));
}

/** A line over a box of 100 × 100, from zero; the last step, which is not over, by itself. */
export function sparkline(values: readonly number[]): { line: string; area: string; open: string } {
  const most = Math.max(1, ...values);
  const at = (index: number) => `${((index / Math.max(1, values.length - 1)) * 100).toFixed(2)} ${(100 - ((values[index] ?? 0) / most) * 92).toFixed(2)}`;
  const last = Math.max(0, values.length - 2);
  const line = `M${Array.from({ length: last + 1 }, (_, index) => at(index)).join('L')}`;
  return { line, area: `${line}V100H0Z`, open: values.length > 1 ? `M${at(last)}L${at(last + 1)}` : '' };
}
