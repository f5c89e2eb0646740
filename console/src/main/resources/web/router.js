// Where the reader is, kept in the address after `#`, so that every state can be shared and "back" works:
// `#/traces?service=shop/web` is {name: 'traces', rest: '', params}; `#/trace/4bf9…` has the rest '4bf9…'.

export function here() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [name, ...rest] = path.split('/');
  return { name, rest: rest.map(decoded).join('/'), params: new URLSearchParams(query) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}

/** The address of a state. `query` is an object (values may be lists) or URLSearchParams; empty values are left out. */
export function to(name, query = {}, rest = '') {
  const params = new URLSearchParams();
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  for (const [key, values] of entries) {
    for (const value of [values].flat()) {
      if (value !== undefined && value !== null && value !== '') params.append(key, value);
    }
  }
  const path = rest === '' ? name : `${name}/${rest.split('/').map(encodeURIComponent).join('/')}`;
  return `#/${path}${params.size > 0 ? `?${params}` : ''}`;
}

/** Goes there; `replace` leaves no step for "back". */
export function go(address, { replace = false } = {}) {
  if (address === location.hash) return;
  if (replace) {
    history.replaceState(null, '', address);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = address;
  }
}

export const onMove = (listener) => window.addEventListener('hashchange', listener);
