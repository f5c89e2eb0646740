// The access log of all proxies, live: newest at the bottom, as in a terminal; it follows until one scrolls up.

import { guard, html, nothing, ref, repeat } from '../parts.js';
import { count, plural } from '../format.js';
import { advice, flagsOf, inWords } from '../flags.js';
import { go, to } from '../router.js';
import { icon } from '../ui/icons.js';
import { code, copyButton, empty, failed, loading, quoted, requestLink, statusKind, traceLink } from '../ui/pieces.js';
import { Columns, NUMERIC, cell, heading, valueOf } from './log/columns.js';
import { MOST_LINES, Tail } from './log/tail.js';

const READY = [
  ['status>=500', 'Failures'],
  ['status>=400', 'Errors'],
  ['duration_ms>=500', 'Slow'],
  ['attempts>=2', 'Tried again'],
  ['role=gateway', 'At the gateway'],
];
const narrow = window.matchMedia('(max-width: 640px)');

export function logView(page) {
  const tail = new Tail(page.redraw);
  const columns = new Columns(narrow.matches);
  const opened = new Set(); // keys of lines
  let filter; // undefined until the address has been read
  let follows = true;
  let noted = 0; // lines from this key on may have headers that are not known yet
  let scroller;

  const onScroller = (element) => (scroller = element);

  const filterBy = (text) => go(to('log', { filter: text.trim() }));

  /** Adds a term, or takes it away if it is there. */
  const withTerm = (term) => {
    const terms = (filter || '').split(' ').filter(Boolean);
    return (terms.includes(term) ? terms.filter((each) => each !== term) : [...terms, term]).join(' ');
  };

  const pause = () => tail.pause(!tail.paused);

  function toggleLine(key) {
    opened.has(key) ? opened.delete(key) : opened.add(key);
    page.redraw();
    // Opened at the lower end it would be out of sight.
    if (opened.has(key)) requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`[data-line="${key}"] .opened`)?.scrollIntoView({ block: 'nearest' })));
  }

  function follow() {
    follows = true;
    page.redraw();
  }

  function onScroll() {
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    if (atEnd !== follows) {
      follows = atEnd;
      page.redraw();
    }
  }

  const tools = () => html`<div class="tools">
    <form
      role="search"
      @submit=${(event) => {
        event.preventDefault();
        filterBy(event.target.filter.value);
      }}
    >
      <input
        name="filter"
        type="search"
        class="filter"
        .value=${filter ?? ''}
        placeholder="x-order-id=123 status>=500 path~cart  /"
        aria-label="filter"
        autocomplete="off"
        spellcheck="false"
        @search=${(event) => event.target.value === '' && filterBy('')}
      />
      <button class="primary">Filter</button>
    </form>
    <div class="ready" role="group" aria-label="ready filters">
      ${READY.map(
        ([term, words]) =>
          html`<button title=${term} aria-pressed=${(filter ?? '').split(' ').includes(term)} @click=${() => filterBy(withTerm(term))}>${words}</button>`,
      )}
    </div>
    <button @click=${pause} aria-pressed=${tail.paused} title="(p)">${icon(tail.paused ? 'play' : 'pause')} ${tail.paused ? 'Go on' : 'Pause'}</button>
    <button @click=${() => tail.clear()}>Clear</button>
    <details class="menu">
      <summary role="button">Columns</summary>
      <div class="choices">
        ${columns.all.map(
          (name) => html`<label>
            <input type="checkbox" .checked=${columns.chosen.includes(name)} @change=${() => (columns.toggle(name), page.redraw())} />${name}
          </label>`,
        )}
      </div>
    </details>
    <span class="since">${stateWords()}</span>
  </div>`;

  const stateWords = () => {
    if (tail.paused) return html`held: <b>${count(tail.held.length)}</b> new${tail.missed > 0 ? `, ${count(tail.missed)} more not kept` : ''}`;
    if (tail.state === 'live') return html`<i class="pulse"></i> live${tail.missed > 0 ? html`, <b>${count(tail.missed)}</b> dropped: narrow the filter` : nothing}`;
    if (tail.state === 'away') return html`<b class="bad">${icon('warn')} no connection; trying again</b>`;
    return '';
  };

  const table = () => html`<div class="scroll log-lines" ${ref(onScroller)} @scroll=${onScroll} tabindex="-1">
    <table class="data log">
      <thead><tr>${columns.chosen.map((name) => html`<th class=${NUMERIC.has(name) ? 'number' : ''} title=${name}>${heading(name)}</th>`)}</tr></thead>
      ${repeat(
        tail.lines,
        ({ key }) => key,
        ({ key, line }) => html`<tbody data-line=${key}>${guard([opened.has(key), columns.chosen], () => rows(key, line))}</tbody>`,
      )}
    </table>
    ${follows ? nothing : html`<button class="to-end primary" @click=${follow}>↓ Newest</button>`}
  </div>`;

  const rows = (key, line) => html`<tr
      tabindex="0"
      data-row
      class="${statusKind(line.status)} ${opened.has(key) ? 'chosen' : ''}"
      aria-expanded=${opened.has(key)}
      @click=${(event) => event.target.closest('a') || String(getSelection()) || toggleLine(key)}
    >
      ${columns.chosen.map((name) => html`<td class="${NUMERIC.has(name) ? 'number' : ''} f-${name.split('.')[0]}">${cell(line, name)}</td>`)}
    </tr>
    ${opened.has(key) ? html`<tr class="opened"><td colspan=${columns.chosen.length}>${lineDetails(line)}</td></tr>` : nothing}`;

  const lineDetails = (line) => {
    const words = inWords(flagsOf(line.flags), line.reason);
    return html`<div class="line-details">
      ${words ? html`<p class="because">${icon('error')} <b>${words}</b> ${flagsOf(line.flags).map((flag) => html`<small>${advice(flag)}</small>`)}</p>` : nothing}
      <p class="links">
        ${line.request_id ? html`<a href=${to('log', { filter: `request_id=${quoted(line.request_id)}` })}>All lines of this request</a>` : nothing}
        ${line.request_id ? html`<a href=${to('traces', { requestId: line.request_id })}>Its trace, if it was sampled</a>` : nothing}
        ${copyButton(JSON.stringify(line), 'copy the line as JSON')}
      </p>
      <dl class="fields">
        ${fieldsOf(line).map(
          ([name, value]) => html`<div>
            <dt><button class="link" title="filter by this value" @click=${() => filterBy(withTerm(`${filterName(name)}=${quoted(value)}`))}>${name}</button></dt>
            <dd>${name === 'request_id' ? requestLink(value) : name === 'trace_id' ? traceLink(value) : value}</dd>
          </div>`,
        )}
      </dl>
    </div>`;
  };

  const body = () => {
    if (tail.state === 'refused') return failed(tail.failure);
    if (tail.lines.length > 0) return table();
    if (tail.state === 'asking') return loading('Getting the kept lines…');
    if (tail.failure) return failed(tail.failure, () => tail.start(filter));
    return filter
      ? empty('No line matches yet.', 'New ones appear here as they come.', html`${code('name=value')} ${code('name!=value')} ${code('name>=500')} ${code('name~part')} or a bare word; all must hold. A name is a field of the log or a logged header; values with spaces are "quoted".`)
      : empty('No lines yet: they appear here as requests come.', html`The console reads the log of the proxies that it is told of: ${code('./torii console --proxy 127.0.0.1:15000')}`);
  };

  function draw() {
    for (const { key, line } of tail.lines.slice(-MOST_LINES)) {
      if (key >= noted) columns.note(line);
    }
    noted = tail.next;
    if (opened.size > 0) {
      const kept = new Set(tail.lines.map(({ key }) => key));
      for (const key of opened) if (!kept.has(key)) opened.delete(key);
    }
    if (follows && !tail.paused) queueMicrotask(() => scroller && (scroller.scrollTop = scroller.scrollHeight));
    return html`<section class="log-view" aria-label="access log">
      ${tools()} ${body()}
      <p class="count">${plural(tail.lines.length, 'line')}${tail.lines.length >= MOST_LINES ? html` (the last of ${count(tail.total)})` : nothing}</p>
    </section>`;
  }

  return {
    title: () => 'Log',
    show(place) {
      const wanted = place.params.get('filter') ?? '';
      if (wanted === filter) return;
      filter = wanted;
      opened.clear();
      follows = true;
      tail.start(filter);
    },
    draw,
    search: () => document.querySelector('.log-view .filter')?.select(),
    key(event) {
      if (event.key !== 'p') return false;
      pause();
      return true;
    },
    escape() {
      const menu = document.querySelector('.log-view .menu[open]');
      if (menu) menu.open = false;
      opened.clear();
      page.redraw();
    },
    close: () => tail.stop(),
  };
}

/** All fields of a line with a value, headers one by one, in the line's order. */
function fieldsOf(line) {
  const names = Object.keys(line).flatMap((name) =>
    name === 'headers' || name === 'response_headers' ? Object.keys(line[name] ?? {}).map((header) => `${name}.${header}`) : [name],
  );
  return names
    .map((name) => [name, valueOf(line, name)])
    .filter(([, value]) => value !== '' && value !== null && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
}

/** What a filter calls a field: a header goes by its own name. */
const filterName = (name) => name.replace(/^(response_)?headers\./, '');
