// The same graph as a table, worst first: for many services, small screens, and who does not see drawings.

import { html } from '../../parts.js';
import { duration, percent, rate } from '../../format.js';
import { health, flags } from '../../ui/pieces.js';
import { icon } from '../../ui/icons.js';

export const edgeTable = (edges, chosen, choose) => html`<div class="scroll">
  <table class="data">
    <thead><tr><th>From</th><th>To</th><th class="number">Rate</th><th class="number">Errors</th><th class="number">p50</th><th class="number">p99</th><th>Failures</th></tr></thead>
    <tbody>
      ${edges
        .toSorted((a, b) => b.errorRate - a.errorRate || b.rate - a.rate)
        .map(
          (edge) => html`<tr
            tabindex="0"
            data-row
            data-edge="${edge.from} → ${edge.to}"
            class="${health(edge.errorRate)} ${chosen === `${edge.from} → ${edge.to}` ? 'chosen' : ''}"
            @click=${() => choose('edge', edge.from, edge.to)}
          >
            <td>${edge.from}</td>
            <td>${edge.to}</td>
            <td class="number">${rate(edge.rate)}</td>
            <td class="number share">${edge.errorRate > 0 ? icon(health(edge.errorRate) === 'bad' ? 'error' : 'warn') : ''} ${percent(edge.errorRate)}</td>
            <td class="number">${duration(edge.p50)}</td>
            <td class="number">${duration(edge.p99)}</td>
            <td>${flags(Object.keys(edge.flags ?? {}))}</td>
          </tr>`,
        )}
    </tbody>
  </table>
</div>`;
