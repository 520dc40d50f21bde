/** Figures as people read them, in the reader's locale. What is not known is a dash, never 0. */

export const MISSING = '–';
const NARROW = '\u202f'; // a narrow space that does not break

export const locale = typeof navigator === 'undefined' ? 'en-GB' : navigator.language;

const formats = new Map<string, Intl.NumberFormat>();

function decimal(least: number, most: number): Intl.NumberFormat {
  const key = `${least} ${most}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, found);
  }
  return found;
}

const fixed = (value: number, digits: number) => decimal(digits, digits).format(value);

type Maybe = number | null | undefined;
const isKnown = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value);

/** 1,234, and from a million on 1.23M. */
export function count(value: Maybe): string {
  if (!isKnown(value)) return MISSING;
  if (Math.abs(value) < 1e6) return fixed(value, 0);
  return Math.abs(value) < 1e9 ? `${fixed(value / 1e6, 2)}M` : `${fixed(value / 1e9, 2)}B`;
}

/** `1 site`, `2 sites`. */
export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`;
}

export function exact(value: Maybe): string {
  return isKnown(value) ? decimal(0, 3).format(value) : MISSING;
}

/** For axes, legends and chips: 5k, 12.3k. */
export function short(value: number): string {
  const steps: [number, string][] = [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']];
  for (const [size, unit] of steps) if (Math.abs(value) >= size) return `${decimal(0, 1).format(value / size)}${unit}`;
  return decimal(0, 1).format(value);
}

/** A share or a rate between 0 and 1. */
export function percent(value: Maybe, digits = 1): string {
  if (!isKnown(value)) return MISSING;
  const least = 10 ** -digits;
  const points = value * 100;
  if (points > 0 && points < least / 2) return `< ${fixed(least, digits)}${NARROW}%`;
  return `${fixed(points, digits)}${NARROW}%`;
}

export function ratio(value: Maybe): string {
  return isKnown(value) ? fixed(value, 2) : MISSING;
}

export interface Part {
  figure: string;
  unit: string;
}

/** Two units at most, the second padded: 4m 05s, 38s, 1h 12m. */
export function durationParts(seconds: Maybe): Part[] {
  if (!isKnown(seconds)) return [{ figure: MISSING, unit: '' }];
  const whole = Math.round(seconds);
  const padded = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return [{ figure: String(whole), unit: 's' }];
  if (whole < 3600) return [{ figure: String(Math.floor(whole / 60)), unit: 'm' }, { figure: padded(whole % 60), unit: 's' }];
  const minutes = Math.round(whole / 60);
  return [{ figure: count(Math.floor(minutes / 60)), unit: 'h' }, { figure: padded(minutes % 60), unit: 'm' }];
}

export function duration(seconds: Maybe): string {
  return durationParts(seconds).map(({ figure, unit }) => figure + unit).join(' ');
}

const twoDigits = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });

/** Of requests and web vitals: ms below a second, of two digits below 10; then s with two decimals. */
export function milliseconds(value: Maybe): string {
  if (!isKnown(value)) return MISSING;
  if (Math.abs(value) < 10) return `${twoDigits.format(value)}${NARROW}ms`;
  return value < 999.5 ? `${fixed(value, 0)}${NARROW}ms` : `${fixed(value / 1000, 2)}${NARROW}s`;
}

/** Amounts by currency, as the server writes them: the largest first. */
export function money(amounts: Readonly<Record<string, string>> | null | undefined, digits = 0): string {
  const found = Object.entries(amounts ?? {}).sort(([, one], [, other]) => Number(other) - Number(one));
  return found.length ? found.map(([currency, amount]) => oneAmount(currency, amount, digits)).join(' + ') : MISSING;
}

function oneAmount(currency: string, amount: string, digits: number): string {
  const style = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...style }).format(Number(amount));
  } catch {
    return `${fixed(Number(amount), digits)} ${currency}`; // not three letters: as it was sent
  }
}

/** `4s`, `3m`, `2h`, `5d`: how long ago. */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Bytes in powers of 1000, as networks count: 412 B, 41.8 GB. */
export function bytesParts(value: Maybe): Part[] {
  if (!isKnown(value)) return [{ figure: MISSING, unit: '' }];
  const power = value < 999.5 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(value / 0.9995) / 3));
  return [{ figure: fixed(value / 1000 ** power, power === 0 ? 0 : 1), unit: BYTES[power] ?? '' }];
}

/** On an axis: 250 MB, 2.5 GB. */
export function bytesTick(value: number): string {
  const [{ unit } = { unit: '' }] = bytesParts(value);
  const power = BYTES.indexOf(unit);
  return `${decimal(0, 1).format(value / 1000 ** power)}${NARROW}${unit}`;
}

export function bytes(value: Maybe): string {
  return bytesParts(value).map(({ figure, unit }) => (unit ? `${figure}${NARROW}${unit}` : figure)).join('');
}
