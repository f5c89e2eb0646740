// The search for traces. The address holds all of it, so that a search can be shared and "back" works.

import { html, nothing } from '../parts.js';
import { ask, cancelled } from '../api.js';
import { plural } from '../format.js';
import { go, to } from '../router.js';
import { code, empty, failed, loading, quoted } from '../ui/pieces.js';
import { searchForm } from './traces/form.js';
import { traceList } from './traces/list.js';
import { FIRST_PAGE, narrowed, queryOf } from './traces/query.js';
import { scatter } from './traces/scatter.js';

export function tracesView(page) {
  const ended = new AbortController();
  let asking = new AbortController();
  let params = new URLSearchParams();
  let services = [];
  let found; // undefined until the first answer
  let failure;
  let mistake; // what is wrong with what was typed
  let busy = false;
  let open = ''; // the rare fields: `all`, or because of `between`

  ask('services', {}, ended.signal).then(
    (list) => {
      services = list;
      page.redraw();
    },
    () => {}, // the search works without suggestions
  );

  async function search() {
    asking.abort();
    asking = new AbortController();
    const { query, error } = queryOf(params, Date.now());
    mistake = error;
    if (error) return page.redraw();
    busy = true;
    page.redraw();
    try {
      found = await ask('traces', query, asking.signal);
      failure = undefined;
      busy = false;
    } catch (problem) {
      if (cancelled(problem)) return;
      if (problem.status === 400) mistake = problem.message;
      else failure = problem;
      busy = false;
    }
    page.redraw();
  }

  /** The same search again, or another one: which the address then shows. */
  function searchFor(values) {
    const address = to('traces', values);
    if (address === location.hash) search();
    else go(address);
  }

  const limit = () => Number(params.get('limit')) || FIRST_PAGE;
  const more = () => go(to('traces', { ...Object.fromEntries(params), tag: params.getAll('tag'), limit: limit() * 4 }), { replace: true });

  const results = () => {
    if (failure) return failed(failure, search);
    if (!found) return mistake ? nothing : loading('Searching…');
    if (found.length === 0) return narrowed(params) ? noneFound() : noneYet;
    return html`
      ${found.length > 2 ? scatter(found) : nothing}
      <p class="summary" role="status">
        ${plural(found.length, 'trace')}${found.length >= limit() ? ', the newest' : ''}${failures(found)}
        ${busy ? html`<i class="pulse"></i>` : html`<button class="link" @click=${search}>Refresh</button>`}
      </p>
      ${traceList(found)}
      ${found.length >= limit() && limit() < 1000 ? html`<p><button @click=${more}>Show older ones too</button></p>` : nothing}
    `;
  };

  const noneFound = () =>
    empty(
      'No trace matches.',
      'Ask for less, or for a longer time. A request that was not sampled has no trace (1 % are, unless a TelemetryPolicy says otherwise).',
      params.get('requestId')
        ? html`Every request has its lines in the log:
            <a href=${to('log', { filter: `request_id=${quoted(params.get('requestId'))}` })}>look for ${params.get('requestId')} there</a>.`
        : html`The <a href=${to('log')}>log</a> has every request.`,
    );

  return {
    title: () => 'Traces',
    show(place) {
      params = place.params;
      search();
    },
    draw: () => html`<section class="traces-view" aria-label="traces">
      ${searchForm({
        params,
        services,
        error: mistake,
        search: searchFor,
        open,
        setOpen(wanted) {
          open = wanted;
          page.redraw();
        },
      })}
      ${results()}
    </section>`,
    search: () => document.querySelector('form.search input')?.select(),
    key(event) {
      if (event.key !== 'r') return false;
      search();
      return true;
    },
    close() {
      ended.abort();
      asking.abort();
    },
  };
}

const failures = (found) => {
  const bad = found.filter((trace) => trace.errors > 0).length;
  return bad > 0 ? `, ${bad} with errors` : '';
};

const noneYet = empty(
  'No spans yet.',
  html`Set ${code('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318')} for gateway and sidecars: they send their spans here.`,
  html`1 % of the requests are traced unless a TelemetryPolicy says otherwise; ${code('tracing: {samplingPercent: 100}')} traces all.`,
);
