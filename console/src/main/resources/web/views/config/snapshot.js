// What a proxy serves, as its own JSON: searchable, and drawn in parts, as a snapshot may have ten thousand routes.

import { html, nothing } from '../../parts.js';
import { count, plural } from '../../format.js';
import { icon } from '../../ui/icons.js';
import { copyButton, empty } from '../../ui/pieces.js';

const AT_ONCE = 1000; // lines drawn
const AROUND = 2; // lines before and after a found one

/** JSON as lines {depth, name, text, kind}: one for each value, so that a line can be found and shown alone. */
export function linesOf(json) {
  const lines = [];
  const open = [{ name: '', value: json, depth: 0, last: true }];
  while (open.length > 0) {
    const { name, value, depth, last, close } = open.pop();
    if (close) {
      lines.push({ depth, name: '', text: close + (last ? '' : ','), kind: 'mark' });
      continue;
    }
    const list = Array.isArray(value);
    const entries = value !== null && typeof value === 'object' ? Object.entries(value) : undefined;
    if (!entries || entries.length === 0) {
      lines.push({ depth, name, text: (entries ? (list ? '[]' : '{}') : JSON.stringify(value)) + (last ? '' : ','), kind: entries ? 'mark' : typeof value });
      continue;
    }
    lines.push({ depth, name, text: list ? '[' : '{', kind: 'mark' });
    open.push({ depth, last, close: list ? ']' : '}' });
    entries
      .map(([key, each], i) => ({ name: list ? '' : key, value: each, depth: depth + 1, last: i === entries.length - 1 }))
      .reverse()
      .forEach((entry) => open.push(entry));
  }
  return lines;
}

/** Draws `lines` (or those around what matches `wanted`); `more` draws a further part. */
export function snapshotText({ lines, wanted, limit, more, json }) {
  const hits = wanted ? found(lines, wanted.toLowerCase()) : undefined;
  if (hits?.length === 0) return empty(`"${wanted}" is not in this snapshot.`);
  const numbers = hits ? around(hits, lines.length) : undefined;
  const all = numbers ?? lines;
  const drawn = all.slice(0, limit);
  const hit = new Set(hits);
  return html`
    <p class="summary">
      ${hits ? html`<b>${plural(hits.length, 'line')}</b> of ${count(lines.length)} with “${wanted}”` : plural(lines.length, 'line')}
      ${copyButton(JSON.stringify(json, null, 2), 'copy the JSON')}
    </p>
    <div class="json scroll" tabindex="0" aria-label="snapshot">
      ${drawn.map((entry, i) => {
        const number = numbers ? entry : i;
        const gap = numbers && i > 0 && numbers[i - 1] !== entry - 1;
        return html`${gap ? html`<hr />` : nothing}${line(lines[number], number, hit.has(number))}`;
      })}
    </div>
    ${all.length > limit ? html`<p><button @click=${more}>${icon('plus')} ${count(Math.min(AT_ONCE, all.length - limit))} more lines</button></p>` : nothing}`;
}

export const firstPart = AT_ONCE;

const found = (lines, word) => lines.flatMap(({ name, text }, i) => (`"${name}": ${text}`.toLowerCase().includes(word) ? [i] : []));

function around(hits, length) {
  const numbers = new Set();
  for (const hit of hits) {
    for (let i = Math.max(0, hit - AROUND); i <= Math.min(length - 1, hit + AROUND); i++) numbers.add(i);
  }
  return [...numbers].sort((a, b) => a - b);
}

const line = ({ depth, name, text, kind }, number, hit) => html`<div class=${hit ? 'hit' : ''}>
  <i>${number + 1}</i><span>${'  '.repeat(depth)}${name ? html`<b>${JSON.stringify(name)}</b>: ` : nothing}<span class=${kind}>${text}</span></span>
</div>`;
