// The spans of a trace, one row each, under one time axis.

import { guard, html, nothing, repeat } from '../../parts.js';
import { duration, shortName } from '../../format.js';
import { icon } from '../../ui/icons.js';
import { flags } from '../../ui/pieces.js';
import { vars } from '../../ui/vars.js';
import { failureWords, nameOf, roleWords, spanDetails } from './span.js';

const DEEPEST = 14; // levels that indent; deeper ones would leave no room for their names

/** `opened` and `folded` are sets of span ids; `onOpen`, `onFold` take one. `colours`: service → 0–7. */
export function waterfall({ tree, rows, opened, folded, colours, onOpen, onFold }) {
  return html`<div class="waterfall" role="treegrid" aria-label="spans">
    <div class="axis" aria-hidden="true">
      <span></span>
      <div>${ticks(tree).map((us, i) => html`<i ${vars({ '--x': i / 4 })}>${duration(us)}</i>`)}</div>
    </div>
    ${repeat(
      rows,
      (row) => row.span.spanId,
      (row) => {
        const state = [opened.has(row.span.spanId), folded.has(row.span.spanId), tree];
        return html`${guard(state, () => spanRow(row, tree, state, colours, onOpen, onFold))}`;
      },
    )}
  </div>`;
}

const ticks = ({ start, end }) => [0, 1, 2, 3, 4].map((i) => ((end - start) * i) / 4);

function spanRow(row, tree, [open, folded], colours, onOpen, onFold) {
  const { span } = row;
  const words = failureWords(span);
  const id = span.spanId;
  return html`<div class="span-box ${open ? 'open' : ''}">
    <div
      class="span ${words ? 'bad' : ''} c${colours.get(span.service)} ${span.kind.toLowerCase()}"
      role="row"
      tabindex="0"
      data-row
      data-span=${id}
      aria-level=${row.depth + 1}
      aria-expanded=${row.children.length > 0 ? !folded : nothing}
      aria-label="${span.service} ${span.name}, ${duration(span.duration)}${words ? `, ${words}` : ''}"
      @click=${() => onOpen(id)}
      @keydown=${(event) => foldKey(event, row, folded, onFold)}
    >
      <div class="label" role="gridcell" ${vars({ '--depth': Math.min(row.depth, DEEPEST) })}>
        ${row.children.length > 0
          ? html`<button
              class="fold"
              tabindex="-1"
              aria-label=${folded ? `unfold ${row.children.length}` : 'fold'}
              @click=${(event) => {
                event.stopPropagation();
                onFold(id);
              }}
            >
              ${icon(folded ? 'closed' : 'open')}
            </button>`
          : html`<i class="leaf"></i>`}
        <span class="role" title=${roleWords[span.role] ?? 'in the app'}>${icon(span.role || 'app', span.role || 'app')}</span>
        <b>${shortName(span.service)}</b>
        <span class="name">${nameOf(span)}</span>
        ${row.attempt ? html`<span class="attempt">attempt ${row.attempt.number} of ${row.attempt.of}</span>` : nothing}
        ${row.orphan ? html`<span class="attempt" title="its parent has not been received">parent missing</span>` : nothing}
        ${words ? (span.attributes?.['torii.flags'] ? flags(span.attributes['torii.flags']) : icon('error', 'failed')) : nothing}
        ${row.shift ? html`<span class="skew" title="its clock is off">${icon('clock', 'clock is off')}</span>` : nothing}
      </div>
      <div class="time" role="gridcell">
        <i class="duration" ${vars(placed(row.start, row.end, tree))}></i>
        ${row.critical.map(([from, to]) => html`<i class="critical" ${vars(placed(from, to, tree))}></i>`)}
        <em class=${side(row, tree)} ${vars(placed(row.start, row.end, tree))}>
          ${duration(span.duration)}${words ? html` <span class="words">${words}</span>` : nothing}
        </em>
      </div>
    </div>
    ${open ? spanDetails(row, tree) : nothing}
  </div>`;
}

const placed = (from, to, { start, end }) => ({ '--x': (from - start) / (end - start), '--w': Math.max(0, to - from) / (end - start) });

/** Where the words have room: behind the bar, ahead of it, or on it. */
function side(row, { start, end }) {
  if ((row.end - start) / (end - start) < 0.68) return 'after';
  return (row.start - start) / (end - start) > 0.45 ? 'ahead' : 'on';
}

function foldKey(event, row, folded, onFold) {
  if (row.children.length === 0) return;
  if ((event.key === 'ArrowLeft' && !folded) || (event.key === 'ArrowRight' && folded)) {
    event.preventDefault();
    onFold(row.span.spanId);
  }
}
