/** Tokens in words. */
import type { Scope, Token } from '../../../api/types';
import { dayText } from '../../../lib/dates';
import { plural } from '../../../lib/numbers';
import { DAY } from '../../../lib/zone';

export const SCOPES: readonly { id: Scope; name: string; about: string }[] = [
  { id: 'read', name: 'Read', about: 'figures, for dashboards and reports' },
  { id: 'ingest', name: 'Ingest', about: 'send events and requests' },
  { id: 'admin', name: 'Admin', about: 'both, and change settings' },
];

/** Days until it ends; 0: never. */
export const LIFETIMES: readonly { days: number; name: string }[] = [
  { days: 0, name: 'never' },
  { days: 30, name: 'in 30 days' },
  { days: 90, name: 'in 90 days' },
  { days: 365, name: 'in a year' },
];

export function isOver(token: Token, now: number): boolean {
  return token.revoked_at !== null || (token.expires_at !== null && Date.parse(token.expires_at) <= now);
}

export function expiryText(token: Token, now: number): string {
  if (token.revoked_at) return 'revoked';
  if (!token.expires_at) return 'never';
  const left = Date.parse(token.expires_at) - now;
  if (left <= 0) return 'expired';
  if (left > 400 * DAY) return dayText(Date.parse(token.expires_at));
  const days = Math.floor(left / DAY);
  if (days) return `in ${plural(days, 'day')}`;
  return new Date(now).toDateString() === new Date(token.expires_at).toDateString() ? 'today' : 'tomorrow';
}
