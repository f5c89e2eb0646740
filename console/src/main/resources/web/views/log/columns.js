// Which fields of a log line are columns, and how each is shown. The reader's choice is kept in this browser.

import { html, nothing } from '../../parts.js';
import { clock, count, duration, utc } from '../../format.js';
import { inWords, flagsOf } from '../../flags.js';
import { flags, requestLink, status, traceLink } from '../../ui/pieces.js';

const KEPT = 'torii.log.columns';
const WIDE = ['time', 'status', 'method', 'authority', 'path', 'service', 'duration_ms', 'flags', 'request_id'];
const NARROW = ['time', 'status', 'path', 'duration_ms'];

/** All fields of the proxies' access log, in its order; headers come on top, as they are seen. */
const FIELDS = [
  'time', 'request_id', 'trace_id', 'span_id', 'role', 'method', 'scheme', 'authority', 'path', 'protocol', 'status', 'grpc_status',
  'flags', 'reason', 'duration_ms', 'upstream_ms', 'bytes_in', 'bytes_out', 'route', 'service', 'endpoint', 'attempts', 'client',
  'user_agent', 'snapshot', 'proxy',
];
const HEADERS = ['headers.', 'response_headers.'];
const MOST_HEADERS = 40;
export const NUMERIC = new Set(['grpc_status', 'duration_ms', 'upstream_ms', 'bytes_in', 'bytes_out', 'attempts']);

export class Columns {
  #chosen;
  #headers = new Set();

  constructor(narrow) {
    const standard = narrow ? NARROW : WIDE;
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null');
      this.#chosen = Array.isArray(kept) && kept.length > 0 ? kept.map(String) : standard;
    } catch {
      this.#chosen = standard;
    }
  }

  /** Notes the headers of a line, so that they can be chosen. */
  note(line) {
    for (const prefix of HEADERS) {
      for (const name of Object.keys(line[prefix.slice(0, -1)] ?? {})) {
        if (this.#headers.size < MOST_HEADERS) this.#headers.add(prefix + name);
      }
    }
  }

  get chosen() {
    return this.#chosen;
  }

  get all() {
    return [...new Set([...FIELDS, ...this.#headers, ...this.#chosen])];
  }

  toggle(name) {
    const chosen = this.#chosen.includes(name) ? this.#chosen.filter((each) => each !== name) : [...this.#chosen, name];
    if (chosen.length === 0) return;
    const order = this.all;
    this.#chosen = chosen.sort((a, b) => order.indexOf(a) - order.indexOf(b));
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.#chosen));
    } catch {
      // holds until the page is closed
    }
  }
}

/** The heading of a column: the field's name, which is also what a filter calls it. */
export const heading = (name) => name.replace(/^(response_)?headers\./, (prefix) => (prefix === 'headers.' ? '' : '⇠ '));

export function valueOf(line, name) {
  const prefix = HEADERS.find((each) => name.startsWith(each));
  return prefix ? line[prefix.slice(0, -1)]?.[name.slice(prefix.length)] : line[name];
}

/** A cell's content. */
export function cell(line, name) {
  const value = valueOf(line, name);
  if (value === undefined || value === null || value === '') return nothing;
  switch (name) {
    case 'time': {
      const us = Date.parse(value) * 1000;
      return html`<span title=${utc(us)}>${clock(us)}</span>`;
    }
    case 'status':
      return status(value);
    case 'flags':
      return html`<span title=${inWords(flagsOf(value), line.reason)}>${flags(value)}</span>`;
    case 'duration_ms':
    case 'upstream_ms':
      return duration(Number(value) * 1000);
    case 'bytes_in':
    case 'bytes_out':
      return count(Number(value));
    case 'request_id':
      return requestLink(String(value));
    case 'trace_id':
      return traceLink(String(value));
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
