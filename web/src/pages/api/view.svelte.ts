/** What the API page shows, derived from the address: the site, the range, which requests, what the chart draws. */
import { address } from '../../app/address.svelte';
import type { Params } from '../../api/request';
import { asked, bucketOf, type Bucket } from '../../lib/range';
import { Ranged } from '../../parts/range/ranged.svelte';
import { metricOf, type Metric } from './metrics';

/** Parameters of the surface that select requests, with the words that a chip shows. */
export const FILTERS: Readonly<Record<string, string>> = {
  endpoint: 'Endpoint',
  method: 'Method',
  status_class: 'Status',
  status: 'Status',
  consumer: 'Consumer',
  host: 'Host',
  country: 'Country',
  browser: 'Client',
  traffic: 'Traffic',
};

export class ApiView extends Ranged {
  readonly filters: Readonly<Record<string, string>> = $derived.by(() =>
    Object.fromEntries(Object.keys(FILTERS).flatMap((name) => (address.get(name) ? [[name, address.get(name) ?? '']] : []))),
  );
  readonly metric: Metric = $derived(metricOf(address.get('metric')));
  readonly bucket: Bucket = $derived(bucketOf(this.range, address.get('bucket')));

  private readonly chosen: Params = $derived.by(() => ({ project: this.slug, ...this.filters }));
  /** Without the period that is compared with. */
  readonly params: Params = $derived.by(() => ({ ...this.span, ...this.chosen }));
  readonly chartParams: Params = $derived.by(() => {
    const { compare_from = null, compare_to = null } = asked(this.range);
    return { ...this.span, ...this.chosen, compare_from, compare_to, granularity: this.bucket, timezone: this.zone };
  });
  /** Changes with what is chosen, not with the time. */
  readonly identity: string = $derived.by(() => JSON.stringify([this.slug, this.range.from, this.range.to, this.range.compared?.from, this.range.compared?.to, this.filters]));

  private readonly span: Params = $derived.by(() => {
    const { from = null, to = null } = asked(this.range);
    return { from, to };
  });

  /** The address with one more condition, or without it where `value` is null. */
  filteredHref(changes: Readonly<Record<string, string | null>>): string {
    return address.with(changes);
  }
}
