/** The scale of a chart: its gridlines, and which of its points carry a label. */

/** Round steps from zero to above the largest value: four to six of them. */
export function steps(largest: number, isShare = false): number[] {
  const top = largest > 0 ? largest : isShare ? 1 : 4;
  const rough = top / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999 && (isShare || top < 4 || Number.isInteger(size) || size < 1)) ?? 10 * power;
  const whole = !isShare && Number.isInteger(largest) ? Math.max(1, Math.ceil(step)) : step;
  const found: number[] = [];
  for (let at = 0; at <= Math.ceil(top / whole - 1e-9); at++) found.push(Number((at * whole).toPrecision(12)));
  return found;
}

/** Buckets that carry a label: the first, the last, and some between, as many as there is room for. No two neighbours say the same. */
export function labelled(length: number, most: number, text: (index: number) => unknown = (index) => index): number[] {
  if (length <= 1) return length ? [0] : [];
  const every = Math.max(1, Math.ceil((length - 1) / Math.max(1, most - 1)));
  const found: number[] = [];
  for (let at = 0; at < length - 1 - every * 0.6; at += every) found.push(at);
  return [...found, length - 1].filter((at, place, all) => place === 0 || text(at) !== text(all[place - 1] ?? 0));
}
