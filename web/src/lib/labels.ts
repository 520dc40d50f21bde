/** What came from outside, as people read it. All of it is text: nothing here makes markup. */
import { locale } from './numbers';

// Decoding these would change what a path means, or hide what it holds.
const KEPT = /%(?:2f|3f|23|25|[01][0-9a-f]|7f)/i;

/** A path or URL with its escapes decoded where they are UTF-8; control characters stay escaped. */
export function decoded(path: string): string {
  if (!path) return absent(path);
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    run.split(new RegExp(`(${KEPT.source})`, 'i')).map((part) => (KEPT.test(part) ? part : decodedRun(part))).join(''),
  );
}

/** For drawings, which have no `<bdi>`: what turns the direction of a label stays within it. */
export function isolated(label: string): string {
  return `\u2068${label.replace(/[\u2066-\u2069]/g, '')}\u2069`;
}

function decodedRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

const names = new Map<string, Intl.DisplayNames>();

function named(type: 'region' | 'language', code: string): string {
  let found = names.get(type);
  if (!found) {
    found = new Intl.DisplayNames([locale, 'en'], { type, fallback: 'code' });
    names.set(type, found);
  }
  try {
    return found.of(code) ?? code;
  } catch {
    return code; // not a code at all
  }
}

export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? named('region', code) : absent(code);
}

export function languageName(code: string): string {
  return /^[a-z]{2,3}(-|$)/i.test(code) ? named('language', code) : absent(code);
}

/** `unknown` and the empty label have words of their own. */
export function absent(label: string): string {
  return label === 'unknown' ? 'Unknown' : label === '' ? '(none)' : label;
}

const VALUES: Readonly<Record<string, (value: string) => string>> = { country: countryName, language: languageName, path: decoded, entry_page: decoded, exit_page: decoded };

/** A value of a filter, by its key. */
export function valueText(key: string, value: string): string {
  return (VALUES[key] ?? absent)(value);
}

const SOURCES: Readonly<Record<string, string>> = { direct: 'Direct' };

export function sourceName(referrer: string): string {
  return SOURCES[referrer] ?? absent(referrer);
}

export function capitalised(word: string): string {
  return absent(word).replace(/^\p{Ll}/u, (first) => first.toLocaleUpperCase(locale));
}

/** The URL of a source, for a link; null where it is no web address. */
export function sourceLink(referrer: string): string | null {
  const isHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(referrer);
  if (!isHost && !/^https?:\/\//i.test(referrer)) return null;
  try {
    const url = new URL(isHost ? `https://${referrer}` : referrer);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}
