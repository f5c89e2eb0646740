// A trace as a tree: which span called which, when on one common clock, and what the time was spent on. Pure: spans in,
// rows out; nothing here recurses, as depth is whatever a client sends.

/**
 * → {roots, rows, start, end}. A row is {span, parent, children, depth, start, end, shift, orphan, attempt, self, critical}:
 * start and end in µs on the root's clock, shift what was added for that, attempt {number, of} of a try,
 * critical the [start, end] pieces in which the whole trace waited for just this span.
 */
export function treeOf(spans) {
  const rows = linked(spans);
  const roots = rows.filter((row) => !row.parent).sort(byStart);
  const ordered = preorder(roots);
  ordered.forEach(oneClock);
  ordered.forEach(measure);
  for (const root of roots) markCritical(root);
  const start = Math.min(...ordered.map((row) => row.start));
  return { roots, rows: ordered, start, end: Math.max(start + 1, ...ordered.map((row) => row.end)) };
}

const byStart = (a, b) => a.span.start - b.span.start;

/** Rows with parents and children; a parent that is not there, or a circle of parents, makes an orphan. */
function linked(spans) {
  const byId = new Map();
  for (const span of spans) {
    const row = { span, parent: undefined, children: [], depth: 0, start: span.start, end: span.start + span.duration, shift: 0, orphan: false, settled: false, critical: [] };
    if (!byId.has(span.spanId)) byId.set(span.spanId, row); // sent twice, after a lost answer: once is enough
  }
  for (const row of byId.values()) {
    const parent = row.span.parentId ? byId.get(row.span.parentId) : undefined;
    row.orphan = Boolean(row.span.parentId) && !parent;
    row.parent = parent;
  }
  for (const row of byId.values()) cutCircle(row);
  for (const row of byId.values()) row.parent?.children.push(row);
  return [...byId.values()];
}

function cutCircle(row) {
  const seen = new Set();
  let at = row;
  while (at.parent && !at.settled) {
    if (seen.has(at)) {
      at.parent = undefined;
      at.orphan = true;
      break;
    }
    seen.add(at);
    at = at.parent;
  }
  for (const each of seen) each.settled = true;
}

function preorder(roots) {
  const ordered = [];
  const stack = roots.toReversed();
  while (stack.length > 0) {
    const row = stack.pop();
    row.depth = row.parent ? row.parent.depth + 1 : 0;
    row.children.sort(byStart);
    row.children.forEach((child, i) => (child.attempt = attemptOf(child, i)));
    ordered.push(row);
    stack.push(...row.children.toReversed());
  }
  return ordered;
}

/** `attempt 2 of 3`: only where there was more than one. */
function attemptOf({ span, parent }) {
  const number = Number(span.attributes?.['torii.attempt']);
  if (!number) return undefined;
  const tries = parent.children.filter((sibling) => sibling.span.attributes?.['torii.attempt']).length;
  const of = Math.max(number, tries, Number(parent.span.attributes?.['torii.attempts']) || 0);
  return of > 1 ? { number, of } : undefined;
}

/**
 * Moves a callee of another service whose clock cannot be right, because it starts before its caller or after the caller
 * has its answer, into the middle of its caller. Its own descendants go with it. One that only ends later is left: its
 * caller may have given up.
 */
function oneClock(row) {
  const { parent, span } = row;
  if (!parent) return;
  row.shift = parent.span.service === span.service ? parent.shift : 0;
  const start = span.start + row.shift;
  const wrong = start < parent.start || start > parent.end;
  if (wrong && parent.span.service !== span.service && span.kind !== 'CONSUMER') {
    const slack = Math.max(0, parent.end - parent.start - span.duration) / 2;
    row.shift = Math.round(parent.start + slack - span.start);
  }
  row.start = span.start + row.shift;
  row.end = row.start + span.duration;
}

/** Time in which no child was at work. */
function measure(row) {
  let covered = 0;
  let until = row.start;
  for (const child of row.children.toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(until, Math.min(child.start, row.end));
    const to = Math.min(child.end, row.end);
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  row.self = row.end - row.start - covered;
}

/** From the end backwards: the child that ended last is what its parent waited for, until it started, and so on. */
function markCritical(root) {
  const open = [[root, root.end]];
  while (open.length > 0) {
    const [row, limit] = open.pop();
    let until = limit;
    for (const child of row.children.toSorted((a, b) => b.end - a.end)) {
      if (until <= row.start) break;
      if (child.start >= until || child.end <= row.start) continue;
      const end = Math.min(child.end, until);
      if (until > end) row.critical.push([end, until]);
      open.push([child, end]);
      until = Math.max(row.start, child.start);
    }
    if (until > row.start) row.critical.push([row.start, until]);
  }
}

/** Rows that are not inside a folded one. */
export function visibleRows(rows, folded) {
  const hidden = new Set();
  return rows.filter((row) => {
    const inside = row.parent && (hidden.has(row.parent) || folded.has(row.parent.span.spanId));
    if (inside) hidden.add(row);
    return !inside;
  });
}

/**
 * The failure to begin to read at: one that no failure below it explains, flags before mere statuses, the earliest first.
 * That a callee saw its caller leave (DC) explains nothing: the caller had a reason to.
 */
export function rootCause(rows) {
  const flag = (row) => row.span.attributes?.['torii.flags'] ?? '';
  const failed = (row) => (row.span.status === 'ERROR' || flag(row)) && !(flag(row) === 'DC' && row.parent && causes(row.parent));
  const causes = (row) => row.span.status === 'ERROR' || Boolean(flag(row));
  return rows
    .filter((row) => failed(row) && !row.children.some(failed))
    .sort((a, b) => Boolean(flag(b)) - Boolean(flag(a)) || a.end - b.end)[0];
}
