import { describe, expect, it } from 'vitest';
import { graphOf, laidOut } from './sankey';

const flow = (steps: string[], count: number) => ({ steps, count, visitors: count });

describe('graphOf', () => {
  it('sums ways, and keeps steps apart so that a page seen twice makes no circle', () => {
    const { nodes, links } = graphOf([flow(['/', '/a', '/'], 3), flow(['/', '/a'], 2), flow(['/b'], 9)], 3);
    expect(nodes.map(({ id }) => id)).toEqual(['0 /', '1 /a', '2 /']);
    expect(links).toEqual([{ source: '0 /', target: '1 /a', value: 5 }, { source: '1 /a', target: '2 /', value: 3 }]);
  });

  it('gathers what is small', () => {
    const flows = Array.from({ length: 12 }, (_, at) => flow([`/${at}`, '/end'], 20 - at));
    const { nodes } = graphOf(flows, 2);
    expect(nodes.filter(({ step }) => step === 0)).toHaveLength(9);
    expect(nodes.find(({ isRest }) => isRest)?.path).toBe('Other pages');
  });

  it('lays out within its box', () => {
    const graph = laidOut(graphOf([flow(['/', '/a'], 3), flow(['/', '/b'], 1)], 2), 400, 200);
    for (const node of graph.nodes) expect([(node.x0 ?? -1) >= 0, (node.x1 ?? 999) <= 400, (node.y1 ?? 999) <= 200]).toEqual([true, true, true]);
  });
});
