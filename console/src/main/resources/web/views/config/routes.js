// The routes as served: hosts, matches, and how the traffic splits between backends, by weight and as it really goes.

import { html, nothing } from '../../parts.js';
import { percent, plural, rate } from '../../format.js';
import { to } from '../../router.js';
import { icon } from '../../ui/icons.js';
import { empty, health, quoted } from '../../ui/pieces.js';
import { vars } from '../../ui/vars.js';

export function routeList(routes, wanted) {
  const word = wanted.toLowerCase();
  const shown = routes.filter((route) => JSON.stringify([route.route, route.hosts, route.matches, route.backends.map((b) => b.service)]).toLowerCase().includes(word));
  if (routes.length === 0) return empty('No routes are served.', 'Routes are the HTTPRoutes and GRPCRoutes in the configuration of the proxies. ./torii check says what is wrong with them.');
  if (shown.length === 0) return empty(`No route has "${wanted}" in its name, hosts, matches or backends.`);
  return html`<p class="summary">${plural(shown.length, 'route')}${shown.length < routes.length ? ` of ${routes.length}` : ''}</p>
    <div class="cards">${shown.map(card)}</div>`;
}

const card = (route) => {
  const weights = route.backends.reduce((sum, backend) => sum + (backend.weight ?? 0), 0);
  const rates = route.backends.reduce((sum, backend) => sum + (backend.rate ?? 0), 0);
  return html`<article class="card" tabindex="0" data-row>
    <h3>${route.route}</h3>
    <p class="matches">
      ${(route.hosts ?? []).map((host) => html`<span class="chip">${host}</span>`)}
      ${(route.matches ?? []).map((match) => html`<code>${match}</code>`)}
    </p>
    ${route.backends.length > 1 && weights > 0
      ? html`<div class="split" aria-hidden="true">${route.backends.map((backend, i) => html`<i class="c${i % 8}" ${vars({ '--share': backend.weight / weights })}></i>`)}</div>`
      : nothing}
    <table class="plain">
      <tbody>
        ${route.backends.map(
          (backend, i) => html`<tr>
            <td>${route.backends.length > 1 ? html`<i class="dot c${i % 8}"></i>` : nothing} <a href=${to('graph', { node: backend.service })}>${backend.service}</a></td>
            <td class="number" title="share by weight">${weights > 0 ? percent(backend.weight / weights) : '–'}</td>
            <td class="number sub" title="share of the requests">${rates > 0 ? `${percent(backend.rate / rates)} real` : ''}</td>
            <td class="number">${rate(backend.rate)}</td>
            <td class="number ${health(backend.errorRate)}">${backend.errorRate > 0 ? html`${icon(health(backend.errorRate) === 'bad' ? 'error' : 'warn')} ` : nothing}${percent(backend.errorRate)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    <p class="links">
      <a href=${to('traces', { route: route.route })}>Traces</a><a href=${to('log', { filter: `route=${quoted(route.route)}` })}>Log</a>
      <span class="sub">in ${plural(route.proxies ?? 0, 'proxy', 'proxies')}</span>
    </p>
  </article>`;
};
