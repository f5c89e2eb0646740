// Starts the page: the frame around the views, which view is shown, and what is common to them (theme, help, keys).
// A view is a function of the page; what it returns is documented at `show`.

import { html, nothing, render } from './parts.js';
import { ask, poll } from './api.js';
import { count } from './format.js';
import { installKeys } from './keys.js';
import { go, here, onMove, to } from './router.js';
import { helpDialog } from './ui/help.js';
import { icon } from './ui/icons.js';
import { graphView } from './views/graph.js';
import { tracesView } from './views/traces.js';
import { traceView } from './views/trace.js';
import { logView } from './views/log.js';
import { configView } from './views/config.js';

const VIEWS = { graph: graphView, traces: tracesView, trace: traceView, log: logView, config: configView };
const TABS = [
  ['graph', 'Graph', 'g g'],
  ['traces', 'Traces', 'g t'],
  ['log', 'Log', 'g l'],
  ['config', 'Config', 'g c'],
];

let name; // of the view shown
let view;
let store; // what the console says about its store; undefined while it does not answer
let away = false;
let drawn = 0;

const page = {
  /** Draws soon, once for however many calls. */
  redraw() {
    drawn ||= requestAnimationFrame(draw);
  },
};

/**
 * Shows the view of the address. A view has: title(), show({rest, params}) when the address changed, draw() → template,
 * close() when another view comes; and if it likes: search() focuses its search, escape() and key(event) → whether taken.
 */
function show() {
  const place = here();
  const wanted = Object.hasOwn(VIEWS, place.name) ? place.name : 'graph';
  if (wanted !== name) {
    view?.close();
    name = wanted;
    view = VIEWS[name](page);
    document.querySelector('main')?.scrollTo(0, 0);
  }
  view.show(place);
  page.redraw();
}

function draw() {
  drawn = 0;
  document.title = `${view.title()} · Torii`;
  render(frame(), document.body);
}

const tabOf = (viewName) => (viewName === 'trace' ? 'traces' : viewName);

const frame = () => html`
  <header class="bar">
    <a class="brand" href=${to('graph')} aria-label="Torii console">${icon('torii')}<span>Torii</span></a>
    <nav aria-label="Views">
      ${TABS.map(
        ([tab, words, keys]) =>
          html`<a href=${to(tab)} title="${words} (${keys})" aria-current=${tab === tabOf(name) ? 'page' : 'false'}>${words}</a>`,
      )}
    </nav>
    <span class="store" title=${storeTitle()}>${storeWords()}</span>
    <button class="quiet" title="theme: ${window.toriiTheme.current()}" aria-label="theme: ${window.toriiTheme.current()}" @click=${nextTheme}>
      ${icon(window.toriiTheme.current())}
    </button>
    <button class="quiet" title="help (?)" aria-label="help" @click=${help}>${icon('help')}</button>
  </header>
  ${away
    ? html`<p class="away" role="alert">${icon('warn')} The console does not answer; what you see is from before. Trying again.</p>`
    : nothing}
  <main tabindex="-1">${view.draw()}</main>
  ${helpDialog()}
`;

const storeWords = () => (store ? html`<b>${count(store.spans)}</b> spans · <b>${count(store.logLines)}</b> log lines` : nothing);

const storeTitle = () =>
  store
    ? `${count(store.spans)} of at most ${count(store.capacity)} spans kept, in ${count(store.traces)} traces; ` +
      `${count(store.received)} received, ${count(store.refused)} refused, ${count(store.evicted)} made room for others`
    : '';

function nextTheme() {
  window.toriiTheme.next();
  page.redraw();
}

const help = () => document.querySelector('dialog.help').showModal();

async function askStore() {
  try {
    store = await ask('status');
    away = false;
  } catch (failure) {
    away = failure.status === 0;
  }
  page.redraw();
}

function escape() {
  const dialog = document.querySelector('dialog.help');
  if (dialog.open) dialog.close();
  else view.escape?.();
}

onMove(show);
show();
poll(askStore, 5000, new AbortController().signal);
installKeys({ search: () => view.search?.(), escape, help, key: (event) => view.key?.(event) ?? false });
if (!location.hash) go(to('graph'), { replace: true });
