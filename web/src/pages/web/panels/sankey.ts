/** Flows of sessions as a Sankey diagram: a column for each step, a ribbon for each way from page to page. */
import { sankey, sankeyLinkHorizontal, type SankeyGraph } from 'd3-sankey';
import type { Flow } from '../../../api/types';

export interface Page {
  id: string;
  path: string;
  step: number;
  /** Takes the pages that are too small to show. */
  isRest: boolean;
}
export interface Way {
  source: string;
  target: string;
  value: number;
}
export type Graph = SankeyGraph<Page, Way>;

const MAX_PAGES = 8;
const REST = '\u0000rest';

/** The largest pages of each step by themselves, all others as one. */
export function graphOf(flows: readonly Flow[], depth: number): { nodes: Page[]; links: Way[] } {
  const kept = Array.from({ length: depth }, (_, step) => largest(flows, step));
  const nodes = new Map<string, Page>();
  const links = new Map<string, Way>();
  for (const { steps, count } of flows) {
    let before = '';
    for (const [step, path] of steps.slice(0, depth).entries()) {
      const isRest = !kept[step]?.has(path);
      const id = `${step} ${isRest ? REST : path}`;
      nodes.set(id, { id, path: isRest ? 'Other pages' : path, step, isRest });
      if (before) {
        const key = `${before}\n${id}`;
        links.set(key, { source: before, target: id, value: (links.get(key)?.value ?? 0) + count });
      }
      before = id;
    }
  }
  const linked = new Set([...links.values()].flatMap(({ source, target }) => [source, target]));
  return { nodes: [...nodes.values()].filter(({ id }) => linked.has(id)), links: [...links.values()] };
}

function largest(flows: readonly Flow[], step: number): Set<string> {
  const sums = new Map<string, number>();
  for (const { steps, count } of flows) {
    const path = steps[step];
    if (path !== undefined && steps.length > 1) sums.set(path, (sums.get(path) ?? 0) + count);
  }
  return new Set([...sums].sort(([, one], [, other]) => other - one).slice(0, MAX_PAGES).map(([path]) => path));
}

export function laidOut(graph: { nodes: Page[]; links: Way[] }, width: number, height: number): Graph {
  const layout = sankey<Page, Way>()
    .nodeId(({ id }) => id)
    .nodeAlign((node) => node.step)
    .nodeWidth(6)
    .nodePadding(14)
    .nodeSort((one, other) => Number(one.isRest) - Number(other.isRest) || (other.value ?? 0) - (one.value ?? 0))
    .extent([[1, 6], [width - 1, height - 6]]);
  return layout({ nodes: graph.nodes.map((node) => ({ ...node })), links: graph.links.map((link) => ({ ...link })) });
}

export const ribbon = sankeyLinkHorizontal<Page, Way>();
