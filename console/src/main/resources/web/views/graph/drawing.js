// The graph as SVG: nodes with their figures, edges as thick as their rate, failures red, dashed and with a sign.

import { nothing, repeat, svg } from '../../parts.js';
import { duration, namespace, percent, rate, shortName } from '../../format.js';
import { health, healthWord } from '../../ui/pieces.js';
import { shape } from '../../ui/icons.js';
import { vars } from '../../ui/vars.js';
import { edgeId } from './memory.js';
import { LABEL, MANY, NODE } from './layout.js';

const FAR = 0.62; // below this scale figures cannot be read: names get larger instead

/** The whole drawing. `choose(kind, …ids)` is called when a node or an edge is taken. */
export function drawing({ nodes, edges, plan, camera, chosen, choose }) {
  const far = camera.scale < FAR ? 'far' : '';
  // Many that flow would be restless, and cost CPU all day.
  const calm = edges.length > MANY ? 'calm' : '';
  const visible = edges.filter((edge) => plan.ways.has(edgeId(edge.from, edge.to)));
  return svg`<g class="world ${far} ${calm}" transform="translate(${camera.x.toFixed(1)} ${camera.y.toFixed(1)}) scale(${camera.scale.toFixed(4)})">
    <g>${repeat(visible, (e) => edgeId(e.from, e.to), (e) => edgeLine(e, plan.ways.get(edgeId(e.from, e.to)), chosen, choose))}</g>
    <g>${repeat(visible, (e) => edgeId(e.from, e.to), (e) => edgeLabel(e, plan.ways.get(edgeId(e.from, e.to)), chosen, choose))}</g>
    <g>${repeat(nodes.filter((n) => plan.places.has(n.id)), (n) => n.id, (n) => nodeBox(n, plan.places.get(n.id), chosen, choose))}</g>
  </g>`;
}

/** From a hair to a rope: by the rate's magnitude, as services differ by factors of thousands. */
const thickness = (perSecond) => 1.2 + Math.min(6, 1.6 * Math.log10(1 + perSecond));

const isChosen = (chosen, edge) => chosen && (chosen === edgeId(edge.from, edge.to) || chosen === edge.from || chosen === edge.to);

const edgeClass = (edge, chosen) =>
  `edge ${edge.idle ? 'idle' : health(edge.errorRate)} ${isChosen(chosen, edge) ? 'chosen' : ''}`;

const edgeWords = (edge) =>
  `${edge.from} calls ${edge.to}: ${edge.idle ? 'no requests now' : `${rate(edge.rate)}, ${percent(edge.errorRate)} errors, p99 ${duration(edge.p99)}`}`;

function edgeLine(edge, { d }, chosen, choose) {
  return svg`<g class=${edgeClass(edge, chosen)} ${vars({ '--thick': thickness(edge.rate), '--beat': `${beat(edge.rate)}s` })}
      @click=${() => choose('edge', edge.from, edge.to)}>
    <path class="touch" d=${d}></path>
    <path class="line" d=${d} marker-end="url(#tip-${edge.idle ? 'idle' : health(edge.errorRate)})"></path>
    ${edge.idle ? nothing : svg`<path class="flow" d=${d}></path>`}
  </g>`;
}

/** Seconds in which the flow moves on by a dash: one of three, so that many edges step together and few frames are drawn. */
const beat = (perSecond) => (perSecond >= 100 ? 1.2 : perSecond >= 10 ? 2.4 : 4.8);

function edgeLabel(edge, { x, y }, chosen, choose) {
  const state = health(edge.errorRate);
  return svg`<g class="${edgeClass(edge, chosen)} label" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"
      tabindex="0" role="button" aria-label=${edgeWords(edge)} data-edge=${edgeId(edge.from, edge.to)}
      @click=${() => choose('edge', edge.from, edge.to)} @keydown=${(event) => pressed(event) && choose('edge', edge.from, edge.to)}>
    <title>${edgeWords(edge)}${state === 'ok' ? '' : `: ${healthWord[state]}`}</title>
    <rect x=${-LABEL.width / 2} y=${-LABEL.height / 2} width=${LABEL.width} height=${LABEL.height} rx="9"></rect>
    ${edge.idle ? svg`<text class="quiet">idle</text>` : edgeFigures(edge, state)}
  </g>`;
}

