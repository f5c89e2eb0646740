// What a span says when it is opened: in words first, then all its attributes and events.

import { html, nothing } from '../../parts.js';
import { duration, percent, shortName, utc } from '../../format.js';
import { flagsOf, advice, inWords } from '../../flags.js';
import { icon } from '../../ui/icons.js';
import { copyButton } from '../../ui/pieces.js';

export const roleWords = {
  gateway: 'at the gateway',
  outbound: 'leaving, in the caller’s sidecar',
  inbound: 'arriving, in the service’s sidecar',
};

/** `GET /cart` of a proxy's span, whose own name has the route instead of the path; an app's span goes by its name. */
export function requestOf({ name, role, attributes = {} }) {
  const path = attributes['url.path'];
  return role && path ? `${attributes['http.request.method'] ?? name} ${path}` : name;
}

/** The same, with whose it is where a call leaves: `GET /cart → cart`. */
export function nameOf(span) {
  const callee = span.attributes?.['torii.service'];
  const leaves = span.role === 'gateway' || span.role === 'outbound';
  return requestOf(span) + (leaves && callee ? ` → ${shortName(String(callee))}` : '');
}

/** The failure of a span as a sentence, or ''. */
export function failureWords({ attributes = {}, status }) {
  const flags = flagsOf(attributes['torii.flags']);
  const words = inWords(flags, attributes['torii.reason']);
  if (words) return words;
  if (status !== 'ERROR') return '';
  const code = attributes['http.response.status_code'];
  return code ? `answered ${code}` : (attributes['error.type'] ?? attributes['exception.message'] ?? 'failed');
}

export function spanDetails(row, whole) {
  const { span } = row;
  const words = failureWords(span);
  return html`<div class="span-details">
    ${words
      ? html`<p class="because">${icon('error')} <b>${words}</b> ${flagsOf(span.attributes?.['torii.flags']).map((flag) => html`<small>${advice(flag)}</small>`)}</p>`
      : nothing}
    <p class="facts">
      <span>${span.kind.toLowerCase()} ${roleWords[span.role] ?? 'in the app'}</span>
      <span>from <b>+${duration(row.start - whole.start)}</b> for <b>${duration(span.duration)}</b></span>
      <span>own time <b>${duration(row.self)}</b> (${percent(span.duration > 0 ? row.self / span.duration : 0)})</span>
      ${row.attempt ? html`<span>attempt ${row.attempt.number} of ${row.attempt.of}</span>` : nothing}
      ${row.shift ? html`<span>its clock is off: shown ${duration(Math.abs(row.shift))} ${row.shift > 0 ? 'later' : 'earlier'} than it said</span>` : nothing}
      ${row.orphan ? html`<span>its parent ${span.parentId} has not been received: lost, from an app that sends its spans elsewhere, or still to come</span>` : nothing}
    </p>
    <table class="attributes">
      <tbody>
        ${line('name', span.name)} ${line('start', utc(row.start))} ${line('span id', span.spanId)} ${span.parentId ? line('parent id', span.parentId) : nothing}
        ${Object.entries(span.attributes ?? {})
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => line(name, value))}
      </tbody>
    </table>
    ${span.events?.length > 0
      ? html`<h4>Events</h4>
          <table class="attributes">
            <tbody>
              ${span.events.map((event) => line(`+${duration(event.time + row.shift - whole.start)} ${event.name}`, Object.keys(event.attributes ?? {}).length > 0 ? event.attributes : ''))}
            </tbody>
          </table>`
      : nothing}
  </div>`;
}

const line = (name, value) => {
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'object' && value ? JSON.stringify(value) : String(value ?? '');
  return html`<tr><th scope="row">${name}</th><td>${text}</td><td>${copyButton(text, `copy ${name}`)}</td></tr>`;
};
