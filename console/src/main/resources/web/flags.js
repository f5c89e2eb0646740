// The letters of a failed request, in words: the rows of the proxies' own enum Fault, as an SRE would say them.

const MEANINGS = {
  DPE: ['the request was malformed', 'The client sent what is not HTTP as the RFCs have it.'],
  TL: ['the request was too large', 'Its header, URI or body is over a limit of the listener.'],
  NR: ['no route matched', 'No rule of this listener takes that host, path, method and headers. Ask the proxy: /explain.'],
  MR: ['wrong host for this connection', 'The connection was opened for another name (HTTP/2 coalescing); the client should open its own.'],
  NC: ['the backend reference is invalid', 'The route points to a Service that does not exist, or may not be used from there. See the findings.'],
  UAEX: ['access was denied', 'An authorization filter said no.'],
  RL: ['rate limited', 'The caller is over a limit of a RateLimitPolicy.'],
  FI: ['a fault was injected', 'A rule asks for this failure on purpose.'],
  SI: ['the stream was idle for too long', 'Nothing was sent in either direction within the idle timeout.'],
  URX: ['retries were used up', 'Each attempt failed; the flag beside this one is that of the last attempt.'],
  UF: ['the upstream could not be reached', 'The connection was refused, timed out, or its TLS failed.'],
  UH: ['no healthy upstream endpoint', 'The Service has no endpoint that is ready and not ejected.'],
  UO: ['the concurrency limit was reached', 'As many requests as allowed are in flight, and the queue is full.'],
  UB: ['the circuit breaker is open', 'Too many calls failed or were slow; the proxy waits before it tries again.'],
  UC: ['the upstream closed the connection', 'It went away, or reset the stream, before its answer was complete.'],
  UPE: ['the upstream broke the protocol', 'Its answer is not HTTP as the RFCs have it.'],
  UT: ['the upstream did not answer in time', 'The time for one try or for the backend request was over.'],
  DT: ['the deadline of the whole request was over', 'All its attempts together took longer than the route allows.'],
  DC: ['the client went away', 'It closed the connection or reset the stream before the answer was complete.'],
  IE: ['Torii failed', 'This is a bug of the proxy; its own log has more. Please report it.'],
};

/** `UT` → `the upstream did not answer in time`; letters that are not known stay as they are. */
export const meaning = (flag) => MEANINGS[flag]?.[0] ?? `flag ${flag}`;

/** One more sentence: what it comes from or what to look at. */
export const advice = (flag) => MEANINGS[flag]?.[1] ?? '';

/** The flags of a log field or span attribute: `URX,UT`, a list, or nothing. */
export function flagsOf(value) {
  if (Array.isArray(value)) return value.filter(Boolean).map(String);
  return value ? String(value).split(/[\s,]+/).filter(Boolean) : [];
}

/** `upstream_timeout` → `upstream timeout`. */
export const reasonWords = (reason) => String(reason ?? '').replaceAll('_', ' ');

/** All of it in one sentence: `the upstream did not answer in time, retries were used up (per try timeout)`. */
export function inWords(flags, reason) {
  const meanings = [...flags].sort((a, b) => (a === 'URX') - (b === 'URX')).map(meaning);
  if (meanings.length === 0) return reason ? reasonWords(reason) : '';
  return meanings.join(', ') + (reason ? ` (${reasonWords(reason)})` : '');
}

export const knownFlags = Object.keys(MEANINGS);
