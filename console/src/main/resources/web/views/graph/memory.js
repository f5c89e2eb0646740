// What the graph has shown: nodes and edges stay for a while after their last request, so that a quiet minute moves nothing.

const KEEP_MS = 10 * 60_000;

export const edgeId = (from, to) => `${from} → ${to}`;

const IDLE = { rate: 0, errorRate: 0, p50: null, p99: null, flags: {}, idle: true };

export class Memory {
  #nodes = new Map(); // id → {node, seen}
  #edges = new Map();

  /** Takes an answer of /api/graph; true when something came or went, which is when a new layout is due. */
  take({ nodes, edges }, now) {
    const before = this.shape();
    this.#note(this.#nodes, nodes.map((node) => [node.id, node]), now);
    this.#note(this.#edges, edges.map((edge) => [edgeId(edge.from, edge.to), edge]), now);
    for (const [id, { item }] of this.#edges) {
      if (!this.#nodes.has(item.from) || !this.#nodes.has(item.to)) this.#edges.delete(id);
    }
    return before !== this.shape();
  }

  #note(kept, entries, now) {
    const present = new Map(entries);
    for (const [id, entry] of kept) {
      if (now - entry.seen > KEEP_MS) kept.delete(id);
      else if (!present.has(id)) kept.set(id, { item: { ...entry.item, ...IDLE }, seen: entry.seen });
    }
    for (const [id, item] of present) kept.set(id, { item: { ...item, idle: !(item.rate > 0) }, seen: now });
  }

  nodes() {
    return [...this.#nodes.values()].map(({ item }) => item);
  }

  edges() {
    return [...this.#edges.values()].map(({ item }) => item);
  }

  node(id) {
    return this.#nodes.get(id)?.item;
  }

  edge(from, to) {
    return this.#edges.get(edgeId(from, to))?.item;
  }

  /** Names all that is in it, whatever the order: equal shapes need one layout. */
  shape() {
    return `${[...this.#nodes.keys()].sort().join('\n')}\n\n${[...this.#edges.keys()].sort().join('\n')}`;
  }
}

/** Without those who only call the gateway: what they get is what the gateway's own figures say, and room is short. */
export function withoutClients(nodes, edges) {
  const clients = new Set(
    nodes
      .filter(({ id, kind }) => kind === 'outside' && edges.every((edge) => edge.to !== id && (edge.from !== id || edge.to === 'gateway')))
      .map(({ id }) => id),
  );
  return { nodes: nodes.filter(({ id }) => !clients.has(id)), edges: edges.filter(({ from }) => !clients.has(from)) };
}

/** A node and those it calls or is called by. */
export function neighbourhood(nodes, edges, centre) {
  const near = edges.filter((edge) => edge.from === centre || edge.to === centre);
  const ids = new Set([centre, ...near.flatMap((edge) => [edge.from, edge.to])]);
  return { nodes: nodes.filter((node) => ids.has(node.id)), edges: near };
}
