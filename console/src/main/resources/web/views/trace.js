// One trace: what happened and why in a sentence, then the waterfall.

import { html, nothing } from '../parts.js';
import { ask, cancelled } from '../api.js';
import { clock, duration, plural, shortName, utc } from '../format.js';
import { to } from '../router.js';
import { icon } from '../ui/icons.js';
import { copyButton, empty, failed, loading, quoted, status } from '../ui/pieces.js';
import { failureWords, nameOf, requestOf } from './trace/span.js';
import { rootCause, treeOf, visibleRows } from './trace/tree.js';
import { waterfall } from './trace/waterfall.js';

const COLOURS = 8;
const MOST_ROWS = 2000; // drawn at once

export function traceView(page) {
  let asking = new AbortController();
  let id = '';
  let trace;
  let tree;
  let colours;
  let failure;
  const opened = new Set();
  const folded = new Set();

  async function load() {
    asking.abort();
    asking = new AbortController();
    failure = undefined;
    try {
      trace = await ask(`traces/${encodeURIComponent(id)}`, {}, asking.signal);
      tree = treeOf(trace.spans);
      const services = [...new Set(tree.rows.map((row) => row.span.service))];
      colours = new Map(services.map((service, i) => [service, i % COLOURS]));
    } catch (problem) {
      if (cancelled(problem)) return;
      trace = undefined;
      failure = problem;
    }
    page.redraw();
  }

  const toggled = (set) => (spanId) => {
    set.has(spanId) ? set.delete(spanId) : set.add(spanId);
    page.redraw();
  };

  function foldAll() {
    const parents = tree.rows.filter((row) => row.children.length > 0 && row.depth > 0).map((row) => row.span.spanId);
    const unfold = folded.size > 0;
    folded.clear();
    if (!unfold) parents.forEach((spanId) => folded.add(spanId));
    page.redraw();
  }

  function openCause(spanId) {
    for (let row = tree.rows.find((each) => each.span.spanId === spanId)?.parent; row; row = row.parent) folded.delete(row.span.spanId);
    opened.add(spanId);
    page.redraw();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const row = document.querySelector(`[data-span="${CSS.escape(spanId)}"]`);
      row?.focus();
      row?.scrollIntoView({ block: 'center' });
    }));
  }

  const head = (root) => html`<header class="trace-head">
    <p class="crumbs"><a href=${to('traces')} @click=${back}>${icon('back')} Traces</a></p>
    <h1>${status(root.span.attributes?.['http.response.status_code'])} ${requestOf(root.span)} <small>${root.span.service}</small></h1>
    <dl class="facts">
      <div><dt>took</dt><dd>${duration(root.span.duration)} ${lasted(root)}</dd></div>
      <div><dt>started</dt><dd title=${utc(tree.start)}>${clock(tree.start)}</dd></div>
      <div><dt>spans</dt><dd>${tree.rows.length}</dd></div>
      <div><dt>services</dt><dd>${[...colours].map(([service, c]) => html`<span class="chip c${c}" title=${service}>${shortName(service)}</span>`)}</dd></div>
      ${fact('request id', trace.requestId)} ${fact('trace id', trace.traceId)}
    </dl>
    <p class="links">
      ${trace.requestId
        ? html`<a href=${to('log', { filter: `request_id=${quoted(trace.requestId)}` })}>Log lines of this request id</a>`
        : html`<a href=${to('log', { filter: `trace_id=${quoted(trace.traceId)}` })}>Log lines of this trace</a>`}
      <button class="link" @click=${load}>Refresh</button>
      <button class="link" @click=${foldAll}>${folded.size > 0 ? 'Unfold all' : 'Fold all'}</button>
    </p>
    ${why()}
  </header>`;

  /** A caller that gave up is done before what it called is. */
  const lasted = (root) =>
    tree.end - root.end > root.span.duration * 0.01 ? html`<small>(until the last span ended: ${duration(tree.end - tree.start)})</small>` : nothing;

  const fact = (name, value) =>
    value ? html`<div class="id"><dt>${name}</dt><dd><code>${value}</code>${copyButton(value, `copy ${name}`)}</dd></div>` : nothing;

  /** The first failure in words; one that a retry made good is told as such. */
  function why() {
    const cause = rootCause(tree.rows);
    if (!cause) return nothing;
    const healed = tree.roots[0].span.status !== 'ERROR';
    const { span } = cause;
    return html`<p class="because ${healed ? 'healed' : ''}" role="note">
      ${icon(healed ? 'warn' : 'error')}
      <span>
        ${healed ? 'Made good, but on the way ' : 'Failed: '}<b>${shortName(span.service)}</b> ${span.role ? `(${span.role}) ` : ''}<b>${nameOf(span)}</b>:
        ${failureWords(span)}${cause.attempt ? ` on attempt ${cause.attempt.number} of ${cause.attempt.of}` : ''}.
      </span>
      <button class="link" @click=${() => openCause(span.spanId)}>Show it</button>
    </p>`;
  }

  function back(event) {
    if (history.length <= 1) return; // opened from a link: to the search then
    event.preventDefault();
    history.back();
  }

  const notFound = () =>
    empty(
      'This trace is not kept here.',
      'It may have made room for newer ones, its spans may come in a few seconds, or it was not sampled.',
      html`<button @click=${load}>Look again</button> <a href=${to('log', { filter: `trace_id=${quoted(id)}` })}>Its lines in the log</a>`,
    );

  function draw() {
    if (failure) return failure.status === 404 ? notFound() : failed(failure, load);
    if (!trace) return loading('Getting the trace…');
    if (tree.rows.length === 0) return notFound();
    const rows = visibleRows(tree.rows, folded);
    return html`<section class="trace-view" aria-label="trace">
      ${head(tree.roots[0])}
      ${waterfall({ tree, rows: rows.slice(0, MOST_ROWS), opened, folded, colours, onOpen: toggled(opened), onFold: toggled(folded) })}
      ${rows.length > MOST_ROWS ? html`<p class="sub">${plural(rows.length - MOST_ROWS, 'more span')} not drawn: fold what is not of interest.</p>` : nothing}
      <p class="legend">
        <span><i class="key critical"></i> what the whole waited for</span>
        <span>${icon('gateway')} gateway</span><span>${icon('outbound')} leaving</span><span>${icon('inbound')} arriving</span><span>${icon('app')} the app itself</span>
      </p>
    </section>`;
  }

  return {
    title: () => (tree?.roots[0] ? `${requestOf(tree.roots[0].span)} ${duration(tree.roots[0].span.duration)}` : 'Trace'),
    show(place) {
      if (place.rest === id) return;
      id = place.rest;
      trace = tree = undefined;
      opened.clear();
      folded.clear();
      load();
    },
    draw,
    escape() {
      if (opened.size > 0) {
        opened.clear();
        page.redraw();
      } else if (history.length > 1) history.back();
    },
    close: () => asking.abort(),
  };
}
