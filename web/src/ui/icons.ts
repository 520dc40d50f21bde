/** Drawn on 16 × 16 with a line of 1.5. */
const circle = (x: number, y: number, r: number) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0-${2 * r} 0`;

export const ICONS = {
  chevron: 'm4 6 4 4 4-4',
  left: 'm10 4-4 4 4 4',
  right: 'm6 4 4 4-4 4',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  plus: 'M8 3v10M3 8h10',
  filter: 'M2 4h12M4.5 8h7M7 12h2',
  not: `${circle(8, 8, 5.5)}M5.5 8h5`,
  search: `${circle(7, 7, 4.25)}M10.2 10.2l3.3 3.3`,
  download: 'M8 2.5V10M5 7.5 8 10.5l3-3M3 13.5h10',
  calendar: 'M4 3h8a1.5 1.5 0 0 1 1.5 1.5V12a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 12V4.5A1.5 1.5 0 0 1 4 3ZM2.5 6.5h11M5.5 1.5V4M10.5 1.5V4',
  compare: 'M2 11 5.5 6.5 9 9l5-6M2 14h.01M5 13h.01M8 13.5h.01M11 12h.01M14 11h.01',
  system: circle(8, 8, 5.5),
  light: `${circle(8, 8, 2.75)}M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1`,
  dark: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z',
  page: 'M4 2h5l3 3v9H4V2ZM9 2v3h3',
  bolt: 'M9 1.5 3.5 9H8l-1 5.5L12.5 7H8l1-5.5Z',
  external: 'M9 3h4v4M13 3 7.5 8.5M11.5 9.5v3.5H3V4.5h3.5',
  copy: 'M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3',
  warning: 'M8 2.5 14.5 13.5h-13ZM8 6.5v3.5M8 11.9v.01',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  person: `${circle(8, 5.25, 2.75)}M2.75 13.5a5.25 4.5 0 0 1 10.5 0`,
  table: 'M2.5 3h11v10h-11ZM2.5 6.5h11M2.5 9.75h11M7 6.5V13',
  chart: 'M2 13.5h12M3 10.5l3.5-4 3 2.5L13.5 4',
  keyboard: 'M1.5 4h13v8h-13ZM4 6.75h.01M6.66 6.75h.01M9.33 6.75h.01M12 6.75h.01M5 9.5h6',
  signout: 'M9 2.5H3v11h6M6.5 8H14M11.5 5.5 14 8l-2.5 2.5',
  settings: `M2 4.5h7.5M12.5 4.5H14M2 11.5h1.5M6.5 11.5H14${circle(11, 4.5, 1.5)}${circle(5, 11.5, 1.5)}`,
  share: 'M8 10V2M5 4.5 8 2l3 2.5M3.5 8v5.5h9V8',
  flag: 'M4 14V2.5M4 3h7.5L10 5.75 11.5 8.5H4',
  edit: 'M10.5 3l2.5 2.5-7.5 7.5-3 .5.5-3ZM9 4.5 11.5 7',
  lock: 'M4 7h8v6.5H4ZM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  dots: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
} as const;

export type IconName = keyof typeof ICONS;
