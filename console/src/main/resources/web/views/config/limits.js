// Rate limits: what they let pass and what they refuse, those that refuse most first.

import { html, nothing } from '../../parts.js';
import { count, duration } from '../../format.js';
import { vars } from '../../ui/vars.js';

const UNITS = { 1000: 's', 60_000: 'min', 3_600_000: 'h' };

const worst = (a, b) => b.refused - a.refused || b.shadowed - a.shadowed || a.id.localeCompare(b.id);
const words = (row) => `${row.who} ${row.proxy} ${row.id} ${row.key ?? ''} ${row.scope}`.toLowerCase();

/** `proxies` tells whose address a row's proxy is. */
export function limitTable(limits, proxies, wanted) {
  const names = new Map(proxies.map(({ address, service, role }) => [address, service || role]));
  const shown = limits
    .map((row) => ({ ...row, who: names.get(row.proxy) ?? '' }))
    .filter((row) => words(row).includes(wanted.toLowerCase()))
    .sort(worst);
  return shown.length === 0 ? nothing : table(shown);
}

const table = (shown) => html`<h2>Rate limits</h2>
  <div class="scroll">
    <table class="data">
      <thead><tr><th>Proxy</th><th>Limit</th><th>Rate</th><th>Key</th><th>Keys</th><th class="number">Allowed</th><th class="number">Refused</th><th class="number">Store errors</th></tr></thead>
      <tbody>
        ${shown.map(
          (row) => html`<tr tabindex="0" data-row class=${row.refused > 0 ? 'warn' : ''}>
            <td>${row.who ? html`<b>${row.who}</b> ` : nothing}<small>${row.proxy}</small></td>
            <td>${row.id} ${row.shadow ? html`<span class="tag">shadow</span>` : nothing}</td>
            <td>${count(row.requests)}/${UNITS[row.perMs] ?? duration(row.perMs * 1000)}, burst ${count(row.burst)}${row.scope === 'global' ? ', together' : nothing}</td>
            <td>${row.key ?? html`<span class="sub">all</span>`}</td>
            <td>${row.key ? keys(row) : nothing}</td>
            <td class="number">${count(row.allowed)}</td>
            <td class="number">${row.shadow ? html`<span class="sub">would: ${count(row.shadowed)}</span>` : count(row.refused)}</td>
            <td class="number">${row.errors ? html`<b class="bad">${count(row.errors)}</b>` : '–'}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** In use, of how many there is room for. */
const keys = (row) => {
  const share = row.keysLimit > 0 ? Math.min(1, row.keys / row.keysLimit) : 0;
  return html`<span class="gauge ${share >= 0.95 ? 'bad' : share >= 0.7 ? 'warn' : 'ok'}"><i ${vars({ '--share': share })}></i><em>${count(row.keys)}</em></span>`;
};
