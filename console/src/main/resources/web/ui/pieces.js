// What several views show the same way: statuses, flags, ids, notices.

import { html, nothing } from '../parts.js';
import { advice, flagsOf, meaning } from '../flags.js';
import { count, duration, percent, rate } from '../format.js';
import { to } from '../router.js';
import { icon } from './icons.js';

/** `ok`, `warn` (the caller's fault) or `bad` (ours): never told by colour alone, each has its sign. */
export function statusKind(status) {
  const code = Number(status);
  if (!code) return 'plain';
  if (code >= 500) return 'bad';
  return code >= 400 ? 'warn' : 'ok';
}

export const status = (code) => {
  const kind = statusKind(code);
  return html`<span class="status ${kind}">${code || '–'}</span>`;
};

export const flags = (value) =>
  flagsOf(value).map((flag) => html`<abbr class="flag" title="${meaning(flag)}. ${advice(flag)}">${flag}</abbr>`);

/** Health of a share of errors: nothing wrong, something, too much. */
export const health = (errorRate) => (errorRate >= 0.01 ? 'bad' : errorRate > 0 ? 'warn' : 'ok');

export const healthWord = { ok: 'no errors', warn: 'few errors', bad: 'failing' };

/** Rate, errors and latencies, large enough to be read from the next desk. */
export const figures = (of) => html`<dl class="figures">
  <div><dt>requests</dt><dd>${rate(of.rate)}</dd></div>
  <div class=${health(of.errorRate)}>
    <dt>errors</dt>
    <dd>${of.errorRate > 0 ? icon(health(of.errorRate) === 'bad' ? 'error' : 'warn', healthWord[health(of.errorRate)]) : nothing}${percent(of.errorRate)}</dd>
  </div>
  <div><dt>p50</dt><dd>${duration(of.p50)}</dd></div>
  <div><dt>p99</dt><dd>${duration(of.p99)}</dd></div>
</dl>`;

/** Each flag in words, with how often. */
export const flagList = (counts, suffix = '') => {
  const entries = Object.entries(counts ?? {}).sort((a, b) => b[1] - a[1]);
  if (entries.length === 0) return nothing;
  return html`<ul class="flag-list">
    ${entries.map(
      ([flag, times]) => html`<li>
        <span class="flag">${flag}</span>
        <span><b>${meaning(flag)}</b> <small>${advice(flag)}</small></span>
        <span class="number">${count(times)}${suffix}</span>
      </li>`,
    )}
  </ul>`;
};

export const requestLink = (id) =>
  id ? html`<a class="id" href=${to('log', { filter: `request_id=${quoted(id)}` })} title="log lines of this request">${id}</a>` : nothing;

export const traceLink = (id) => (id ? html`<a class="id" href=${to('trace', {}, id)} title="the trace">${id}</a>` : nothing);

/** A value as a term of the log's filter language. */
export const quoted = (value) => (/^[^\s"\\]+$/.test(value) ? value : `"${String(value).replace(/[\\"]/g, '\\$&')}"`);

/** A button that copies; it says so when done. */
export const copyButton = (text, label = 'copy') => html`<button
  class="quiet small"
  title=${label}
  aria-label=${label}
  @click=${async (event) => {
    const button = event.currentTarget;
    event.stopPropagation();
    const done = await copied(text);
    button.dataset.done = done ? 'copied' : 'select it and press Ctrl+C';
    button.addEventListener('blur', () => delete button.dataset.done, { once: true });
  }}
>
  ${icon('copy')}
</button>`;

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // plain http from another machine: the browser does not allow it
  }
}

/** Nothing to show, and what to do about it. */
export const empty = (title, ...hints) => html`<div class="notice" role="status">
  <p class="title">${title}</p>
  ${hints.map((hint) => html`<p>${hint}</p>`)}
</div>`;

export const loading = (what) => html`<div class="notice loading" role="status"><p>${what}</p></div>`;

/** A failure in words; with `again`, a button that tries once more. */
export const failed = (failure, again) => html`<div class="notice failure" role="alert">
  <p class="title">${icon('error')} ${failure.message}</p>
  ${again ? html`<p><button @click=${again}>Try again</button></p>` : nothing}
</div>`;

export const code = (text) => html`<code>${text}</code>`;
