import { describe, expect, it } from 'vitest';
import { labelled } from './scale';

describe('labels beneath a chart', () => {
  it('are the first, the last, and some between', () => {
    expect(labelled(0, 5)).toEqual([]);
    expect(labelled(1, 5)).toEqual([0]);
    expect(labelled(9, 5)).toEqual([0, 2, 4, 6, 8]);
    expect(labelled(30, 2)).toEqual([0, 29]);
  });

  it('say each thing once: of the hours of a day, one carries its date', () => {
    const day = (index: number) => Math.floor(index / 24);
    expect(labelled(97, 9, day)).toEqual([0, 24, 48, 72, 96]);
  });
});
