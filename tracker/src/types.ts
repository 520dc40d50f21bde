export type Props = Record<string, unknown>;

export interface Revenue {
  currency: string;
  amount: number | string;
}

export interface Options {
  /** Whether the event is an interaction; one that is not leaves a bounce a bounce. */
  interactive?: boolean;
}

/** What a record says beside what all of them say; the names are those of `POST /api/collect`. */
export interface Fields {
  n?: string | undefined;
  u?: string;
  p?: Props | undefined;
  $?: Revenue | undefined;
  i?: boolean | undefined;
  /** How far down the page has been scrolled, 0 to 100. */
  sd?: number | undefined;
  /** Milliseconds of attention since the page's last record. */
  e?: number | undefined;
  v?: Record<string, number>;
}

export type Kind = "pageview" | "event" | "engagement";

/** What the core lends to the parts that it loads. */
export interface Core {
  /** The script element's `data-` attributes. */
  data: DOMStringMap;
  /** Whether an option is given, and not as `off` or `false`. */
  on(name: string): boolean;
  /** Never throws, never rejects. Sends nothing from a page that is not reported. */
  send(kind: Kind, fields?: Fields): Promise<void>;
  /** The same function, except that it never throws. */
  quiet<A extends unknown[]>(run: (...args: A) => unknown): (...args: A) => void;
  /** Called before another page view of this document, while `url` is still the page that ends. */
  leaving: (() => void)[];
  /** When the first page was first seen, as `performance.now()`. */
  began: number;
  /** The page as it is reported; "" where it isn't. */
  url: string;
}

/** A file `t-NAME.js`. */
export interface Part {
  default(core: Core): void;
}
