// What is configured and how it fares: proxies, routes, breakers, and the snapshot of a chosen proxy.

import { html } from '../parts.js';
import { ask, cancelled, poll } from '../api.js';
import { go, to } from '../router.js';
import { empty, failed, loading } from '../ui/pieces.js';
import { breakerTable } from './config/breakers.js';
import { limitTable } from './config/limits.js';
import { proxyTable } from './config/proxies.js';
import { routeList } from './config/routes.js';
import { firstPart, linesOf, snapshotText } from './config/snapshot.js';

const EVERY_MS = 4000;
const TABS = [
  ['proxies', 'Proxies'],
  ['routes', 'Routes'],
  ['breakers', 'Breakers and limits'],
  ['snapshot', 'Snapshot'],
];

export function configView(page) {
  const ended = new AbortController();
  let tab = 'proxies';
  let params = new URLSearchParams();
  let got = {}; // by tab; snapshot: {of, json, lines}
  let failure;
  let limit = firstPart;
  let allBreakers = false; // those with nothing to tell too

  const refresh = async () => {
    const wanted = tab;
    try {
      if (wanted === 'snapshot') await refreshSnapshot();
      else if (wanted === 'breakers') await refreshBreakers();
      else got = { ...got, [wanted]: await ask(wanted, {}, ended.signal) };
      failure = undefined;
    } catch (problem) {
      if (cancelled(problem)) return;
      failure = problem;
    }
    page.redraw();
  };

  async function refreshBreakers() {
    const [breakers, limits, proxies] = await Promise.all(['breakers', 'limits', 'proxies'].map((what) => ask(what, {}, ended.signal)));
    got = { ...got, breakers, limits, proxies };
  }

  /** The list of proxies, then the chosen one's snapshot: again only when it serves another one. */
  async function refreshSnapshot() {
    const proxies = await ask('proxies', {}, ended.signal);
    got = { ...got, proxies };
    const chosen = chosenProxy();
    if (!chosen) return;
    const of = `${chosen.address} ${chosen.snapshot}`;
    if (got.snapshot?.of === of) return;
    const json = await ask(`proxies/${encodeURIComponent(chosen.address)}/snapshot`, {}, ended.signal);
    got = { ...got, snapshot: { of, json, lines: linesOf(json) } };
  }

  const chosenProxy = () => (got.proxies ?? []).find(({ address }) => address === params.get('proxy')) ?? got.proxies?.[0];

  const set = (changes) => go(to('config', { ...Object.fromEntries(params), ...changes }, tab), { replace: true });

  const finder = (placeholder) => html`<input
    type="search"
    class="find"
    .value=${params.get('find') ?? ''}
    placeholder="${placeholder}  /"
    aria-label=${placeholder}
    @input=${(event) => set({ find: event.target.value })}
  />`;

  const found = () => params.get('find') ?? '';

  const contents = {
    proxies: () => proxyTable(got.proxies),
    routes: () => html`<div class="tools">${finder('Find a route, host or backend')}</div>
      ${routeList(got.routes, found())}`,
    breakers: () => html`<div class="tools">${finder('Find a proxy, backend or limit')}</div>
      ${breakerTable(got.breakers, got.proxies, found(), allBreakers, showAllBreakers)} ${limitTable(got.limits, got.proxies, found())}`,
    snapshot: () => html`<div class="tools">
        <select aria-label="proxy" @change=${(event) => set({ proxy: event.target.value })}>
          ${got.proxies?.map((proxy) => html`<option value=${proxy.address} .selected=${proxy === chosenProxy()}>${proxy.service || proxy.role} ${proxy.address}</option>`)}
        </select>
        ${finder('Find in the snapshot')}
      </div>
      ${got.proxies?.length === 0 ? empty('No proxies yet.') : snapshotText({ ...got.snapshot, wanted: found(), limit, more })}`,
  };

  const showAllBreakers = () => {
    allBreakers = true;
    page.redraw();
  };

  const more = () => {
    limit += firstPart;
    page.redraw();
  };

  function draw() {
    const ready = got[tab] || (tab === 'snapshot' && got.proxies?.length === 0);
    return html`<section class="config-view" aria-label="configuration">
      <nav class="tabs" aria-label="Configuration">
        ${TABS.map(([key, words]) => html`<a href=${to('config', {}, key)} aria-current=${key === tab ? 'page' : 'false'}>${words}</a>`)}
      </nav>
      ${failure ? failed(failure, refresh) : ready ? contents[tab]() : loading('Asking the proxies…')}
    </section>`;
  }

  poll(refresh, EVERY_MS, ended.signal);

  return {
    title: () => TABS.find(([key]) => key === tab)[1],
    show(place) {
      const wanted = TABS.some(([key]) => key === place.rest) ? place.rest : 'proxies';
      const anew = wanted !== tab || place.params.get('proxy') !== params.get('proxy');
      tab = wanted;
      params = place.params;
      if (anew) {
        limit = firstPart;
        refresh();
      }
    },
    draw,
    search: () => document.querySelector('.config-view .find')?.select(),
    close: () => ended.abort(),
  };
}
