// Built by `make widgets` from map/map.js and the modules it imports: change those, not this file.
// e0712efdbca160228e3551e4fc63604410d6da8b8341b5fb7a9b857b958cb8dd

// Bytes from Python.
/** @import { Bytes } from "./model" */

/**
 * The bytes alone, for an array of numbers: the view may start where such an array cannot.
 * @param {Bytes} view
 */
function copied(view) {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/**
 * The address of a JPEG, to be revoked when nobody shows it any more; "" where there are no bytes.
 * @param {Bytes | Uint8Array<ArrayBuffer> | undefined} jpeg
 */
function pictureUrl(jpeg) {
  return jpeg?.byteLength ? URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" })) : "";
}

// Parts of a page. Texts go in as text, never as HTML: labels may look like it.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string | number} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== "") node.textContent = String(text);
  return node;
}

/**
 * A button that submits no form.
 * @param {string} className
 * @param {string | number} text
 * @param {(event: MouseEvent) => void} [press]
 */
function button(className, text, press) {
  const node = element("button", className, text);
  node.type = "button";
  if (press) node.addEventListener("click", press);
  return node;
}

/**
 * The children become these, in this order. Those that were there are not touched, so that they keep the focus and a
 * press that has begun.
 * @param {Element} parent
 * @param {Element[]} nodes
 */
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  [...parent.children].filter((node) => !wanted.has(node)).forEach((node) => node.remove());
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
}

/**
 * The element that an event came from.
 * @param {Event} event
 */
function target(event) {
  return event.target instanceof Element ? event.target : null;
}

// Drawing at most once per frame: several traits of a widget change together.

/**
 * `soon` calls it before the next frame, once however often it is said; `cancel` takes that back.
 * @param {() => void} call
 */
function oncePerFrame(call) {
  let frame = 0;
  const soon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      call();
    });
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  return { soon, cancel };
}

// Where the pictures lie, from 0 to 1 in both directions, and which are near a place or in a rectangle.
/** @import { Region } from "./protocol" */

/** @typedef {{ x: number, y: number }} Place */

const CELLS = 60; // in a row

class Points {
  /**
   * @param {Float32Array} xy of each
   * @param {Uint16Array} targets the label of each
   * @param {number} nLabels
   */
  constructor(xy, targets, nLabels) {
    this.xy = xy;
    this.targets = targets;
    this.ofLabel = /** @type {number[][]} */ (Array.from({ length: nLabels }, () => []));
    this.cells = /** @type {Map<number, number[]>} */ (new Map());
    targets.forEach((target, i) => {
      const { x, y } = this.at(i);
      const cell = Math.floor(x * CELLS) * (CELLS + 4) + Math.floor(y * CELLS);
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell)?.push(i);
      this.ofLabel[target]?.push(i);
    });
  }

  get count() { return this.targets.length; }

  /**
   * @param {number} i
   * @returns {Place}
   */
  at(i) { return { x: this.xy[2 * i], y: this.xy[2 * i + 1] }; }

  /** @param {Region} region */
  countInside([left, top, right, bottom]) {
    let n = 0;
    for (let i = 0; i < this.count; i += 1) {
      const { x, y } = this.at(i);
      if (x >= left && x <= right && y >= top && y <= bottom) n += 1;
    }
    return n;
  }

  /**
   * Those in the cells around a place.
   * @param {Place} place
   */
  *around({ x, y }) {
    const [column, row] = [Math.floor(x * CELLS), Math.floor(y * CELLS)];
    for (let i = column - 2; i <= column + 2; i += 1) {
      for (let j = row - 2; j <= row + 2; j += 1) yield* this.cells.get(i * (CELLS + 4) + j) ?? [];
    }
  }
}

// A map of all pictures: points coloured by label on one canvas, drawn once; the rectangle lies on another one above it.
// Keys: arrows move the cross, shift + arrows draw a rectangle from it, Enter shows what is inside, Esc shows all.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, Region, ToPython, Traits } from "./protocol" */
/** @import { Place } from "./points.js" */

const POINTER_PX = 14;
const STEP = 0.02;
const PAD = 12;

/**
 * @param {Place} one
 * @param {Place} other
 * @returns {Region}
 */
