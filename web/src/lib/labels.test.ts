import { describe, expect, it } from 'vitest';
import { isolated } from './labels';

describe('isolated', () => {
  it('keeps what turns the direction of a label within it', () => {
    expect(isolated('/\u0639\u0631\u0628\u064a')).toBe('\u2068/\u0639\u0631\u0628\u064a\u2069');
    expect(isolated('a\u2069\u2068b')).toBe('\u2068ab\u2069');
    expect(isolated('exe.\u202egnp')).toBe('\u2068exe.\u202egnp\u2069');
  });
});
