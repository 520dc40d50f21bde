/** A site over a range of time, as the address says: what every page of a site begins with. */
import { address } from '../../app/address.svelte';
import { clock } from '../../app/clock.svelte';
import type { Project } from '../../api/types';
import { resolve, type Resolved } from '../../lib/range';

export class Ranged {
  constructor(readonly project: Project) {}

  readonly zone: string = $derived.by(() => this.project.timezone);
  readonly range: Resolved = $derived.by(() =>
    resolve(
      {
        range: address.get('range'), from: address.get('from'), to: address.get('to'), compare: address.get('compare'),
        compareFrom: address.get('compare-from'), compareTo: address.get('compare-to'),
      },
      this.zone,
      clock.now,
    ),
  );

  get slug(): string {
    return this.project.slug;
  }

  setRange(changes: Partial<Record<'range' | 'from' | 'to', string>>): void {
    address.change({ range: null, from: null, to: null, bucket: null, ...changes });
  }
}