function between(one, other) {
  return [Math.min(one.x, other.x), Math.min(one.y, other.y), Math.max(one.x, other.x), Math.max(one.y, other.y)];
}

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const root = element("div", "ta-map");
  const field = element("div", "ta-field");
  field.tabIndex = 0;
  field.setAttribute("role", "application");
  field.setAttribute("aria-label", "Map of all pictures: similar ones are close together. Arrow keys move the cross, shift and arrow keys draw a rectangle, Enter shows the pictures inside, Escape shows all.");
  field.dataset.lmSuppressShortcuts = "true";
  const canvas = element("canvas", "ta-dots");
  const above = element("canvas", "ta-above");
  const card = element("div", "ta-point");
  card.hidden = true;
  const said = element("p", "ta-said");
  said.setAttribute("role", "status");
  const legend = element("div", "ta-legend");
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", "Show one label only");
  field.append(canvas, above, card);
  root.append(field, said, legend);
  el.append(root);

  let points = new Points(new Float32Array(0), new Uint16Array(0), 0);
  let open = /** @type {Set<number>} */ (new Set());
  let only = -1; // the label shown alone
  let start = /** @type {Place | null} */ (null);
  let region = model.get("region");
  // from: where the rectangle drawn by keys begins
  let cross = /** @type {Place & { from: Place | null } | null} */ (null);
  let address = "";
  let lookedAt = -1;
  const size = () => ({ width: field.clientWidth, height: field.clientHeight });
  const toX = (/** @type {number} */ x) => PAD + x * (size().width - 2 * PAD);
  const toY = (/** @type {number} */ y) => PAD + y * (size().height - 2 * PAD);
  const fromX = (/** @type {number} */ x) => (x - PAD) / (size().width - 2 * PAD);
  const fromY = (/** @type {number} */ y) => (y - PAD) / (size().height - 2 * PAD);

  const isDark = () => getComputedStyle(root).colorScheme.includes("dark");
  const colour = (/** @type {number} */ i, /** @type {number} */ n) => {
    const hue = (i * 360 * (n > 12 ? 0.381966 : 1 / Math.max(n, 1)) + 200) % 360;
    return `hsl(${hue} ${isDark() ? "70% 68%" : "75% 38%"})`;
  };

  function load() {
    const xy = new Float32Array(copied(model.get("points")));
    const targets = new Uint16Array(copied(model.get("targets")));
    if (targets.length * 2 !== xy.length) return; // the other half is on its way
    points = new Points(xy, targets, model.get("labels").length);
    drawLegend();
    mark();
  }

  function mark() {
    open = new Set(new Uint32Array(copied(model.get("open_findings"))));
    draw();
  }

  /** @param {HTMLCanvasElement} one */
  function sized(one) {
    const { width, height } = size();
    const scale = window.devicePixelRatio || 1;
    one.width = width * scale;
    one.height = height * scale;
    const context = /** @type {CanvasRenderingContext2D} */ (one.getContext("2d"));
    context.scale(scale, scale);
    return context;
  }

  function draw() {
    if (!field.clientWidth) return;
    const context = sized(canvas);
    const n = points.count;
    const [across, down] = [size().width - 2 * PAD, size().height - 2 * PAD]; // asked once: layout is slow to answer
    const side = n > 20000 ? 1.6 : n > 2000 ? 3 : 6;
    const labels = model.get("labels");
    labels.forEach((_, target) => {
      context.fillStyle = colour(target, labels.length);
      context.globalAlpha = only < 0 || only === target ? 0.85 : 0.08;
      for (const i of points.ofLabel[target] ?? []) {
        const { x, y } = points.at(i);
        context.fillRect(PAD + x * across - side / 2, PAD + y * down - side / 2, side, side);
      }
    });
    context.globalAlpha = 1;
    context.strokeStyle = getComputedStyle(root).color;
    for (const i of open) {
      if (only >= 0 && points.targets[i] !== only) continue;
      const { x, y } = points.at(i);
      context.beginPath();
      context.arc(PAD + x * across, PAD + y * down, side / 2 + 3, 0, 2 * Math.PI);
      context.stroke();
    }
    drawAbove();
  }

  function drawAbove() {
    const context = sized(above);
    const accent = getComputedStyle(root).getPropertyValue("--ta-accent");
    context.strokeStyle = accent;
    context.fillStyle = accent;
    context.lineWidth = 2;
    if (region.length) {
      const [left, top, right, bottom] = [toX(region[0]), toY(region[1]), toX(region[2]), toY(region[3])];
      context.globalAlpha = 0.14;
      context.fillRect(left, top, right - left, bottom - top);
      context.globalAlpha = 1;
      context.strokeRect(left, top, right - left, bottom - top);
    }
    if (cross) {
      context.beginPath();
      context.moveTo(toX(cross.x) - 9, toY(cross.y));
      context.lineTo(toX(cross.x) + 9, toY(cross.y));
      context.moveTo(toX(cross.x), toY(cross.y) - 9);
      context.lineTo(toX(cross.x), toY(cross.y) + 9);
      context.stroke();
    }
  }

  function drawLegend() {
    const labels = model.get("labels");
    legend.replaceChildren(...labels.map((label, i) => {
      const one = button("", "", () => {
        only = only === i ? -1 : i;
        [...legend.children].forEach((other, at) => other.setAttribute("aria-pressed", String(only === at)));
        draw();
      });
      const dot = element("i");
      dot.style.background = colour(i, labels.length);
      one.append(dot, label);
      one.setAttribute("aria-pressed", String(only === i));
      return one;
    }));
  }

  const inside = () => (region.length ? points.countInside(region) : points.count);

  /** @param {Region | []} next */
  function choose(next) {
    region = next;
    drawAbove();
    said.textContent = region.length ? `${inside()} pictures inside` : "all pictures";
    // said, not set: where Python has just taken the last one away, setting what the page holds already would say nothing
    model.send({ t: "choose", region });
  }

  /**
   * The place of the nearest picture within reach, -1 for none. x, y: in pixels.
   * @param {number} x
   * @param {number} y
   */
  function nearest(x, y) {
    let best = -1;
    let shortest = POINTER_PX;
    for (const i of points.around({ x: fromX(x), y: fromY(y) })) {
      if (only >= 0 && points.targets[i] !== only) continue;
      const at = points.at(i);
      const away = Math.hypot(toX(at.x) - x, toY(at.y) - y);
      if (away < shortest) [best, shortest] = [i, away];
    }
    return best;
  }

  /** @param {number} place */
  function look(place) {
    if (place === lookedAt) return;
    lookedAt = place;
    card.hidden = true;
    if (place >= 0) model.send({ t: "look", place });
  }

  /**
   * @param {FromPython} message
   * @param {Bytes[]} buffers
   */
  function looked(message, buffers) {
    if (message.t !== "look" || message.place !== lookedAt) return;
    if (address) URL.revokeObjectURL(address);
    address = pictureUrl(buffers[0]);
    const img = element("img");
    img.alt = "";
    img.src = address;
    card.replaceChildren(img, element("span", "", message.words));
    card.hidden = false;
    const at = points.at(lookedAt);
    const [x, y] = [toX(at.x), toY(at.y)];
    card.style.left = `${Math.min(x + 14, size().width - card.offsetWidth - 4)}px`;
    card.style.top = `${Math.min(Math.max(4, y - 40), size().height - card.offsetHeight - 4)}px`;
    if (cross) said.textContent = message.words;
  }

  const pixel = (/** @type {PointerEvent} */ event) => { // on the field
    const at = field.getBoundingClientRect();
    return { x: event.clientX - at.left, y: event.clientY - at.top };
  };
  const placeOf = (/** @type {PointerEvent} */ event) => {
    const { x, y } = pixel(event);
    return { x: fromX(x), y: fromY(y) };
  };

  field.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = placeOf(event);
    cross = null;
    field.setPointerCapture(event.pointerId);
  });
  field.addEventListener("pointermove", (event) => {
    if (!start) {
      const { x, y } = pixel(event);
      look(nearest(x, y));
      return;
    }
    look(-1);
    region = between(start, placeOf(event));
    drawAbove();
  });
  field.addEventListener("pointerup", (event) => {
    if (!start) return;
    const next = between(start, placeOf(event));
    start = null;
    const isClick = (next[2] - next[0]) * size().width < 5 && (next[3] - next[1]) * size().height < 5;
    if (!isClick || model.get("region").length) field.dispatchEvent(new Event("change", { bubbles: true })); // see grid/arrival.js
    choose(isClick ? [] : next);
  });
  field.addEventListener("pointerleave", () => !start && look(-1));
  field.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) {
      cross ??= { x: 0.5, y: 0.5, from: null };
      if (event.shiftKey) cross.from ??= { x: cross.x, y: cross.y };
      else cross.from = null;
      cross.x = Math.min(1, Math.max(0, cross.x + STEP * step[0]));
      cross.y = Math.min(1, Math.max(0, cross.y + STEP * step[1]));
      region = cross.from ? between(cross.from, cross) : [];
      drawAbove();
      if (cross.from) said.textContent = `${inside()} pictures inside; Enter shows them`;
      else look(nearest(toX(cross.x), toY(cross.y)));
    } else if (event.key === "Enter" && region.length) choose(region);
    else if (event.key === "Escape") {
      cross = null;
      choose([]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const observer = new ResizeObserver(draw);
  observer.observe(field);
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => { drawLegend(); draw(); };
  const regionChanged = () => {
    if (start || (cross?.from && document.activeElement === field)) return; // somebody is drawing the next one
    region = model.get("region");
    drawAbove();
  };
  const loading = oncePerFrame(load);
  scheme.addEventListener("change", recolour);
  model.on("change:points change:targets change:labels", loading.soon);
  model.on("change:open_findings", mark);
  model.on("change:region", regionChanged);
  model.on("msg:custom", looked);
  load();
  return () => {
    observer.disconnect();
    loading.cancel();
    scheme.removeEventListener("change", recolour);
    for (const handler of [loading.soon, mark, regionChanged, looked]) model.off(null, null, handler);
    if (address) URL.revokeObjectURL(address);
  };
}

var map = { render };

export { map as default };
