import { describe, expect, it } from 'vitest';
import type { Visit } from '../../api/types';
import { keyed } from './rows';

const visit = (endpoint: string) => ({ method: 'GET', endpoint, timestamp: '2026-11-28T10:00:00Z' }) as Visit;

describe('keys of requests', () => {
  it('stay when newer requests arrive', () => {
    const before = keyed([visit('/a'), visit('/b')]).map(({ key }) => key);
    expect(keyed([visit('/new'), visit('/a'), visit('/b')]).map(({ key }) => key).slice(1)).toEqual(before);
  });

  it('differ for equal requests', () => {
    expect(new Set(keyed([visit('/a'), visit('/a'), visit('/a')]).map(({ key }) => key)).size).toBe(3);
  });
});
