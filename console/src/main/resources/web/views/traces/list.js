// The found traces, one row each, with a bar for the duration: red and with a sign where something failed.

import { html, nothing, repeat } from '../../parts.js';
import { clock, duration, plural, shortName, utc } from '../../format.js';
import { inWords } from '../../flags.js';
import { to } from '../../router.js';
import { icon } from '../../ui/icons.js';
import { flags, status } from '../../ui/pieces.js';
import { vars } from '../../ui/vars.js';

export function traceList(traces) {
  const longest = Math.max(1, ...traces.map((trace) => trace.duration));
  return html`<ol class="traces">
    ${repeat(traces, (trace) => trace.traceId, (trace) => html`<li>${row(trace, longest)}</li>`)}
  </ol>`;
}

/** A failed request; or one that had failures on its way, which something made good. */
export const severity = ({ errors, status }) => (errors === 0 ? '' : status > 0 && status < 500 ? 'warn' : 'bad');

const row = (trace, longest) => html`<a class="trace ${severity(trace)}" href=${to('trace', {}, trace.traceId)} data-row>
  <span class="when" title=${utc(trace.start)}>${clock(trace.start)}</span>
  <span class="what">
    ${status(trace.status)} <b>${trace.rootName}</b> <small>${trace.rootService}</small>
  </span>
  <span class="bar"><i ${vars({ '--share': trace.duration / longest })}></i><em>${duration(trace.duration)}</em></span>
  <span class="services">
    ${trace.services.slice(0, 6).map((service) => html`<span class="chip" title=${service}>${shortName(service)}</span>`)}
    ${trace.services.length > 6 ? html`<span class="chip">+${trace.services.length - 6}</span>` : nothing}
    ${trace.flags?.length > 0 ? html`${flags(trace.flags)} <small>${inWords(trace.flags)}</small>` : nothing}
  </span>
  <span class="count">
    ${plural(trace.spans, 'span')}${trace.errors > 0 ? html`, <b class=${severity(trace)}>${icon(severity(trace) === 'bad' ? 'error' : 'warn')} ${plural(trace.errors, 'error')}${severity(trace) === 'warn' ? ', made good' : ''}</b>` : nothing}
  </span>
</a>`;
