/** Who is signed in, and what they may see. The token is exchanged for a cookie and never kept. */
import { RequestError, get, send, watch } from '../api/request';
import type { Project, SessionInfo } from '../api/types';
import { at } from '../lib/base';
import { address } from './address.svelte';
import { connection } from './connection.svelte';

class Session {
  state = $state<'unknown' | 'in' | 'out'>('unknown');
  info = $state.raw<SessionInfo>();
  failure = $state.raw<RequestError>();
  /** The session was there and has ended. */
  ended = $state(false);
  /** Why they are still signed in, though they wanted out. */
  stays = $state.raw<RequestError>();

  get projects(): readonly Project[] {
    return this.info?.projects ?? [];
  }

  /** Whether they may change what is saved with projects. */
  get isAdmin(): boolean {
    return this.info?.scopes.includes('admin') ?? false;
  }

  /** Whether they may make sites: that needs the whole installation. */
  get mayMakeSites(): boolean {
    return this.isAdmin && (this.info?.installation ?? false);
  }

  project(slug: string): Project | undefined {
    return this.projects.find((project) => project.slug === slug);
  }

  async start(): Promise<void> {
    watch({
      lost: connection.lost,
      found: connection.found,
      signedOut: () => this.signedOut(),
      proof: (): Record<string, string> => (this.info?.csrf ? { 'x-csrf-token': this.info.csrf } : {}),
      renewed: () => this.renewed(),
    });
    if (address.path === '/sign-in' && (await this.byLink())) return;
    await this.load();
  }

  async load(): Promise<void> {
    this.failure = undefined;
    try {
      this.enter(await get<SessionInfo>('/api/session'));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.status !== 401) this.failure = error;
    }
  }

  async signIn(proof: { token: string } | { code: string }): Promise<void> {
    this.enter(await send<SessionInfo>('POST', '/api/session', proof));
    address.go(safe(address.get('to')), { replace: true });
  }

  async signOut(): Promise<void> {
    this.stays = undefined;
    try {
      await send('DELETE', '/api/session');
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.status !== 401) this.stays = error;
      return;
    }
    this.info = undefined;
    this.state = 'out';
    this.ended = false;
    address.go(at('/sign-in'));
  }

  /** The single-use code of the link that the server prints; it leaves the address at once. */
  private async byLink(): Promise<boolean> {
    const code = new URLSearchParams(window.location.hash.slice(1)).get('code');
    if (!code) return false;
    address.go(address.with({}), { replace: true });
    try {
      await this.signIn({ code });
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      await this.load();
      if (this.state === 'in') address.go(safe(address.get('to')), { replace: true });
      else this.failure = error;
      return true;
    }
  }

  /** A sign-in in another tab has a proof of its own. */
  private async renewed(): Promise<boolean> {
    const known = this.info?.csrf;
    if (this.state === 'in') await this.load();
    return this.info !== undefined && this.info.csrf !== known;
  }

  private enter(info: SessionInfo): void {
    this.info = info;
    this.state = 'in';
    this.ended = false;
  }

  private signedOut(): void {
    this.ended ||= this.state === 'in';
    this.state = 'out';
    this.info = undefined;
    if (address.path === '/sign-in') return;
    const here = address.url.pathname + address.url.search;
    address.go(here === at('/') ? at('/sign-in') : `${at('/sign-in')}?to=${encodeURIComponent(here)}`, { replace: true });
  }
}

/** A path of this site; anything else leads to the first page. */
export function safe(path: string | null): string {
  return path && /^\/(?![/\\])/.test(path) ? path : at('/');
}

export const session = new Session();
