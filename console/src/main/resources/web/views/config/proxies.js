// Which proxies there are, how they are, and which snapshot each serves. Proxies of one service serve the same
// configuration; where they do not, those behind stand out.

import { html, nothing } from '../../parts.js';
import { ago, plural } from '../../format.js';
import { to } from '../../router.js';
import { icon } from '../../ui/icons.js';
import { code, empty } from '../../ui/pieces.js';

const SIGN = { ready: 'ok', 'not ready': 'warn', unreachable: 'error' };
const KIND = { ready: 'ok', 'not ready': 'warn', unreachable: 'bad' };

/** Where proxies of one kind serve different snapshots: address → `newest` or `behind`. */
function differing(proxies) {
  const newest = new Map();
  for (const proxy of proxies) {
    const best = newest.get(group(proxy));
    if (proxy.snapshot && (!best || (proxy.since ?? 0) > (best.since ?? 0))) newest.set(group(proxy), proxy);
  }
  const serving = proxies.filter((proxy) => proxy.snapshot);
  const isBehind = (proxy) => newest.get(group(proxy)).snapshot !== proxy.snapshot;
  const divided = new Set(serving.filter(isBehind).map(group));
  return new Map(
    serving.filter((proxy) => divided.has(group(proxy))).map((proxy) => [proxy.address, isBehind(proxy) ? 'behind' : 'newest']),
  );
}

const group = (proxy) => `${proxy.role} ${proxy.service}`;

export function proxyTable(proxies) {
  if (proxies.length === 0) {
    return empty('No proxies yet.', html`Tell the console the admin endpoints of gateways and sidecars: ${code('./torii console --proxy 127.0.0.1:15000')}`);
  }
  const differs = differing(proxies);
  return html`
    <p class="summary" role="status">${summary(proxies, [...differs.values()].filter((word) => word === 'behind').length)}</p>
    <div class="scroll">
      <table class="data">
        <thead><tr><th>Proxy</th><th>State</th><th>Address</th><th>Snapshot</th><th>Since</th><th>Findings</th><th>Version</th></tr></thead>
        <tbody>${proxies.toSorted(order).map((proxy) => row(proxy, differs.get(proxy.address)))}</tbody>
      </table>
    </div>`;
}

const order = (a, b) => (a.role === b.role ? (a.service ?? '').localeCompare(b.service ?? '') || a.address.localeCompare(b.address) : a.role === 'gateway' ? -1 : 1);

function summary(proxies, behind) {
  const notReady = proxies.filter((proxy) => proxy.state !== 'ready').length;
  return html`${plural(proxies.length, 'proxy', 'proxies')},
    ${notReady === 0 ? html`<span class="ok">${icon('ok')} all ready</span>` : html`<b class="bad">${icon('error')} ${notReady} not ready</b>`}${behind > 0 ? html`, <b class="warn">${icon('warn')} ${behind} behind the newest snapshot of ${behind === 1 ? 'its' : 'their'} kind</b>` : nothing}`;
}

const row = (proxy, differs) => html`<tr tabindex="0" data-row class=${differs ? `differs ${differs}` : ''} data-proxy=${proxy.address}>
  <td>${icon({ gateway: 'gateway', sidecar: 'inbound' }[proxy.role] ?? 'outside', proxy.role || 'unknown')} <b>${proxy.service || proxy.role || 'unknown'}</b>${proxy.service ? html` <small>${proxy.role}</small>` : nothing}</td>
  <td><span class="state ${KIND[proxy.state] ?? 'warn'}">${icon(SIGN[proxy.state] ?? 'warn')} ${proxy.state}</span>${proxy.state !== 'ready' && proxy.reason ? html` <small>${proxy.reason.replace(`${proxy.state}: `, '')}</small>` : nothing}</td>
  <td><code>${proxy.address}</code></td>
  <td>
    ${proxy.snapshot ? html`<a class="id" href=${to('config', { proxy: proxy.address }, 'snapshot')}>${proxy.snapshot}</a>` : '–'}
    ${differs === 'behind' ? html`<span class="tag warn">${icon('warn')} behind</span>` : differs ? html`<span class="tag">newest</span>` : nothing}
  </td>
  <td>${ago(proxy.since)}</td>
  <td>${findings(proxy.findings)}</td>
  <td>${proxy.version ?? ''}</td>
</tr>`;

const findings = ({ errors = 0, warnings = 0 } = {}) =>
  errors + warnings === 0
    ? html`<span class="sub">none</span>`
    : html`${errors > 0 ? html`<b class="bad">${icon('error')} ${plural(errors, 'error')}</b> ` : nothing}
        ${warnings > 0 ? html`<span class="warn">${icon('warn')} ${plural(warnings, 'warning')}</span>` : nothing}`;
