import { expect, it } from 'vitest';
import type { Token } from '../../../api/types';
import { expiryText, isOver } from './tokens';

const NOW = Date.parse('2026-06-10T00:00:00Z');
const token = (changes: Partial<Token>): Token => ({
  id: 1, label: '', last_four: 'LrWu', scopes: ['read'], projects: null, created_at: '2026-06-01T00:00:00Z', expires_at: null, revoked_at: null, last_used_at: null, ...changes,
});

it('tells when a token ends', () => {
  const ends = (expires_at: string) => expiryText(token({ expires_at }), NOW);
  expect(expiryText(token({}), NOW)).toBe('never');
  // By the clocks of whoever reads it, in any zone.
  const evening = Date.parse('2026-06-10T14:00:00');
  expect(expiryText(token({ expires_at: '2026-06-10T23:00:00' }), evening)).toBe('today');
  expect(expiryText(token({ expires_at: '2026-06-11T11:00:00' }), evening)).toBe('tomorrow');
  expect(ends('2026-06-11T12:00:00Z')).toBe('in 1 day');
  expect(ends('2026-09-08T00:00:00Z')).toBe('in 90 days');
  expect(ends('2099-01-01T00:00:00Z')).toContain('2099');
  expect(ends('2026-06-10T00:00:00Z')).toBe('expired');
  expect(expiryText(token({ revoked_at: '2026-06-02T00:00:00Z', expires_at: '2099-01-01T00:00:00Z' }), NOW)).toBe('revoked');
});

it('knows those that hold no more', () => {
  expect(isOver(token({}), NOW)).toBe(false);
  expect(isOver(token({ expires_at: '2026-06-09T00:00:00Z' }), NOW)).toBe(true);
  expect(isOver(token({ revoked_at: '2026-06-09T00:00:00Z' }), NOW)).toBe(true);
});
