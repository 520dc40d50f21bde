/** What the web page shows, derived from the address: the site, the range, the comparison, the filter. */
import { address } from '../../app/address.svelte';
import { pathOf } from '../../app/surfaces';
import { session } from '../../app/session.svelte';
import { RequestError, type Params } from '../../api/request';
import { Resource } from '../../api/resource.svelte';
import type { Annotation, Goal, LinkSession, Project, SavedFunnel, Segment } from '../../api/types';
import { faultOf, literal, parseOrNone, print, selects, toggled, type FilterError, type Term } from '../../lib/filter';
import { asked, bucketOf, type Bucket } from '../../lib/range';
import { Ranged } from '../../parts/range/ranged.svelte';
import { listSaved } from './saved/saved';
import { LiveStream } from './live/stream.svelte';
import { metricOf, type Metric } from './metrics';

/** Rows that a panel reserves before it knows how many there are. */
export const ROWS = 8;

/** What is being made or changed in a dialog. */
export type Edited =
  | { kind: 'goal'; item: Goal | null }
  | { kind: 'segment'; item: Segment | null; filter?: string }
  | { kind: 'funnel'; item: SavedFunnel | null; steps: readonly string[]; window: string }
  | { kind: 'annotation'; item: Annotation | null; wall?: number }
  | { kind: 'annotations' }
  | { kind: 'share' };

export class View extends Ranged {
  /** Null: whoever looks is signed in. */
  constructor(project: Project, readonly link: LinkSession | null = null) {
    super(project, link);
  }

  readonly isAdmin: boolean = $derived.by(() => this.link === null && session.isAdmin);
  edited = $state.raw<Edited | null>(null);
  /** Counts what was saved: answers that show it are asked for again. */
  saves = $state(0);

  /** As the address has it. Where `fault` says that it is none, nothing is shown. */
  readonly text: string = $derived(address.get('filter') ?? '');
  readonly fault: FilterError | null = $derived(faultOf(this.text));
  readonly filter: string = $derived(this.fault ? '' : this.text);
  readonly terms: Term[] = $derived(parseOrNone(this.filter));
  readonly bots: boolean = $derived(address.get('bots') === '1');
  readonly bucket: Bucket = $derived(bucketOf(this.range, address.get('bucket')));
  readonly metric: Metric = $derived(metricOf(address.get('metric')));

  private readonly narrowed: Params = $derived({ filter: this.filter, bots: this.bots ? 1 : null });
  /** What every panel asks with. */
  readonly params: Params = $derived({ ...asked(this.range), ...this.narrowed });
  readonly listParams: Params = $derived({ ...this.params, limit: ROWS, totals: 1, order: 'visitors' });
  readonly chartParams: Params = $derived({ ...asked(this.range, true), ...this.narrowed, bucket: this.bucket, figures: 1 });
  /** Changes with what is chosen, not with the time. */
  readonly identity: string = $derived.by(() =>
    JSON.stringify([
      this.project.slug, this.range.from, this.range.to, this.range.compared?.from, this.range.compared?.to, this.filter, this.bots,
    ]),
  );

  /** One stream, for the panel and the top bar. Made with the page: it ends with it. */
  readonly live = new LiveStream(() => (this.link ? null : { slug: this.project.slug, params: this.narrowed }));

  readonly annotations = new Resource<readonly Annotation[]>(() => {
    const { slug, saves } = this;
    return { view: `${slug} ${saves}`, load: (signal) => listSaved(slug, 'annotations', signal) };
  });

  /** The address of this view with the label selected (or excluded), or no longer so. */
  toggledHref(key: string, label: string, negated = false): string {
    return address.with({ filter: print(toggled(this.terms, key, literal(label), negated)) || null });
  }

  toggle(key: string, label: string, negated = false): void {
    address.go(this.toggledHref(key, label, negated));
  }

  isSelected(key: string, label: string): boolean {
    return selects(this.terms, key, literal(label));
  }

  setTerms(terms: readonly Term[]): void {
    address.change({ filter: print(terms) || null });
  }

  edit(edited: Edited): void {
    this.edited = edited;
  }

  async editGoal(name: string): Promise<void> {
    try {
      const item = (await listSaved<Goal>(this.slug, 'goals')).find((goal) => goal.name === name);
      if (item) this.edit({ kind: 'goal', item });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error; // a lost connection or an ended session is told elsewhere
    }
  }

  /** A visitor's page, which leads back to this view. */
  visitorHref(id: string): string {
    return pathOf(this.slug, 'visitors', id);
  }
}
