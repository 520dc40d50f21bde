/** The theme: the system's until someone chooses. `?theme=dark|light` holds for one load. */

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const KEY = 'theme';

class ThemeSwitch {
  chosen = $state<Theme>(first());
  private system = $state(matchMedia('(prefers-color-scheme: dark)').matches);
  /** What is shown. Charts on a canvas draw again when it changes. */
  shown = $derived(this.chosen === 'system' ? (this.system ? 'dark' : 'light') : this.chosen);

  start(): void {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => (this.system = event.matches));
    this.apply();
  }

  next(): void {
    this.choose(THEMES[(THEMES.indexOf(this.chosen) + 1) % THEMES.length] ?? 'system');
  }

  choose(theme: Theme): void {
    this.chosen = theme;
    this.apply();
    try {
      localStorage.setItem(KEY, this.chosen);
    } catch {
      // Storage is refused: the choice lasts as long as the page.
    }
  }

  private apply(): void {
    if (this.chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.chosen;
  }
}

function first(): Theme {
  let found = new URLSearchParams(window.location.search).get('theme');
  try {
    found ??= localStorage.getItem(KEY);
  } catch {
    // As above.
  }
  return THEMES.find((theme) => theme === found) ?? 'system';
}

export const theme = new ThemeSwitch();
