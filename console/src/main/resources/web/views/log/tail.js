// The last lines of the log: bounded, drawn at most a few times a second, held while paused.

import { ask, cancelled, listen } from '../../api.js';

export const MOST_LINES = 500;
const DRAW_EVERY_MS = 400;

export class Tail {
  lines = []; // oldest first; each {key, line}
  held = []; // came while paused
  missed = 0; // lines that were not kept while paused, and that proxies said they dropped
  total = 0;
  state = 'asking'; // asking, live, away, refused
  failure;
  paused = false;
  #changed;
  #listening = new AbortController();
  #timer;
  #key = 0;
  #story = false; // of one request: then in the order in which things began, not in which they ended

  constructor(changed) {
    this.#changed = changed;
  }

  /** The key of the line that comes next. */
  get next() {
    return this.#key;
  }

  /** Begins anew with a filter: the kept lines first, then what comes. */
  async start(filter) {
    this.stop();
    this.#story = /(^|\s)(request_id|trace_id)=/.test(filter);
    const listening = (this.#listening = new AbortController());
    this.lines = [];
    this.held = [];
    this.missed = this.total = 0;
    this.state = 'asking';
    this.failure = undefined;
    this.#changed();
    try {
      const kept = await ask('log', { filter, limit: MOST_LINES }, listening.signal);
      this.#add(kept.reverse());
    } catch (problem) {
      if (cancelled(problem)) return;
      this.failure = problem;
      this.state = problem.status === 400 ? 'refused' : 'away';
      this.#changed();
      if (this.state === 'refused') return;
    }
    const seen = new Set(this.lines.slice(-100).map(({ line }) => identity(line)));
    listen('log/live', { filter }, {
      onLine: (line) => {
        if (seen.size > 0 && seen.delete(identity(line))) return; // was among the kept ones
        this.#take(line);
      },
      onDropped: (lines) => {
        this.missed += lines;
        this.#drawSoon();
      },
      onState: (state) => {
        this.state = state;
        if (state === 'live') this.failure = undefined;
        this.#changed();
      },
    }, listening.signal);
  }

  stop() {
    this.#listening.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  pause(paused) {
    this.paused = paused;
    if (!paused) {
      this.#add(this.held.map(({ line }) => line));
      this.held = [];
      this.missed = 0;
    }
    this.#changed();
  }

  clear() {
    this.lines = [];
    this.#changed();
  }

  #take(line) {
    if (this.paused) {
      this.held.push({ line });
      if (this.held.length > MOST_LINES) {
        this.held.shift();
        this.missed++;
      }
    } else this.#add([line]);
    this.#drawSoon();
  }

  #drawSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#changed();
    }, DRAW_EVERY_MS);
  }

  #add(lines) {
    this.total += lines.length;
    for (const line of lines) this.lines.push({ key: this.#key++, line });
    if (this.#story) this.lines.sort((a, b) => Date.parse(a.line.time) - Date.parse(b.line.time));
    if (this.lines.length > MOST_LINES) this.lines.splice(0, this.lines.length - MOST_LINES);
  }
}

const identity = (line) => [line.time, line.proxy, line.span_id, line.request_id, line.path, line.role].join('\n');
