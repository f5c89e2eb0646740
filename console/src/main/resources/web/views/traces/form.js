// The search form. It writes what was typed into the address; the address is what is searched.

import { html, nothing } from '../../parts.js';
import { FIELDS, RARE } from './query.js';

const STATUSES = [
  ['', 'any'],
  ['error', 'errors'],
  ['5xx', '5xx'],
  ['4xx', '4xx'],
  ['200', '200'],
];
const RANGES = [
  ['', 'all that is kept'],
  ['15m', 'last 15 minutes'],
  ['1h', 'last hour'],
  ['6h', 'last 6 hours'],
  ['24h', 'last day'],
  ['between', 'between…'],
];

export function searchForm({ params, services, error, search, open, setOpen }) {
  // Written only when the address changes: a redraw must not take away what is being typed.
  const value = (name) => params.getAll(name).join(' ');
  const text = (name, label, placeholder, size) => html`<label class=${size}>
    <span>${label}</span><input name=${name} .value=${value(name)} placeholder=${placeholder} autocomplete="off" spellcheck="false" />
  </label>`;
  const choice = (name, label, options, then) => html`<label>
    <span>${label}</span>
    <select name=${name} @change=${then}>
      ${options.map(([key, words]) => html`<option value=${key} .selected=${key === (name === 'last' && open === 'between' ? open : chosen(params, name))}>${words}</option>`)}
    </select>
  </label>`;
  const submit = (event) => {
    event?.preventDefault();
    search(typed(document.querySelector('form.search')));
  };
  const clear = () => {
    for (const field of document.querySelectorAll('form.search input, form.search select')) field.value = '';
    search({});
  };
  const more = open || RARE.some((name) => params.get(name)) || chosen(params, 'last') === 'between';
  return html`<form class="search" role="search" aria-label="search traces" @submit=${submit}>
    <div class="row">
      ${text('requestId', 'Request id', 'x-request-id', 'wide')}
      <label>
        <span>Service</span>
        <input name="service" .value=${value('service')} placeholder="any" list="trace-services" autocomplete="off" @change=${submit} />
        <datalist id="trace-services">${services.map(({ name }) => html`<option value=${name}></option>`)}</datalist>
      </label>
      ${choice('status', 'Status', STATUSES, submit)} ${text('minDuration', 'Slower than', '250ms', 'narrow')}
      ${choice('last', 'Time', RANGES, (event) => (event.target.value === 'between' ? setOpen('between') : submit()))}
      <div class="buttons">
        <button class="primary">Search</button>
        <button type="button" @click=${clear}>Clear</button>
        <button type="button" class="link" aria-expanded=${more} @click=${() => setOpen(more ? '' : 'all')}>${more ? 'Less' : 'More'}</button>
      </div>
    </div>
    ${more
      ? html`<div class="row rare">
          ${text('tag', 'Header or tag', 'x-order-id=123', 'wide')} ${text('text', 'Text anywhere', 'word', '')}
          ${text('route', 'Route', 'namespace/name/rule', '')} ${text('maxDuration', 'Faster than', '2s', 'narrow')} ${between(params)}
        </div>`
      : nothing}
    ${error ? html`<p class="wrong" role="alert">${error}</p>` : nothing}
  </form>`;
}

const chosen = (params, name) => {
  if (name === 'last' && (params.get('from') || params.get('to'))) return 'between';
  return params.get(name) ?? '';
};

const between = (params) => html`
  <label><span>From</span><input type="datetime-local" step="1" name="from" .value=${params.get('from') ?? ''} /></label>
  <label><span>Until</span><input type="datetime-local" step="1" name="to" .value=${params.get('to') ?? ''} /></label>
`;

/** What is in the form now, by name; a chosen range and two instants exclude each other. */
function typed(form) {
  const data = new FormData(form);
  const values = Object.fromEntries(FIELDS.map((name) => [name, String(data.get(name) ?? '').trim()]));
  if (values.last === 'between') values.last = '';
  else if (values.last) values.from = values.to = '';
  delete values.limit;
  return values;
}
