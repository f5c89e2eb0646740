// Numbers and times in words, one way everywhere. API units: times in epoch µs, durations in µs, rates a second, shares 0–1.

const THIN = '\u202f'; // a narrow space that does not break, between a number and its unit
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Three significant digits, no more: enough to compare, and the same width most of the time. */
function short(value) {
  if (value >= 100) return whole.format(value);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export const count = (value) => whole.format(value ?? 0);

export function duration(us) {
  if (us === undefined || us === null || Number.isNaN(us) || us < 0) return '–';
  if (us < 1000) return `${whole.format(us)}${THIN}µs`;
  if (us < 1e6) return `${short(us / 1e3)}${THIN}ms`;
  if (us < 6e7) return `${short(us / 1e6)}${THIN}s`;
  const seconds = Math.round(us / 1e6);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${THIN}min ${seconds % 60}${THIN}s`;
  return `${Math.floor(seconds / 3600)}${THIN}h ${Math.floor((seconds % 3600) / 60)}${THIN}min`;
}

export function rate(perSecond) {
  if (perSecond === undefined || perSecond === null) return '–';
  if (perSecond === 0) return '0/s';
  if (perSecond < 0.01) return '<0.01/s';
  if (perSecond >= 10_000) return `${short(perSecond / 1000)}k/s`;
  return `${short(perSecond)}/s`;
}

export function percent(share) {
  if (share === undefined || share === null) return '–';
  const value = share * 100;
  if (value === 0) return `0${THIN}%`;
  if (value < 0.1) return `<0.1${THIN}%`;
  return `${value >= 10 || Number.isInteger(value) ? whole.format(value) : value.toFixed(1)}${THIN}%`;
}

const sameDay = (a, b) => a.toDateString() === b.toDateString();
const two = (value) => String(value).padStart(2, '0');

/** `14:03:07.482`, with the day before it when it is not today's. */
export function clock(us) {
  const date = new Date(us / 1000);
  if (Number.isNaN(date.getTime())) return '–';
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const exact = `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  if (sameDay(date, new Date())) return exact;
  return `${date.toLocaleDateString('en', { day: 'numeric', month: 'short' })} ${exact}`;
}

/** The same instant, complete and in UTC: what goes into tooltips and tickets. */
export function utc(us) {
  const date = new Date(us / 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** `3 min ago`. */
export function ago(us) {
  if (!us) return '–';
  const seconds = Math.max(0, Date.now() / 1000 - us / 1e6);
  if (seconds < 10) return 'just now';
  if (seconds < 100) return `${Math.round(seconds)}${THIN}s ago`;
  if (seconds < 6000) return `${Math.round(seconds / 60)}${THIN}min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)}${THIN}h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** What people type for a duration, in µs: `250` and `250ms`, `1.5s`, `800us`, `2min`. Undefined when it is none. */
export function typedDuration(text) {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(us|µs|ms|s|min|m)?\s*$/i.exec(text);
  if (!match) return undefined;
  const unit = { us: 1, µs: 1, ms: 1e3, s: 1e6, min: 6e7, m: 6e7 }[(match[2] ?? 'ms').toLowerCase()];
  return Math.round(Number(match[1]) * unit);
}

/** `default/web` is `web`; the namespace is told apart. */
export const shortName = (service) => service.slice(service.lastIndexOf('/') + 1);
export const namespace = (service) => (service.includes('/') ? service.slice(0, service.lastIndexOf('/')) : '');

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
