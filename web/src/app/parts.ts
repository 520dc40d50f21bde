/** Parts of the application that come when they are needed. */

/** Marks stylesheets that did not come: the build's loader asks for each once. */
export function noteMissing(): void {
  document.addEventListener('error', ({ target }) => void (target instanceof HTMLLinkElement && (target.dataset.missing = '')), true);
}

/** A part, once what was missing has been asked for again. */
export async function loaded<T>(part: () => Promise<T>): Promise<T> {
  await Promise.all([...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet][data-missing]')].map(again));
  return part();
}

function again(missing: HTMLLinkElement): Promise<void> {
  const next = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: missing.href });
  return new Promise((resolve) => {
    next.onload = next.onerror = () => resolve();
    missing.replaceWith(next);
  });
}
