/** Commands that every page has: its site's pages, the other sites, what the keys do, and the application's own. */
import { at } from '../lib/base';
import { address } from './address.svelte';
import type { Command } from './commands.svelte';
import { session } from './session.svelte';
import { help, shortcuts } from './shortcuts.svelte';
import { pathOf, placeOf, SURFACES } from './surfaces';
import { INSTALLATION, OF_INSTALLATION, OF_SITE } from '../pages/settings/sections';
import { THEMES, theme } from './theme.svelte';

const GO = 'Go to';
const SETTINGS = 'Settings';

export function general(): Command[] {
  return [...pages(), ...sites(), ...keys(), ...application()];
}

function pages(): Command[] {
  const slug = placeOf(address.path)?.slug;
  const project = slug === undefined ? undefined : session.project(slug);
  if (!project) return [];
  const surfaces = SURFACES.filter(({ under }) => under === undefined).map(
    ({ path, name }): Command => ({ id: `page ${path}`, group: GO, name: `${name} of ${project.name}`, icon: 'chart', run: () => address.go(pathOf(project.slug, path)) }),
  );
  const settings = OF_SITE.map(
    ({ path, name }): Command => ({ id: `setting ${path}`, group: SETTINGS, name: `${name} of ${project.name}`, icon: 'settings', run: () => address.go(pathOf(project.slug, 'settings', path)) }),
  );
  return [...surfaces, ...settings];
}

function sites(): Command[] {
  const all: Command = { id: 'sites', group: GO, name: 'All sites', icon: 'left', run: () => address.go(at('/')) };
  const each = session.projects.map(({ slug, name }): Command => ({
    id: `site ${slug}`, group: GO, name, icon: 'page', end: name === slug ? 'Site' : slug, run: () => address.go(pathOf(slug)),
  }));
  return [all, ...each];
}

function keys(): Command[] {
  return shortcuts.all
    .filter(({ key }) => key !== '/')
    .map(({ key, name, shown, run }) => ({ id: `key ${key}`, group: 'On this page', name, icon: 'bolt', end: shown ?? key.toUpperCase(), run }));
}

function application(): Command[] {
  const group = 'Footfall';
  return [
    ...OF_INSTALLATION.map(
      ({ path, name }): Command => ({ id: `installation ${path}`, group: SETTINGS, name, icon: 'settings', run: () => address.go(path ? `${INSTALLATION}/${path}` : INSTALLATION) }),
    ),
    ...THEMES.map((name): Command => ({ id: `theme ${name}`, group, name: `Theme: ${name}`, icon: name, run: () => theme.choose(name) })),
    { id: 'keys', group, name: 'Keyboard', icon: 'keyboard', end: '?', run: () => (help.open = true) },
    { id: 'docs', group, name: 'HTTP interfaces', icon: 'external', run: () => window.location.assign(at('/docs')) },
    ...(session.info?.auth === 'session' ? [{ id: 'out', group, name: 'Sign out', icon: 'signout', run: () => void session.signOut() } as const] : []),
  ];
}
