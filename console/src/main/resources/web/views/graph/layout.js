// Where nodes and edges go: layers from left to right (from the top on a narrow screen). Only ids count, not figures, so
// that figures can change without moving anything.

import { layouter } from '../../parts.js';
import { edgeId } from './memory.js';

export const NODE = { width: 188, height: 62 };
export const LABEL = { width: 116, height: 36 };
/** From so many edges on lines are drawn closer together; labels may then overlap, but all is seen at once. */
export const MANY = 30;

/** → {width, height, places: id → {x, y} of its centre, ways: edge id → {d, x, y}: its path, and its label's centre}. */
export async function layout(nodes, edges, down) {
  const dagre = await layouter();
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: down ? 'TB' : 'LR', nodesep: edges.length > MANY ? 12 : down ? 20 : 28, ranksep: down ? 56 : 40, edgesep: 14, marginx: 24, marginy: 24 });
  for (const id of nodes.map((node) => node.id).sort()) graph.setNode(id, { ...NODE });
  const ordered = edges.map((edge) => [edge.from, edge.to]).sort((a, b) => (edgeId(...a) < edgeId(...b) ? -1 : 1));
  for (const [from, to] of ordered) {
    // An edge to itself is drawn by hand: the layout gives it too much room.
    if (from !== to) graph.setEdge(from, to, { width: LABEL.width, height: edges.length > MANY ? LABEL.height / 2 : LABEL.height, labelpos: 'c' });
  }
  dagre.layout(graph);
  const places = new Map(graph.nodes().map((id) => [id, { x: graph.node(id).x, y: graph.node(id).y }]));
  const ways = new Map();
  for (const [from, to] of ordered) {
    ways.set(edgeId(from, to), from === to ? loop(places.get(from)) : way(graph.edge(from, to), places.get(from), places.get(to), down));
  }
  const { width = 0, height = 0 } = graph.graph();
  return { width, height, places, ways };
}

/** A smooth line through the layout's points, leaving and reaching the nodes at the middle of their sides. */
function way({ points, x, y }, from, to, down) {
  const forward = down ? from.y <= to.y : from.x <= to.x;
  const reach = (forward ? 1 : -1) * (down ? NODE.height : NODE.width) * 0.5;
  const inner = points.slice(1, -1);
  const start = down ? { x: from.x, y: from.y + reach } : { x: from.x + reach, y: from.y };
  const end = down ? { x: to.x, y: to.y - reach } : { x: to.x - reach, y: to.y };
  return { d: smooth([start, ...inner, end], down), x, y };
}

/** Cubic pieces whose tangents run with the layers: no wiggles, however far the points are apart. */
function smooth(points, down) {
  let d = `M${at(points[0])}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    const [c1, c2] = down
      ? [{ x: a.x, y: (a.y + b.y) / 2 }, { x: b.x, y: (a.y + b.y) / 2 }]
      : [{ x: (a.x + b.x) / 2, y: a.y }, { x: (a.x + b.x) / 2, y: b.y }];
    d += `C${at(c1)} ${at(c2)} ${at(b)}`;
  }
  return d;
}

function loop({ x, y }) {
  const right = x + NODE.width / 2;
  const top = y - NODE.height / 2;
  return { d: `M${at({ x: right - 30, y: top })}C${at({ x: right - 30, y: top - 36 })} ${at({ x: right + 36, y: top - 30 })} ${at({ x: right, y: y - 10 })}`, x: right, y: top - 26 };
}

const at = ({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`;
