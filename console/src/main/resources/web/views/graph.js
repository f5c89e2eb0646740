// The home view: who calls whom, how often, how badly and how slowly, live.

import { html, nothing, ref } from '../parts.js';
import { ask, cancelled, poll } from '../api.js';
import { clock, plural } from '../format.js';
import { go, to } from '../router.js';
import { icon } from '../ui/icons.js';
import { code, empty, failed, loading } from '../ui/pieces.js';
import { Camera } from './graph/camera.js';
import { definitions, drawing } from './graph/drawing.js';
import { edgeDetails, nodeDetails } from './graph/details.js';
import { layout } from './graph/layout.js';
import { Memory, edgeId, neighbourhood, withoutClients } from './graph/memory.js';
import { edgeTable } from './graph/table.js';

const EVERY_MS = 3000;
const WINDOWS = [
  [60, 'last minute'],
  [300, 'last 5 minutes'],
  [900, 'last 15 minutes'],
];
const narrow = window.matchMedia('(max-width: 640px)');

export function graphView(page) {
  const ended = new AbortController();
  const memory = new Memory();
  const camera = new Camera(page.redraw);
  let params = new URLSearchParams();
  let failure;
  let asked; // when the figures are from, epoch ms
  let proxies; // asked for only when there is nothing to show
  let paused = false;
  let plan; // the layout that is drawn
  let planned = ''; // what it is a layout of

  // One function for all draws: a new one each time would be told of the same element again and again.
  const onSurface = (element) => {
    camera.attach(element);
    if (element && plan && !camera.moved) queueMicrotask(() => camera.fit(plan));
  };

  const seconds = () => Number(params.get('window')) || 60;
  const chosenId = () => (params.get('from') ? edgeId(params.get('from'), params.get('to')) : (params.get('node') ?? ''));

  function shown() {
    const all = withoutClients(memory.nodes(), memory.edges());
    const focus = params.get('focus');
    return focus && memory.node(focus) ? neighbourhood(all.nodes, all.edges, focus) : all;
  }

  async function refresh(force = false) {
    if (paused && !force) return;
    try {
      memory.take(await ask('graph', { window: seconds() }, ended.signal), Date.now());
      asked = Date.now();
      failure = undefined;
      if (memory.nodes().length === 0) proxies = await ask('proxies', {}, ended.signal);
      await arrange();
    } catch (problem) {
      if (cancelled(problem)) return;
      failure = problem;
    }
    page.redraw();
  }

  /** Lays out what is to be shown, if that is not what has been laid out. */
  async function arrange() {
    const { nodes, edges } = shown();
    const wanted = JSON.stringify([narrow.matches, nodes.map((n) => n.id).sort(), edges.map((e) => edgeId(e.from, e.to)).sort()]);
    if (wanted === planned) return;
    planned = wanted;
    plan = await layout(nodes, edges, narrow.matches);
    if (!camera.moved) camera.fit(plan);
    page.redraw();
    uncoverSoon();
  }

  /** Brings what is chosen out from under the panel that tells of it. */
  function uncover() {
    const place = plan?.ways.get(chosenId()) ?? plan?.places.get(chosenId());
    const panel = document.querySelector('.graph .details')?.getBoundingClientRect();
    const below = panel && panel.width > camera.view.width * 0.9;
    if (place && panel) camera.reveal(place, below ? { right: 0, bottom: panel.height } : { right: panel.width, bottom: 0 });
  }

  /** Once the panel has been drawn. */
  const uncoverSoon = () => chosenId() && requestAnimationFrame(() => requestAnimationFrame(uncover));

  function set(changes) {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries(changes)) value ? next.set(key, value) : next.delete(key);
    go(to('graph', next));
  }

  const choose = (kind, ...ids) =>
    set(kind === 'node' ? { node: ids[0], from: '', to: '' } : { node: '', from: ids[0], to: ids[1] });
  const closeDetails = () => set({ node: '', from: '', to: '' });
  const focusOn = (id) => {
    camera.moved = false;
    set({ focus: id, ...(id ? { node: id, from: '', to: '' } : {}) });
  };

  function find(event) {
    const wanted = event.target.value.trim().toLowerCase();
    if (!wanted) return;
    const found = memory.nodes().find((n) => n.id.toLowerCase() === wanted) ?? memory.nodes().find((n) => n.id.toLowerCase().includes(wanted));
    if (!found) {
      event.target.setCustomValidity(`No service has "${event.target.value}" in its name.`);
      event.target.reportValidity();
      return;
    }
    event.target.value = '';
    event.target.blur();
    choose('node', found.id);
  }

  const toggle = () => {
    paused = !paused;
    if (!paused) refresh();
    page.redraw();
  };

  const tools = (table) => html`<div class="tools">
    <input
      type="search"
      class="find"
      placeholder="Find a service  /"
      aria-label="find a service"
      list="services"
      @input=${(event) => event.target.setCustomValidity('')}
      @change=${find}
    />
    <datalist id="services">${memory.nodes().map((node) => html`<option value=${node.id}></option>`)}</datalist>
    <select aria-label="time of the figures" @change=${(event) => set({ window: event.target.value })}>
      ${WINDOWS.map(([value, words]) => html`<option value=${value} ?selected=${value === seconds()}>${words}</option>`)}
    </select>
    <button @click=${toggle} title="${paused ? 'go on' : 'hold these figures'} (p)" aria-pressed=${paused}>
      ${icon(paused ? 'play' : 'pause')} ${paused ? 'Go on' : 'Pause'}
    </button>
    <button @click=${() => set({ as: table ? '' : 'table' })} aria-pressed=${table}>${table ? 'Drawing' : 'Table'}</button>
    ${params.get('focus')
      ? html`<button @click=${() => focusOn('')}>${icon('close')} Only ${params.get('focus')} and neighbours</button>`
      : nothing}
    <span class="since">${failure ? html`<b class="bad">${icon('warn')} ${failure.message}</b>` : sinceWords()}</span>
  </div>`;

  const sinceWords = () => (paused ? `held at ${clock(asked * 1000).slice(0, -4)}` : asked ? html`<i class="pulse"></i> live` : '');

  function draw() {
    if (!asked) return failure ? failed(failure, () => refresh(true)) : loading('Asking the proxies for their figures…');
    const table = params.get('as') === 'table';
    if (memory.nodes().length === 0) return html`<section class="graph">${tools(table)}${nothingYet()}</section>`;
    const { nodes, edges } = shown();
    return html`<section class="graph" aria-label="service graph">
      ${tools(table)}
      <div class="stage">
        ${table ? edgeTable(edges, chosenId(), choose) : plan ? canvas(nodes, edges) : loading('Drawing…')} ${details(edges)}
      </div>
    </section>`;
  }

  const canvas = (nodes, edges) => html`<div class="canvas">
    <svg
      ${ref(onSurface)}
      @click=${(event) => event.target === event.currentTarget && chosenId() && closeDetails()}
      role="group"
      aria-label="${plural(nodes.length, 'service')}, ${plural(edges.length, 'connection')}"
    >
      ${definitions} ${drawing({ nodes, edges, plan, camera, chosen: chosenId(), choose })}
    </svg>
    <div class="zoom" role="group" aria-label="zoom">
      <button aria-label="nearer" title="nearer (+)" @click=${() => camera.zoom(1.3)}>${icon('plus')}</button>
      <button aria-label="farther" title="farther (−)" @click=${() => camera.zoom(1 / 1.3)}>${icon('minus')}</button>
      <button aria-label="fit all" title="fit all (0)" @click=${() => camera.fitAgain()}>${icon('fit')}</button>
    </div>
    ${legend}
  </div>`;

  function details(edges) {
    const node = params.get('node') && memory.node(params.get('node'));
    const edge = params.get('from') && memory.edge(params.get('from'), params.get('to'));
    if (node) {
      const focused = params.get('focus') === node.id;
      return nodeDetails(node, memory.edges(), { close: closeDetails, focus: focusOn, focused, choose });
    }
    return edge ? edgeDetails(edge, memory.node(edge.to), { close: closeDetails, choose }) : nothing;
  }

  const nothingYet = () =>
    proxies?.length > 0
      ? empty(
          `No requests yet: ${plural(proxies.length, 'proxy', 'proxies')} known, none has carried one.`,
          html`Send one through the gateway, then look again. <a href=${to('config')}>Which proxies are they?</a>`,
        )
      : empty(
          'No proxies yet.',
          html`The graph is computed from the metrics of gateways and sidecars. Tell the console their admin endpoints:
            ${code('./torii console --proxy 127.0.0.1:15000')}`,
        );

  const onResize = () => arrange();
  narrow.addEventListener('change', onResize);
  poll(refresh, EVERY_MS, ended.signal);

  return {
    title: () => 'Graph',
    show(place) {
      const before = params.get('window');
      params = place.params;
      if (asked && before !== params.get('window')) refresh(true);
      else if (asked) arrange();
      uncoverSoon();
    },
    draw,
    search: () => document.querySelector('.graph .find')?.focus(),
    escape() {
      if (chosenId()) closeDetails();
      else if (params.get('focus')) focusOn('');
    },
    key(event) {
      if (event.key === 'p') toggle();
      else if (event.key === '+' || event.key === '=') camera.zoom(1.3);
      else if (event.key === '-') camera.zoom(1 / 1.3);
      else if (event.key === '0') camera.fitAgain();
      else return false;
      return true;
    },
    close() {
      ended.abort();
      camera.attach(undefined);
      narrow.removeEventListener('change', onResize);
    },
  };
}

const legend = html`<p class="legend" aria-label="how to read the graph">
  <span><i class="key ok"></i> well</span>
  <span><i class="key warn"></i> ▲ below 1 % errors</span>
  <span><i class="key bad"></i> ✕ 1 % errors or more</span>
  <span>figures: requests a second, errors, p99; thicker is more</span>
</p>`;
