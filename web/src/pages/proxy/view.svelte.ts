/** What the proxy page shows, derived from the address: the site, the range, which logs, what the chart draws. */
import { address } from '../../app/address.svelte';
import type { Params } from '../../api/request';
import type { Project } from '../../api/types';
import { asked } from '../../lib/range';
import { DAY } from '../../lib/zone';
import { Ranged } from '../../parts/range/ranged.svelte';

/** Parameters of the surface that select logs, with the words that a chip shows. */
export const FILTERS: Readonly<Record<string, string>> = { domain: 'Domain', orderId: 'Order', userId: 'User', worker: 'Worker', protocol: 'Protocol' };

/** Longer ranges are refused. */
export const MAX_DAYS = 62;
const HOURS_UNTIL = 2 * DAY;

export class ProxyView extends Ranged {
  /** Proxy logs are summed up by the days of UTC. */
  constructor(project: Project) {
    super(project, null, 'UTC');
  }

  readonly filters: Readonly<Record<string, string>> = $derived.by(() =>
    Object.fromEntries(Object.keys(FILTERS).flatMap((name) => (address.get(name) ? [[name, address.get(name) ?? '']] : []))),
  );
  readonly isTooLong: boolean = $derived.by(() => this.range.preset === 'all' || this.range.until - this.range.from > MAX_DAYS * DAY);
  readonly bucket: 'hour' | 'day' = $derived.by(() => (this.range.until - this.range.from <= HOURS_UNTIL ? 'hour' : 'day'));
  readonly params: Params = $derived.by(() => {
    const { from = null, to = null } = asked(this.range);
    return { from, to, project: this.slug, ...this.filters };
  });
  /** Changes with what is chosen, not with the time. */
  readonly identity: string = $derived.by(() => JSON.stringify([this.slug, this.range.from, this.range.to, this.filters]));

  filteredHref(changes: Readonly<Record<string, string | null>>): string {
    return address.with({ page: null, ...changes });
  }
}
