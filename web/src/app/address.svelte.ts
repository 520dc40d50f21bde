/** The address bar is the state of every view: what is shown is derived from it, and what is chosen is written to it. */
import { at, BASE } from '../lib/base';
import { linkOf } from './surfaces';

class Address {
  url = $state.raw(new URL(window.location.href));

  /** As the application knows it: without the path below which it is served. */
  get path(): string {
    return this.url.pathname.slice(BASE.length);
  }

  /** What a link's address has behind `#`: it stays, so that a reload follows the link again. */
  private get secret(): string {
    return linkOf(this.path) ? this.url.hash : '';
  }

  get(name: string): string | null {
    return this.url.searchParams.get(name);
  }

  all(name: string): string[] {
    return this.url.searchParams.getAll(name);
  }

  /** The address of this view with some parameters changed; null takes one away. */
  with(changes: Readonly<Record<string, string | readonly string[] | null>>, path = at(this.path)): string {
    const kept = [...this.url.searchParams].filter(([name]) => !(name in changes));
    const added = Object.entries(changes).flatMap(([name, value]) =>
      value === null ? [] : typeof value === 'string' ? [[name, value]] : value.map((one) => [name, one]),
    );
    const query = [...kept, ...added].map(([name, value]) => `${escaped(name ?? '')}=${escaped(value ?? '')}`).join('&');
    return (query ? `${path}?${query}` : path) + (path === at(this.path) ? this.secret : '');
  }

  /** A path with those parameters of this view that hold for others too. */
  kept(path: string, names: readonly string[]): string {
    const others = Object.fromEntries([...this.url.searchParams.keys()].filter((name) => !names.includes(name)).map((name) => [name, null]));
    return this.with(others, path);
  }

  /** `replace` for what the back button should not stop at. */
  go(href: string, { replace = false } = {}): void {
    const next = new URL(href, window.location.href);
    if (next.href === this.url.href) return;
    const isOtherPage = next.pathname !== this.url.pathname;
    history[replace ? 'replaceState' : 'pushState'](null, '', next);
    this.url = next;
    if (isOtherPage) window.scrollTo(0, 0);
  }

  change(changes: Parameters<Address['with']>[0], options: { replace?: boolean } = {}): void {
    this.go(this.with(changes), options);
  }

  /** Follows the back button and the links of the application. Returns what undoes it. */
  listen(): () => void {
    const moved = () => (this.url = new URL(window.location.href));
    const clicked = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
      if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute('download') || !isOurs(link)) return;
      event.preventDefault();
      this.go(link.href);
    };
    window.addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    return () => {
      window.removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }
}

/** Whether the application shows this address by itself. */
function isOurs(link: HTMLAnchorElement): boolean {
  const path = link.pathname.slice(BASE.length);
  if (linkOf(path)) return link.pathname === window.location.pathname && link.hash === window.location.hash;
  return link.origin === window.location.origin && !link.hash && link.pathname.startsWith(`${BASE}/`) && /^\/(?:$|sign-in$|sites\/|settings(?:\/|$))/.test(path);
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/%(?:3A|2F|2C|7C|40|21|2A)/g, decodeURIComponent).replace(/%20/g, '+');
}

export const address = new Address();
