// The panel beside the graph: figures of the chosen node or edge, its failures in words, and where to look next.

import { html, nothing } from '../../parts.js';
import { percent, rate } from '../../format.js';
import { to } from '../../router.js';
import { icon } from '../../ui/icons.js';
import { figures, flagList, health, healthWord, quoted } from '../../ui/pieces.js';

const panel = (title, sub, close, ...parts) => html`<aside class="details" aria-label=${`details of ${title}`}>
  <header>
    <h2>${title}</h2>
    <button class="quiet" aria-label="close details (Esc)" title="close (Esc)" @click=${close}>${icon('close')}</button>
  </header>
  <p class="sub">${sub}</p>
  ${parts}
</aside>`;

/** Where else to look: traces and log lines of what goes to a node (from another, if one is given). */
function links(from, node, more) {
  const role = node.kind === 'gateway' || from === 'gateway' ? 'role=gateway' : from ? 'role=outbound' : '';
  const log = [role, node.kind === 'service' ? `service=${quoted(node.id)}` : ''].filter(Boolean).join(' ');
  if (node.kind === 'outside') return html`<p class="links">${from ? html`<a href=${to('log', { filter: role })}>Log of what leaves</a>` : nothing} ${more}</p>`;
  return html`<p class="links">
    <a href=${to('traces', { service: node.id })}>Traces</a>
    <a href=${to('traces', { service: node.id, status: 'error' })}>Failed traces</a>
    <a href=${to('log', { filter: log })}>Log</a>
    <a href=${to('log', { filter: `${log} status>=500` })}>Failures in the log</a>
    ${more}
  </p>`;
}

export function nodeDetails(node, edges, { close, focus, focused, choose }) {
  const calls = edges.filter((edge) => edge.from === node.id);
  const calledBy = edges.filter((edge) => edge.to === node.id);
  return panel(
    node.id,
    kindWords[node.kind] ?? node.kind,
    close,
    node.idle ? html`<p class="calm">No requests now.</p>` : figures(node),
    failures(calledBy.length > 0 ? calledBy : calls),
    links('', node, html`<button class="link" @click=${() => focus(focused ? '' : node.id)}>${focused ? 'Show all services' : 'Only its neighbours'}</button>`),
    ends('Called by', calledBy, (edge) => edge.from, choose),
    ends('Calls', calls, (edge) => edge.to, choose),
  );
}

/** `callee` is the node at the edge's end. */
export function edgeDetails(edge, callee, { close, choose }) {
  return panel(
    html`<button class="link" @click=${() => choose('node', edge.from)}>${edge.from}</button> →
      <button class="link" @click=${() => choose('node', edge.to)}>${edge.to}</button>`,
    `requests that ${edge.from} sends to ${edge.to}`,
    close,
    figures(edge),
    failures([edge]),
    links(edge.from, callee, nothing),
  );
}

const kindWords = { gateway: 'ingress gateway', service: 'service', outside: 'outside the mesh' };

/** What went wrong on these edges together; edges that fail without a flag failed by the app's own answer. */
function failures(edges) {
  const flags = {};
  for (const edge of edges) for (const [flag, times] of Object.entries(edge.flags ?? {})) flags[flag] = (flags[flag] ?? 0) + times;
  const failing = edges.some((edge) => edge.errorRate > 0);
  if (!failing && Object.keys(flags).length === 0) return html`<p class="calm">${icon('ok')} No failures in this time.</p>`;
  if (Object.keys(flags).length === 0) return html`<h3>Failures</h3><p>No flag: the service itself answered with 5xx.</p>`;
  return html`<h3>Failures</h3>${flagList(flags, '×')}`;
}

const ends = (title, edges, other, choose) =>
  edges.length === 0
    ? nothing
    : html`<h3>${title}</h3>
        <ul class="ends">
          ${edges
            .toSorted((a, b) => b.errorRate - a.errorRate || b.rate - a.rate)
            .map(
              (edge) => html`<li class=${health(edge.errorRate)}>
                <button class="link" @click=${() => choose('edge', edge.from, edge.to)}>${other(edge)}</button>
                <span class="number">${rate(edge.rate)}</span>
                <span class="number share">${edge.errorRate > 0 ? icon(health(edge.errorRate) === 'bad' ? 'error' : 'warn', healthWord[health(edge.errorRate)]) : nothing} ${percent(edge.errorRate)}</span>
              </li>`,
            )}
        </ul>`;
