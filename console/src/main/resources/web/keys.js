// The keyboard: `/` to search, `g` and a letter to a view, j/k or arrows through rows, Enter opens, Esc closes, `?` helps.
// Rows are whatever carries `data-row`: they take the focus themselves, so that it is seen and read aloud.

import { go, to } from './router.js';

const PLACES = { g: 'graph', t: 'traces', l: 'log', c: 'config' };

export const HELP = [
  ['/', 'search in this view'],
  ['g then g, t, l, c', 'graph, traces, log, config'],
  ['j k or ↓ ↑', 'next, previous row'],
  ['Enter', 'open'],
  ['← →', 'fold, unfold a span'],
  ['Esc', 'close'],
  ['p', 'pause or go on (graph, log)'],
  ['+ − 0', 'nearer, farther, all of the graph'],
  ['?', 'this help'],
];

const typing = (element) => element?.matches?.('input:not([type=checkbox]), textarea, select, [contenteditable]') ?? false;

/** Installs the keys. `page` says: search(), escape(), help(), key(event) → whether the view took it. */
export function installKeys(page) {
  let leader = false;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === 'Escape') {
      if (typing(document.activeElement)) document.activeElement.blur();
      else page.escape();
      return;
    }
    if (typing(event.target)) return;
    const afterLeader = leader;
    leader = false;
    if (afterLeader && PLACES[event.key]) go(to(PLACES[event.key]));
    else if (event.key === 'g') leader = true;
    else if (event.key === '/') page.search();
    else if (event.key === '?') page.help();
    else if (!page.key(event) && !step(event)) return;
    event.preventDefault();
  });
}

function step(event) {
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const onRow = document.activeElement?.closest('[data-row]');
  if (event.key === 'Enter' && onRow === document.activeElement && onRow && !onRow.matches('a, button, summary')) {
    onRow.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    return true;
  }
  if (by === undefined || (event.key.startsWith('Arrow') && !onRow)) return false;
  const rows = [...document.querySelectorAll('main [data-row]')];
  if (rows.length === 0) return false;
  const at = rows.indexOf(onRow);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  rows[next].focus();
  rows[next].scrollIntoView?.({ block: 'nearest' });
  return true;
}
