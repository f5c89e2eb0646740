// What the trace search asks: from the words in the address to the API's parameters, and the errors a person can make.

import { typedDuration } from '../../format.js';

export const FIELDS = ['requestId', 'service', 'route', 'status', 'minDuration', 'maxDuration', 'tag', 'text', 'last', 'from', 'to', 'limit'];
/** Those behind "More": all that one rarely needs at three in the morning. */
export const RARE = ['route', 'maxDuration', 'tag', 'text', 'from', 'to'];
export const FIRST_PAGE = 50;

const RANGES = { '15m': 15, '1h': 60, '6h': 360, '24h': 1440 };

/** → {query} for /api/traces, or {error} in words. `now` in epoch ms. */
export function queryOf(params, now) {
  const query = new URLSearchParams();
  for (const key of ['requestId', 'service', 'route', 'status', 'text']) {
    if (params.get(key)) query.set(key, params.get(key).trim());
  }
  for (const key of ['minDuration', 'maxDuration']) {
    const typed = params.get(key);
    if (!typed) continue;
    const us = typedDuration(typed);
    if (us === undefined) return { error: `"${typed}" is no duration: write 250ms, 1.5s or 800us.` };
    query.set(key, us);
  }
  for (const tag of tagsOf(params.getAll('tag').join(' '))) {
    const at = tag.search(/[=:]/);
    if (at < 1) return { error: `"${tag}" is no tag: write name=value, for instance x-order-id=123.` };
    query.append('tag', `${tag.slice(0, at)}:${tag.slice(at + 1)}`);
  }
  const range = RANGES[params.get('last')];
  if (range) query.set('from', (now - range * 60_000) * 1000);
  for (const key of ['from', 'to']) {
    if (range || !params.get(key)) continue;
    const ms = Date.parse(params.get(key));
    if (Number.isNaN(ms)) return { error: `"${params.get(key)}" is no time.` };
    query.set(key, ms * 1000);
  }
  query.set('limit', Math.min(1000, Number(params.get('limit')) || FIRST_PAGE));
  return { query };
}

/** Splits at spaces, but not inside quotes: `x-user="Ann Lee" x-tenant=7`. */
export function tagsOf(text) {
  return (text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []).map((tag) => tag.replaceAll('"', ''));
}

/** Whether anything narrows the search. */
export const narrowed = (params) => FIELDS.some((key) => key !== 'limit' && params.get(key));
