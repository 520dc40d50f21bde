import { describe, expect, it } from 'vitest';
import sheet from './tokens.css?raw';

const THEMES = ['light', 'dark'] as const;
const READABLE = 4.5;
/** Text of these colours stands on these surfaces. The faintest text is for plain surfaces only. */
const PAIRS: Record<string, readonly string[]> = {
  'text': ['bg', 'surface', 'surface-hover', 'sunken', 'accent-soft', 'bar', 'bar-hover'],
  'text-2': ['bg', 'surface', 'surface-hover', 'sunken', 'accent-soft', 'bar', 'bar-hover'],
  'text-3': ['bg', 'surface', 'surface-hover'],
  'accent-text': ['bg', 'surface', 'surface-hover', 'sunken', 'accent-soft', 'bar', 'bar-hover'],
  'on-accent': ['accent', 'accent-hover'],
  'positive': ['surface', 'positive-soft'],
  'negative': ['surface', 'negative-soft'],
  'warning': ['surface', 'warning-soft'],
};

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

function colour(name: string, theme: number): string {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(sheet)?.[theme + 1];
  if (!found) throw new Error(`no colour --${name}`);
  return found;
}

describe.each(THEMES.map((theme, at) => [theme, at] as const))('%s', (_, theme) => {
  it.each(Object.entries(PAIRS).flatMap(([text, surfaces]) => surfaces.map((surface) => [text, surface] as const)))('%s is read on %s', (text, surface) => {
    expect(contrast(colour(text, theme), colour(surface, theme))).toBeGreaterThanOrEqual(READABLE);
  });
});
