// The console's JSON API: asking once, asking again and again, and listening. Errors come as sentences for people.

const AGAIN_MS = 5000;
const GONE = 'The console does not answer. Is ./torii console still running?';

/** An answer that is no success: `message` says what and what to do, `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** GET of JSON; `query` is an object or URLSearchParams, empty values are left out. */
export async function ask(path, query = {}, signal = undefined) {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const params = new URLSearchParams(entries.filter(([, value]) => value !== '' && value !== undefined && value !== null));
  const address = `/api/${path}${params.size > 0 ? `?${params}` : ''}`;
  let answer;
  try {
    answer = await fetch(address, { signal, headers: { accept: 'application/json' } });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new ApiError(GONE, 0);
  }
  const body = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new ApiError(body?.error ?? `The console answered ${answer.status} to ${address}.`, answer.status);
  if (body === undefined) throw new ApiError(`The console answered ${address} with something that is not JSON.`, answer.status);
  return body;
}

/**
 * Calls `step` now and then `every` milliseconds after each end, until `signal` aborts. A hidden page rests; it catches up
 * when it is looked at again. `step` deals with its own errors.
 */
export function poll(step, every, signal) {
  let timer;
  let running = false;
  const turn = async () => {
    clearTimeout(timer);
    if (signal.aborted || running || document.hidden) return;
    running = true;
    try {
      await step();
    } finally {
      running = false;
      if (!signal.aborted) timer = setTimeout(turn, every);
    }
  };
  document.addEventListener('visibilitychange', turn, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  turn();
}

/**
 * Server-sent events of `path`: `onLine` gets each `line` event's object, `onDropped` how many were left out, `onState` is
 * told `live` or `away`. A browser connects again by itself, but not after a refusal (too many listen): then we do.
 */
export function listen(path, query, { onLine, onDropped, onState }, signal) {
  const source = new EventSource(`/api/${path}?${new URLSearchParams(query)}`);
  const parsed = (use) => (event) => {
    try {
      use(JSON.parse(event.data));
    } catch {
      // half a line, cut by a closing connection
    }
  };
  source.addEventListener('open', () => onState('live'));
  source.addEventListener('line', parsed(onLine));
  source.addEventListener('dropped', parsed(({ dropped }) => onDropped(dropped)));
  source.addEventListener('error', () => {
    onState('away');
    if (source.readyState !== EventSource.CLOSED || signal.aborted) return;
    const again = setTimeout(() => listen(path, query, { onLine, onDropped, onState }, signal), AGAIN_MS);
    signal.addEventListener('abort', () => clearTimeout(again));
  });
  signal.addEventListener('abort', () => source.close());
}

/** Whether an error is only the end of a view that no longer waits. */
export const cancelled = (failure) => failure?.name === 'AbortError';
