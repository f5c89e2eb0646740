// Which part of the drawing is seen: wheel and pinch zoom, dragging moves, and until the reader does so the whole is fitted.

const NEAREST = 2.5;
const FARTHEST = 0.15;
const LEGEND = 40; // px below the drawing that the legend takes

export class Camera {
  x = 0;
  y = 0;
  scale = 1;
  moved = false; // by the reader: then it stays where it is
  #pointers = new Map();
  #changed;
  #element;
  #watch;
  #size = { width: 0, height: 0 };

  constructor(changed) {
    this.#changed = changed;
    this.#watch = new ResizeObserver(() => {
      if (!this.moved) this.fit(this.#size);
      this.#changed();
    });
  }

  /** Watches an element; undefined ends it. */
  attach(element) {
    if (element === this.#element) return;
    this.#watch.disconnect();
    this.#element = element;
    if (!element) return;
    this.#watch.observe(element);
    element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    element.addEventListener('pointerdown', (event) => this.#down(event));
    element.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
      element.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    }
  }

  get view() {
    return { width: this.#element?.clientWidth ?? 0, height: this.#element?.clientHeight ?? 0 };
  }

  /** Shows all of a drawing of that size, in the middle, never larger than drawn. */
  fit(size) {
    this.#size = size;
    const { width, height } = this.view;
    if (!width || !size.width) return;
    const room = height - LEGEND;
    this.scale = Math.max(FARTHEST, Math.min(1.15, width / size.width, room / size.height));
    this.x = (width - size.width * this.scale) / 2;
    this.y = Math.max(0, (room - size.height * this.scale) / 2);
    this.moved = false;
    this.#changed();
  }

  fitAgain() {
    this.fit(this.#size);
  }

  /** Nearer or farther, around a point of the element (its middle if none is given). */
  zoom(factor, px = this.view.width / 2, py = this.view.height / 2) {
    const scale = Math.max(FARTHEST, Math.min(NEAREST, this.scale * factor));
    this.x = px - ((px - this.x) * scale) / this.scale;
    this.y = py - ((py - this.y) * scale) / this.scale;
    this.scale = scale;
    this.moved = true;
    this.#changed();
  }

  /** Moves no more than needed for a point of the drawing to be inside the view, less what a panel covers of it. */
  reveal({ x, y }, covered = { right: 0, bottom: 0 }, margin = 110) {
    const width = this.view.width - covered.right;
    const height = this.view.height - covered.bottom;
    const [px, py] = [x * this.scale + this.x, y * this.scale + this.y];
    const dx = px < margin ? margin - px : px > width - margin ? width - margin - px : 0;
    const dy = py < margin / 2 ? margin / 2 - py : py > height - margin / 2 ? height - margin / 2 - py : 0;
    if (dx || dy) {
      this.x += dx;
      this.y += dy;
      this.#changed();
    }
  }

  #wheel(event) {
    event.preventDefault();
    const box = this.#element.getBoundingClientRect();
    this.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.004), event.clientX - box.left, event.clientY - box.top);
  }

  #down(event) {
    if (event.button === 0) this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  #move(event) {
    const last = this.#pointers.get(event.pointerId);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const box = this.#element.getBoundingClientRect();
      const apart = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
      this.zoom(apart(now) / apart(last), (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top);
    } else if (now.x !== last.x || now.y !== last.y) {
      this.x += now.x - last.x;
      this.y += now.y - last.y;
      this.moved = true;
      this.#changed();
    }
    this.#pointers.set(event.pointerId, now);
  }
}
