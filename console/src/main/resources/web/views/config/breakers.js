// Breakers and limits: how much of each limit is used, worst first.

import { html, nothing } from '../../parts.js';
import { count, plural } from '../../format.js';
import { icon } from '../../ui/icons.js';
import { empty } from '../../ui/pieces.js';
import { vars } from '../../ui/vars.js';

const share = ({ inFlight, limit }) => (limit > 0 ? inFlight / limit : 0);
const stateOf = (row) => String(row.state || 'none').replace(/[_-]/g, ' ');
const badness = (row) => ({ open: 4, 'half open': 2 }[stateOf(row)] ?? 0) + (row.ejected ? 1 : 0);
const worst = (a, b) => badness(b) - badness(a) || share(b) - share(a) || a.cluster.localeCompare(b.cluster);

/** `proxies` tells whose address a row's proxy is. */
/** Whether there is anything to see: a limit, a breaker, a bad endpoint, or traffic. */
const telling = (row) => row.limit || row.inFlight > 0 || stateOf(row) !== 'none' || row.ejected || row.health === 'unhealthy';

export function breakerTable(breakers, proxies, wanted, all, showAll) {
  if (breakers.length === 0) {
    return empty('No backend has been used yet.', 'Limits and breakers come from BackendPolicy; every backend in use is listed here, with or without.');
  }
  const word = wanted.toLowerCase();
  const names = new Map(proxies.map(({ address, service, role }) => [address, service || role]));
  const matching = breakers
    .map((row) => ({ ...row, who: names.get(row.proxy) ?? '' }))
    .filter((row) => `${row.who} ${row.proxy} ${row.cluster} ${row.endpoint} ${row.state}`.toLowerCase().includes(word))
    .sort(worst);
  const shown = all || word ? matching : matching.filter(telling);
  const quiet = matching.length - shown.length;
  const open = breakers.filter((row) => stateOf(row) === 'open').length;
  const ejected = breakers.filter((row) => row.ejected).length;
  return html`
    <p class="summary" role="status">
      ${open === 0 ? html`<span class="ok">${icon('ok')} no breaker is open</span>` : html`<b class="bad">${icon('error')} ${plural(open, 'breaker')} open</b>`}${ejected > 0
        ? html`, <b class="warn">${icon('warn')} ${plural(ejected, 'endpoint')} ejected</b>`
        : nothing}
    </p>
    ${shown.length > 0 ? table(shown) : word ? empty(`No backend has "${wanted}" in it.`) : nothing}
    ${quiet > 0
      ? html`<p class="sub">${plural(quiet, 'row')} more without limit, breaker or requests in flight. <button class="link" @click=${showAll}>Show them</button></p>`
      : nothing}`;
}

const table = (shown) => html`<div class="scroll">
  <table class="data">
    <thead><tr><th>Proxy</th><th>Backend</th><th>Endpoint</th><th>In flight</th><th class="number">Limit</th><th class="number">Queued</th><th>Breaker</th><th>Health</th></tr></thead>
    <tbody>
      ${shown.map(
        (row) => html`<tr tabindex="0" data-row class=${badness(row) >= 4 ? 'bad' : badness(row) > 0 ? 'warn' : ''}>
          <td>${row.who ? html`<b>${row.who}</b> ` : nothing}<small>${row.proxy}</small></td>
          <td>${row.cluster}</td>
          <td><code>${row.endpoint || 'all'}</code></td>
          <td><span class="gauge ${level(row)}"><i ${vars({ '--share': Math.min(1, share(row)) })}></i><em>${count(row.inFlight)}</em></span></td>
          <td class="number">${row.limit ? count(row.limit) : '–'}</td>
          <td class="number">${row.queueLimit ? `${count(row.queued)} of ${count(row.queueLimit)}` : '–'}</td>
          <td>${breaker(row)}</td>
          <td>${healthOf(row)}</td>
        </tr>`,
      )}
    </tbody>
  </table>
</div>`;

const healthOf = ({ endpoint, ejected, health }) => {
  if (ejected) return html`<span class="tag warn">${icon('warn')} ejected</span>`;
  if (health === 'unhealthy') return html`<span class="bad">${icon('error')} unhealthy</span>`;
  return endpoint ? html`<span class="sub">${health || 'in use'}</span>` : nothing;
};

const level = (row) => (share(row) >= 0.95 ? 'bad' : share(row) >= 0.7 ? 'warn' : 'ok');

const breaker = (row) => {
  const state = stateOf(row);
  if (state === 'none') return html`<span class="sub">none</span>`;
  if (state === 'open') return html`<b class="bad">${icon('error')} open: calls are refused</b>`;
  if (state === 'half open') return html`<span class="warn">${icon('warn')} half open: trying</span>`;
  return html`<span class="ok">${icon('ok')} ${state}</span>`;
};
