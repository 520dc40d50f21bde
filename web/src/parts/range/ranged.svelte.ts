/** A site over a range of time, as the address says: what every page of a site begins with. */
import { address } from '../../app/address.svelte';
import { clock } from '../../app/clock.svelte';
import type { Project } from '../../api/types';
import { chosen, PRESETS, resolve, type Choice, type Preset, type Resolved, type Span } from '../../lib/range';
import { HOUR, wallOf } from '../../lib/zone';

interface Own {
  range: string | null;
  from: string | null;
  to: string | null;
}

export class Ranged {
  /** `own`: the range that a link shows at most; it may have none. `clocks`: a zone in place of the site's. */
  constructor(
    readonly project: Project,
    private readonly own: Own | null = null,
    private readonly clocks: string | null = null,
  ) {}

  readonly zone: string = $derived.by(() => this.clocks ?? this.project.timezone);
  /** Null: any range may be chosen. */
  readonly limits: Resolved | null = $derived.by(() => {
    const choice = ownChoice(this.own, this.zone, clock.now);
    return choice && resolve(choice, this.zone, clock.now);
  });
  readonly range: Resolved = $derived.by(() => {
    const [range, from] = [address.get('range'), address.get('from')];
    if (this.limits && !range && !from) return this.limits;
    const found = resolve(
      {
        range, from, to: address.get('to'), compare: this.limits ? 'off' : address.get('compare'),
        compareFrom: address.get('compare-from'), compareTo: address.get('compare-to'),
      },
      this.zone,
      clock.now,
    );
    return this.limits && !this.contains(found) ? this.limits : found;
  });
  readonly presets: readonly Preset[] = $derived.by(() => PRESETS.filter(({ id }) => this.contains(resolve({ range: id }, this.zone, clock.now))));

  contains(span: Span): boolean {
    return !this.limits || (span.from >= this.limits.from && span.to <= this.limits.to);
  }

  get slug(): string {
    return this.project.slug;
  }

  setRange(changes: Partial<Record<'range' | 'from' | 'to', string>>): void {
    address.change({ range: null, from: null, to: null, bucket: null, ...changes });
  }
}

/** What the page calls by no name, such as the last hour, is a span of times. */
function ownChoice(own: Own | null, zone: string, now: number): Choice | null {
  const wall = wallOf(now, zone);
  if (own?.range === '1h') return { ...chosen({ from: wall - HOUR, to: wall }), compare: 'off' };
  if (own?.from && own.to) return { ...chosen({ from: wallOf(Date.parse(own.from), zone), to: wallOf(Date.parse(own.to), zone) }), compare: 'off' };
  return own?.range ? { range: own.range, compare: 'off' } : null;
}