const edgeFigures = (edge, state) => svg`<text class="rate" y="-7.5">${rate(edge.rate)}</text>
  <text y="8.5">
    <tspan class="share" x=${10 - LABEL.width / 2} text-anchor="start">${SIGN[state]}${percent(edge.errorRate)}</tspan>
    <tspan x=${LABEL.width / 2 - 10} text-anchor="end">${duration(edge.p99)}</tspan>
  </text>
  <text class="big">${SIGN[state]}${percent(edge.errorRate)}</text>`;

const SIGN = { ok: '', warn: '▲ ', bad: '✕ ', idle: '' };

function nodeBox(node, { x, y }, chosen, choose) {
  const mute = node.kind === 'outside' && node.idle; // who only calls has no figures of its own
  const state = mute ? 'mute' : node.idle ? 'idle' : health(node.errorRate);
  const name = node.id.includes('/') ? shortName(node.id) : node.id;
  const words = mute ? 'outside the mesh' : node.idle ? 'no requests now' : `${rate(node.rate)}, ${percent(node.errorRate)} errors, p99 ${duration(node.p99)}`;
  return svg`<g class="node ${node.kind} ${state} ${chosen === node.id ? 'chosen' : ''}" ${vars({ transform: `translate(${x - NODE.width / 2}px, ${y - NODE.height / 2}px)` })}
      tabindex="0" role="button" data-row aria-label="${node.kind} ${node.id}: ${words}" data-node=${node.id}
      @click=${() => choose('node', node.id)} @keydown=${(event) => pressed(event) && choose('node', node.id)}>
    <title>${node.id}: ${words}</title>
    <rect class="box" width=${NODE.width} height=${NODE.height} rx="9"></rect>
    <path class="strip" d="M0 9a9 9 0 0 1 9 -9v${NODE.height}a9 9 0 0 1 -9 -9z"></path>
    <svg class="kind" x="18" y="11" width="16" height="16" viewBox="0 0 24 24">${shape(kindShape(node.kind))}</svg>
    <text class="name" x="40" y="24">${cut(name, 19)}</text>
    <text class="space" x=${NODE.width - 12} y="24">${cut(namespace(node.id), Math.max(0, 17 - name.length))}</text>
    ${node.idle ? svg`<text class="numbers" x="18" y="47">${words}</text>` : nodeFigures(node, state)}
    <text class="big" x=${NODE.width / 2 + 4} y=${NODE.height / 2} font-size=${bigSize(name)}>${cut(name, 14)}</text>
  </g>`;
}

const nodeFigures = (node, state) => svg`<text class="numbers" y="47">
    <tspan x="18">${rate(node.rate)}</tspan>
    <tspan class="share" x="98" text-anchor="middle">${SIGN[state]}${percent(node.errorRate)}</tspan>
    <tspan x=${NODE.width - 12} text-anchor="end">${duration(node.p99)}</tspan>
  </text>`;

/** Names seen from afar fill their box: short ones are larger. */
const bigSize = (name) => Math.max(17, Math.min(30, 250 / name.length)).toFixed(1);

const kindShape = (kind) => (kind === 'service' ? 'app' : kind);
const cut = (text, most) => (most < 3 ? '' : text.length > most ? `${text.slice(0, most - 1)}…` : text);

function pressed(event) {
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  event.preventDefault();
  return true;
}

/** Arrow heads, one for each state, so that they have its colour. */
export const definitions = svg`<defs>
  ${['ok', 'warn', 'bad', 'idle'].map(
    (state) => svg`<marker id="tip-${state}" class="tip ${state}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0.8L7.4 4L0 7.2z"></path></marker>`,
  )}
  <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="6"></rect></pattern>
</defs>`;
