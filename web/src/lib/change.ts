/** A change against the comparison: the arrow is the direction, the tone its meaning. */
import { MISSING, locale } from './numbers';

export type Direction = 'up' | 'down' | 'flat' | 'new' | 'none';
export type Meaning = 'more-is-better' | 'less-is-better' | 'neither';

export interface Change {
  direction: Direction;
  tone: 'good' | 'bad' | 'neutral';
  text: string;
  /** As it is read aloud: “up 1.3 points, worse”. */
  spoken: string;
}

const NONE: Change = { direction: 'none', tone: 'neutral', text: MISSING, spoken: 'not known' };

/** Relative, in percent; `points` gives the difference of two rates instead. */
export function change(now: number | null | undefined, before: number | null | undefined, meaning: Meaning = 'more-is-better', points = false): Change {
  if (now === null || now === undefined || before === null || before === undefined) return NONE;
  if (before === 0 && !points) return now === 0 ? flat() : { direction: 'new', tone: 'neutral', text: 'new', spoken: 'new' };
  const difference = points ? (now - before) * 100 : ((now - before) / before) * 100;
  const size = Math.abs(difference);
  const digits = size >= 99.95 ? 0 : 1;
  if (Number(size.toFixed(digits)) === 0) return flat(points);
  const figure = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(size);
  const direction = difference > 0 ? 'up' : 'down';
  const tone = toneOf(direction, meaning);
  const verdict = { good: ', better', bad: ', worse', neutral: '' }[tone];
  return { direction, tone, text: `${figure}\u202f${points ? 'pt' : '%'}`, spoken: `${direction} ${figure} ${points ? 'points' : 'percent'}${verdict}` };
}

function flat(points = false): Change {
  return { direction: 'flat', tone: 'neutral', text: `0\u202f${points ? 'pt' : '%'}`, spoken: 'no change' };
}

function toneOf(direction: 'up' | 'down', meaning: Meaning): Change['tone'] {
  if (meaning === 'neither') return 'neutral';
  return (direction === 'up') === (meaning === 'more-is-better') ? 'good' : 'bad';
}
