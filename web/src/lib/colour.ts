/** Colours of the tokens for a canvas, which knows no custom properties. */

/** The value that `--name` has now, in the theme that is shown. */
export function colour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
