// The few signs of the console, drawn with the text's colour. Each goes beside a word or has one for who cannot see it.

import { svg, html } from '../parts.js';

const SHAPES = {
  torii: svg`<path d="M2 4.5c6.5 1.6 13.5 1.6 20 0" /><path d="M4.5 10h15" /><path d="M7.2 6v14.5M16.8 6v14.5" />`,
  gateway: svg`<path d="M3 5c6 1.4 12 1.4 18 0M5.5 10.5h13M8 6.5V20M16 6.5V20" />`,
  outbound: svg`<path d="M9 5H5v14h4M11 12h10M17 8l4 4-4 4" />`,
  inbound: svg`<path d="M15 5h4v14h-4M3 12h10M9 8l4 4-4 4" />`,
  app: svg`<rect x="5" y="5" width="14" height="14" rx="3" />`,
  outside: svg`<circle cx="12" cy="12" r="8" /><path d="M4 12h16M12 4c5 5 5 11 0 16M12 4c-5 5-5 11 0 16" />`,
  ok: svg`<path d="M5 12.5l4.5 4.5L19 7.5" />`,
  warn: svg`<path d="M12 4L2.5 20h19zM12 10v5M12 17.6v.2" />`,
  error: svg`<path d="M8 2.8h8L21.2 8v8L16 21.2H8L2.8 16V8zM9 9l6 6M15 9l-6 6" />`,
  light: svg`<circle cx="12" cy="12" r="4.2" /><path d="M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3L7 7M17 17l1.7 1.7M5.3 18.7L7 17M17 7l1.7-1.7" />`,
  dark: svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z" />`,
  auto: svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor" />`,
  pause: svg`<path d="M8 5v14M16 5v14" />`,
  play: svg`<path d="M7 4.5l12 7.5-12 7.5z" />`,
  plus: svg`<path d="M12 5v14M5 12h14" />`,
  minus: svg`<path d="M5 12h14" />`,
  fit: svg`<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />`,
  close: svg`<path d="M6 6l12 12M18 6L6 18" />`,
  copy: svg`<rect x="9" y="9" width="11" height="11" rx="2" /><path d="M5 15H4V4h11v1" />`,
  help: svg`<circle cx="12" cy="12" r="9" /><path d="M9.3 9.3a2.8 2.8 0 1 1 3.9 2.6c-.8.4-1.2 1-1.2 2M12 17v.2" />`,
  closed: svg`<path d="M9 5l7 7-7 7" />`,
  open: svg`<path d="M5 9l7 7 7-7" />`,
  back: svg`<path d="M15 5l-7 7 7 7" />`,
  retry: svg`<path d="M20 11a8 8 0 1 0-2.3 6.2M20 5v6h-6" />`,
  clock: svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 7v5l3.5 2" />`,
};

/** The sign's lines only, to be placed into a drawing. */
export const shape = (name) => SHAPES[name] ?? SHAPES.app;

/** A sign in a line of text; `words` is read aloud instead of it, without them it is decoration. */
export const icon = (name, words = '') => html`<svg
  class="icon"
  viewBox="0 0 24 24"
  role=${words ? 'img' : 'presentation'}
  aria-label=${words}
  aria-hidden=${words ? 'false' : 'true'}
>
  ${shape(name)}
</svg>`;
