// All found traces at a glance: when (left to right) and how long (bottom to top, logarithmic); failed ones are crosses,
// those with failures on the way triangles.

import { html, svg } from '../../parts.js';
import { clock, duration } from '../../format.js';
import { to } from '../../router.js';
import { severity } from './list.js';

const HEIGHT = 92;
const WIDTH = 1000;

export function scatter(traces) {
  const starts = traces.map((trace) => trace.start);
  const [first, last] = [Math.min(...starts), Math.max(...starts)];
  const logs = traces.map((trace) => Math.log10(Math.max(1, trace.duration)));
  const [low, high] = [Math.floor(Math.min(...logs)), Math.max(Math.floor(Math.min(...logs)) + 1, Math.ceil(Math.max(...logs)))];
  const x = (us) => (last === first ? 0.5 : (us - first) / (last - first));
  const y = (log) => 1 - (log - low) / (high - low);
  const grid = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return html`<figure class="scatter" aria-label="durations of the found traces over time">
    <div class="plot">
      ${grid.map((log) => html`<span class="grid">${duration(10 ** log)}</span>`).reverse()}
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
        ${grid.map((log) => svg`<line class="gridline" x1="0" x2=${WIDTH} y1=${y(log) * HEIGHT} y2=${y(log) * HEIGHT}></line>`)}
      </svg>
      <svg class="dots">
        ${traces.map((trace, i) => dot(trace, `${(x(trace.start) * 97 + 1.5).toFixed(2)}%`, `${(y(logs[i]) * 100).toFixed(2)}%`))}
      </svg>
    </div>
    <figcaption><span>${clock(first)}</span><span>${clock(last)}</span></figcaption>
  </figure>`;
}

const MARKS = {
  '': svg`<circle class="dot" r="3.6"></circle>`,
  warn: svg`<path class="dot warn" d="M0 -4.5L4.5 3.5H-4.5z"></path>`,
  bad: svg`<path class="dot bad" d="M-4 -4L4 4M4 -4L-4 4"></path>`,
};

const dot = (trace, x, y) => svg`<a href=${to('trace', {}, trace.traceId)} tabindex="-1" aria-label="${trace.rootName} ${duration(trace.duration)}">
  <svg x=${x} y=${y} overflow="visible">${
    MARKS[severity(trace)]
  }<title>${trace.rootName}, ${duration(trace.duration)}</title></svg></a>`;
