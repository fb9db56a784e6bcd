// Built by `make widgets` from mask_brush/mask_brush.js and the modules it imports: change those, not this file.
// c89816bc72b223784d8e041276a05a73914dbf968776d04a8d5e580efbf674f5

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

// Buttons that say their key.

/**
 * A button. key: "" for none.
 * @param {string} key
 * @param {string} text
 * @param {() => void} press
 */
function keyed(key, text, press) {
  const node = button("", "", press);
  node.dataset.key = key;
  if (key) {
    const hint = element("kbd", "", key);
    hint.setAttribute("aria-hidden", "true"); // the name stays "remove"; aria-keyshortcuts says the key
    node.setAttribute("aria-keyshortcuts", key);
    node.append(hint, " ");
  }
  const words = element("span", "", text);
  words.title = text;
  node.append(words);
  return node;
}

// The colours of a mask on a canvas that lies over its picture, with the edges of its regions.
/** @import { PaintClass, Part } from "./protocol" */

const VOID = 255; // where nothing counts; hatched
const NOTHING = 254; // where nothing is drawn

const MOST_SIDE = 1600; // of the canvas
const MOST_LARGER$1 = 12; // pixels of the canvas for one of a small mask
const GREY = /** @type {[number, number, number]} */ ([128, 128, 128]);
const EDGE_OF = 500; // one pixel of an edge for so many of the canvas

class Overlay {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.strength = 0.55;
    this.valueAt = (/** @type {number} */ _at) => NOTHING;
    this.width = this.height = 1; // of the mask
    this.classes = /** @type {PaintClass[]} */ ([]);
    this.columns = this.rows = places(1, 1);
    this.shown = new Uint8Array(1);
    this.edge = 1;
  }

  /**
   * For a mask of this size.
   * @param {number} width
   * @param {number} height
   * @param {PaintClass[]} classes
   */
  fit(width, height, classes) {
    const most = Math.min(MOST_LARGER$1, MOST_SIDE / Math.max(width, height));
    const scale = most >= 1 ? Math.floor(most) : most;
    const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
    this.width = width;
    this.height = height;
    this.classes = classes;
    this.canvas.width = across;
    this.canvas.height = down;
    this.columns = places(across, width);
    this.rows = places(down, height);
    this.shown = new Uint8Array(across * down);
    this.edge = Math.max(1, Math.round(Math.max(across, down) / EDGE_OF));
  }

  /**
   * Draw all, or what changed in a part of the mask.
   * @param {Part} [part]
   */
  draw(part) {
    const { width: across, height: down } = this.canvas;
    const box = part ? this.box(part) : { left: 0, top: 0, right: across, bottom: down };
    for (let y = box.top; y < box.bottom; y++) {
      const row = this.rows[y] * this.width;
      for (let x = box.left; x < box.right; x++) this.shown[y * across + x] = this.valueAt(row + this.columns[x]);
    }
    this.colour(box);
  }

  /** @param {Part} part of the mask; its pixels on the canvas, with the edges around it */
  box({ left, top, right, bottom }) {
    const { width: across, height: down } = this.canvas;
    const { width, height } = this;
    return {
      left: Math.max(0, Math.floor((left * across) / width) - 1),
      top: Math.max(0, Math.floor((top * down) / height) - 1),
      right: Math.min(across, Math.ceil((right * across) / width) + 1 + this.edge),
      bottom: Math.min(down, Math.ceil((bottom * down) / height) + 1 + this.edge),
    };
  }

  /** @param {Part} box on the canvas */
  colour({ left, top, right, bottom }) {
    if (right <= left || bottom <= top) return;
    const { edge, shown, canvas: { width: across } } = this;
    const image = this.context.createImageData(right - left, bottom - top);
    const pixels = new Uint32Array(image.data.buffer);
    const inside = Math.round(255 * this.strength);
    const inner = this.classes.map(({ colour }) => packed(colour, inside));
    const outer = this.classes.map(({ colour }) => packed(colour, inside ? 255 : 0));
    const hatched = [packed(GREY, inside), packed(GREY, inside >> 2)];
    for (let y = top, to = 0; y < bottom; y++) {
      for (let x = left; x < right; x++, to++) {
        const at = y * across + x;
        const value = shown[at];
        if (value === NOTHING) continue;
        if (value === VOID) {
          pixels[to] = hatched[Math.floor((x + y) / (3 * edge)) & 1];
          continue;
        }
        const isEdge = (x >= edge && shown[at - edge] !== value) || (y >= edge && shown[at - edge * across] !== value);
        pixels[to] = (isEdge ? outer : inner)[value] ?? 0;
      }
    }
    this.context.putImageData(image, left, top);
  }
}

/**
 * A pixel as the canvas keeps it.
 * @param {[number, number, number]} colour
 * @param {number} alpha
 */
function packed(colour, alpha) {
  return new Uint32Array(new Uint8Array([...colour, alpha]).buffer)[0];
}

/**
 * Of each pixel on the canvas the one of the mask.
 * @param {number} n
 * @param {number} of
 */
function places(n, of) {
  return Int32Array.from({ length: n }, (_, i) => Math.min(of - 1, Math.floor(((i + 0.5) * of) / n)));
}

// Names of which one is chosen; a name may have a colour before it and a number behind it.

let n_made$1 = 0; // of groups on the page

/**
 * @typedef {{ key: string, label: string, colour?: [number, number, number], isHatched?: boolean }} Option
 */

class Radios {
  /**
   * @param {string} label
   * @param {(key: string) => void} choose
   */
  constructor(label, choose) {
    this.root = element("div", "ta-mask-radios");
    this.root.setAttribute("role", "radiogroup");
    this.root.setAttribute("aria-label", label);
    this.name = `ta-mask-${n_made$1++}`;
    this.choose = choose;
    this.made = /** @type {Map<string, { node: HTMLElement, input: HTMLInputElement, number: HTMLElement }>} */ (new Map());
  }

  /** @param {Option[]} options */
  offer(options) {
    this.made.clear();
    this.root.replaceChildren(...options.map((option) => this.make(option)));
  }

  /** @param {Option} option */
  make({ key, label, colour, isHatched }) {
    const node = element("label");
    const input = element("input");
    input.type = "radio";
    input.name = this.name;
    input.value = key;
    input.addEventListener("change", () => this.choose(key));
    const number = element("small");
    node.append(input);
    if (colour || isHatched) {
      const swatch = element("span", isHatched ? "ta-mask-swatch ta-hatched" : "ta-mask-swatch");
      if (colour) swatch.style.background = `rgb(${colour.join(" ")})`;
      node.append(swatch);
    }
    node.append(element("span", "", label), number);
    this.made.set(key, { node, input, number });
    return node;
  }

  /** @param {string} key */
  check(key) {
    const one = this.made.get(key);
    if (one) one.input.checked = true;
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  number(key, text) {
    const one = this.made.get(key);
    if (one) one.number.textContent = text;
  }

  /**
   * @param {string} key
   * @param {boolean} isShown
   */
  shown(key, isShown) {
    const one = this.made.get(key);
    if (one) one.node.hidden = !isShown;
  }
}

// All that stands around the picture: which masks are shown and how strongly, the classes, the brush, and its buttons.
/** @import { PaintClass, Scene } from "./protocol" */
/** @import { Option } from "./radios.js" */

const ZOOMS = ["1", "2", "4", "8"];
const LARGEST = 200; // of the brush
let n_made = 0;

/**
 * What the controls ask for. changed: something else is to be shown.
 * @typedef {{
 *   changed: () => void, undo: () => void, redo: () => void, save: () => void, keep: () => void,
 *   go: (where: "close" | "undo" | "redo" | number) => void,
 * }} Actions
 * @typedef {{
 *   can_undo_stroke: boolean, can_redo_stroke: boolean, can_undo: boolean, can_redo: boolean, is_changed: boolean,
 *   is_saving: boolean, scene: Scene,
 * }} Possible
 */

class Controls {
  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.strength = 0.55;
    this.zoom = 1;
    this.size = 9;
    this.isPainting = false;
    this.shows = "mask"; // "told", "differ"
    this.paint = "0"; // what the brush paints: the place of a class, or "told"
    this.only = /** @type {number | null} */ (null); // the class that alone is shown
    this.known = ""; // what was offered
    this.n_classes = 0;
    const { go } = actions;
    this.title = element("h2", "ta-mask-title");
    this.back = button("", "← All findings", () => go("close"));
    this.previous = button("", "Previous", () => go(-1));
    this.next = button("", "Next", () => go(1));
    this.head = lineOf(this.back, this.title, this.previous, this.next);
    this.head.classList.add("ta-mask-head");

    this.kinds = new Radios("Shown", (key) => this.show(key));
    const strength = this.slider("Strength", 0, 100, 55, (value) => {
      this.strength = value / 100;
      return `${value} %`;
    });
    this.showsLine = lineOf(this.kinds.root, strength, this.zooms());

    this.uses = new Radios("Mouse and keys", (key) => this.use(key === "brush"));
    this.uses.offer([{ key: "look", label: "look" }, { key: "brush", label: "paint" }]);
    this.classes = new Radios("Show", (key) => this.choose(key));
    this.brush = this.slider("Brush", 1, LARGEST, this.size, (value) => {
      this.size = value;
      return `${value} px`;
    });
    this.undo = keyed("Ctrl+Z", "Undo stroke", actions.undo);
    this.redo = keyed("Ctrl+Y", "Redo stroke", actions.redo);
    this.save = button("ta-primary", "Save the mask", actions.save);
    this.keep = button("", "Right as it is", actions.keep);
    this.undoSaved = button("", "Undo decision", () => go("undo"));
    this.redoSaved = button("", "Redo decision", () => go("redo"));
    this.said = element("p", "ta-mask-said");
    this.said.setAttribute("role", "status");
    this.strokes = lineOf(this.brush, this.undo, this.redo);
    this.decisions = lineOf(this.save, this.keep, this.undoSaved, this.redoSaved);
    this.tools = element("div", "ta-mask-tools");
    this.tools.append(this.uses.root, this.classes.root, this.strokes, this.decisions, this.said);
    this.help = element("p", "ta-mask-help");
    this.help.id = `ta-mask-help-${n_made++}`;
  }

  /** How large the picture is shown. */
  zooms() {
    const node = element("label", "ta-mask-zoom");
    const menu = element("select");
    menu.append(...ZOOMS.map((times) => {
      const option = element("option", "", times === "1" ? "whole" : `${times} ×`);
      option.value = times;
      return option;
    }));
    menu.addEventListener("change", () => {
      this.zoom = Number(menu.value);
      this.actions.changed();
    });
    node.append(element("span", "", "Size"), menu);
    return node;
  }

  /**
   * @param {string} label
   * @param {number} low
   * @param {number} high
   * @param {number} value
   * @param {(value: number) => string} take the value; what it is in words
   */
  slider(label, low, high, value, take) {
    const node = element("label", "ta-mask-slider");
    const input = element("input");
    Object.assign(input, { type: "range", min: String(low), max: String(high), step: "1", value: String(value) });
    input.setAttribute("aria-label", label);
    const words = element("span", "ta-mask-value");
    words.setAttribute("aria-hidden", "true"); // the input says it
    const tell = () => {
      const text = take(Number(input.value));
      words.textContent = text;
      input.setAttribute("aria-valuetext", text);
    };
    input.addEventListener("input", () => {
      tell();
      this.actions.changed();
    });
    node.append(element("span", "", label), input, words);
    tell();
    return node;
  }

  /**
   * Offer what there is; what was chosen before stays.
   * @param {PaintClass[]} classes
   * @param {{ can_paint: boolean, has_mask: boolean, has_told: boolean }} there
   */
  offer(classes, there) {
    const known = JSON.stringify([classes, there]);
    if (known === this.known) return;
    this.known = known;
    this.n_classes = classes.length;
    const kinds = [
      { key: "mask", label: "the mask", is: there.has_mask }, { key: "told", label: "the network", is: there.has_told },
      { key: "differ", label: "where they differ", is: there.has_mask && there.has_told },
    ].filter(({ is }) => is);
    this.kinds.offer(kinds);
    this.kinds.root.hidden = kinds.length < 2;
    const named = classes.map(({ name, colour }, place) => ({ key: String(place), label: name, colour }));
    /** @type {Option[]} */
    const all = [{ key: "all", label: "all classes" }, ...named];
    if (there.has_mask) all.push({ key: String(VOID), label: "counts for nothing", isHatched: true });
    if (there.can_paint && there.has_told) all.push({ key: "told", label: "as the network tells" });
    this.classes.offer(all);
    if (!kinds.some(({ key }) => key === this.shows)) this.shows = kinds[0]?.key ?? "mask";
    if (!all.some(({ key }) => key === this.paint)) this.paint = "0";
    if (this.only !== null && this.only >= classes.length && this.only !== VOID) this.only = null;
    for (const part of [this.uses.root, this.decisions]) part.hidden = !there.can_paint;
    for (const part of [this.back, this.previous, this.next]) part.hidden = !there.can_paint;
    this.title.hidden = there.can_paint; // the page has it as its heading
    this.kinds.check(this.shows);
    this.use(this.isPainting && there.can_paint);
  }

  /** @param {string} key */
  show(key) {
    this.shows = key;
    if (key !== "mask" && this.isPainting) this.use(false);
    this.actions.changed();
  }

  /**
   * Paint, or only look.
   * @param {boolean} isPainting
   */
  use(isPainting) {
    this.isPainting = isPainting;
    this.uses.check(isPainting ? "brush" : "look");
    this.classes.root.setAttribute("aria-label", isPainting ? "Paint" : "Show");
    this.classes.shown("all", !isPainting);
    this.classes.shown("told", isPainting);
    this.strokes.hidden = !isPainting;
    if (isPainting) {
      this.only = null;
      this.shows = "mask";
      this.kinds.check("mask");
    }
    this.classes.check(isPainting ? this.paint : this.only === null ? "all" : String(this.only));
    const hint = (/** @type {string} */ text) => element("span", "ta-mask-hint", text);
    this.help.replaceChildren(...(isPainting
      ? ["Mouse, finger or pen paint.", hint(" Keys on the picture: arrows move the brush, Shift by one pixel, Space paints; [ and ] change its size, 1 to 9 the class.")]
      : ["Point at the picture", hint(", or move with the arrow keys on it,"), " to read what is there. Choose a class to see it alone."]));
    this.actions.changed();
  }

  /** @param {string} key a class, "all" or "told" */
  choose(key) {
    if (this.isPainting) this.paint = key;
    else this.only = key === "all" ? null : Number(key);
    this.classes.check(key);
    this.actions.changed();
  }

  /**
   * Do what a key stands for; whether it does.
   * @param {KeyboardEvent} event
   */
  key(event) {
    const key = event.key.toLowerCase();
    if (event.altKey || !this.isPainting) return false;
    if (event.ctrlKey || event.metaKey) {
      if (key === "z" && !event.shiftKey) this.actions.undo();
      else if (key === "y" || key === "z") this.actions.redo();
      else return false;
      return true;
    }
    if (key === "[" || key === "]") {
      const input = /** @type {HTMLInputElement} */ (this.brush.querySelector("input"));
      input.value = String(Math.round(this.size * (key === "]" ? 1.25 : 0.8) + (key === "]" ? 1 : -1)));
      input.dispatchEvent(new Event("input"));
      return true;
    }
    const place = Number(key) - 1;
    if (!/^[1-9]$/.test(key) || place >= this.n_classes) return false;
    this.choose(String(place));
    return true;
  }

  /**
   * How much of the picture each class has.
   * @param {Uint8Array} values
   */
  count(values) {
    const counts = new Array(256).fill(0);
    for (const value of values) counts[value]++;
    for (const key of this.classes.made.keys()) {
      const n = key === "all" || key === "told" ? 0 : counts[Number(key)];
      const percent = (100 * n) / values.length;
      this.classes.number(key, n ? `${percent < 0.1 ? "below 0.1" : percent.toFixed(1)} %` : "");
    }
  }

  /** @param {Possible} can */
  enable(can) {
    this.undo.disabled = !can.can_undo_stroke || can.is_saving;
    this.redo.disabled = !can.can_redo_stroke || can.is_saving;
    this.save.disabled = !can.is_changed || can.is_saving;
    this.save.textContent = can.is_saving ? "Saving …" : "Save the mask";
    this.keep.disabled = can.is_saving;
    this.undoSaved.disabled = !can.can_undo || can.is_saving;
    this.redoSaved.disabled = !can.can_redo || can.is_saving;
    this.title.textContent = can.scene.name;
    this.previous.disabled = !can.scene.has_previous || can.is_saving;
    this.next.disabled = !can.scene.has_next || can.is_saving;
  }

  /**
   * @param {string} text
   * @param {boolean} [isProblem]
   */
  say(text, isProblem = false) {
    this.said.textContent = text;
    this.said.classList.toggle("ta-mask-problem", isProblem);
  }
}

/** @param {HTMLElement[]} nodes side by side */
function lineOf(...nodes) {
  const line = element("div", "ta-mask-line");
  line.append(...nodes);
  return line;
}

// Masks as zlib's bytes, to and from Python.
/** @import { Bytes } from "../common/model" */

/**
 * The values of a mask; null where there is none.
 * @param {Bytes | undefined} packed
 */
async function unpackedMask(packed) {
  if (!packed?.byteLength) return null;
  return new Uint8Array(await through(copied(packed), new DecompressionStream("deflate")));
}

/** @param {Uint8Array<ArrayBuffer>} values */
const packedMask = (values) => through(values, new CompressionStream("deflate"));

/**
 * @param {ArrayBuffer | Uint8Array<ArrayBuffer>} data
 * @param {CompressionStream | DecompressionStream} stream
 */
function through(data, stream) {
  return new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer();
}

// The picture with what lies over it: where the mouse, a finger, a pen or the keys point, and lines painted with them.

const MOST_LARGER = 8; // how much larger a small picture is shown

/**
 * What the stage tells: a line to be painted, its end, a place that is pointed at; and asks.
 * @typedef {{ x: number, y: number }} Point in pixels of the mask
 * @typedef {{
 *   isPainting: () => boolean, size: () => number, line: (from: Point, to: Point) => void, end: () => void,
 *   pointAt: (point: Point) => void,
 * }} Tool
 */

class Stage {
  /**
   * @param {Tool} tool
   * @param {HTMLCanvasElement} canvas
   */
  constructor(tool, canvas) {
    this.tool = tool;
    this.width = this.height = 1;
    this.zoom = 1;
    this.cursor = { x: 0.5, y: 0.5 };
    this.pointer = /** @type {number | null} */ (null); // the one that paints
    this.isKeyDown = false; // space paints as long as it is held
    this.root = element("div", "ta-mask-stage");
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "application");
    this.sheet = element("div", "ta-mask-sheet");
    this.picture = element("img");
    this.picture.draggable = false;
    this.brush = element("div", "ta-mask-cursor");
    this.brush.setAttribute("aria-hidden", "true");
    this.sheet.append(this.picture, canvas, this.brush);
    this.root.append(this.sheet);
    this.watchPointer();
    this.watchKeys();
  }

  /**
   * Show a picture of this size.
   * @param {number} width
   * @param {number} height
   * @param {string} url of the picture
   * @param {string} name
   */
  show(width, height, url, name) {
    if (width !== this.width || height !== this.height) this.cursor = { x: Math.floor(width / 2) + 0.5, y: Math.floor(height / 2) + 0.5 };
    this.width = width;
    this.height = height;
    this.picture.onload = () => URL.revokeObjectURL(url);
    this.picture.src = url;
    this.picture.alt = name;
    this.sheet.style.aspectRatio = `${width} / ${height}`;
    this.resize(this.zoom);
  }

  /** @param {number} zoom 1: as large as there is room */
  resize(zoom) {
    this.zoom = zoom;
    this.root.style.setProperty("--ta-mask-zoom", String(zoom));
    this.root.style.setProperty("--ta-mask-wide", `${this.width * MOST_LARGER}px`);
    this.root.style.setProperty("--ta-mask-shape", String(this.width / this.height));
    this.drawCursor();
  }

  drawCursor() {
    const { width, height, cursor, brush } = this;
    const size = this.tool.isPainting() ? this.tool.size() : 1;
    this.root.classList.toggle("ta-painting", this.tool.isPainting());
    brush.style.left = `${(100 * cursor.x) / width}%`;
    brush.style.top = `${(100 * cursor.y) / height}%`;
    brush.style.width = `${(100 * size) / width}%`;
  }

  /** @param {PointerEvent} event */
  point(event) {
    const box = this.sheet.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.width,
      y: ((event.clientY - box.top) / box.height) * this.height,
    };
  }

  /** @param {Point} point */
  go(point) {
    this.cursor = {
      x: Math.min(Math.max(point.x, 0), this.width - 0.01),
      y: Math.min(Math.max(point.y, 0), this.height - 0.01),
    };
    this.drawCursor();
    this.tool.pointAt(this.cursor);
  }

  watchPointer() {
    const { sheet, tool } = this;
    let last = this.cursor;
    sheet.addEventListener("pointerdown", (event) => {
      this.go(this.point(event));
      if (!tool.isPainting() || this.pointer !== null || event.button !== 0) return;
      event.preventDefault();
      this.root.focus({ preventScroll: true });
      sheet.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      last = this.point(event);
      tool.line(last, last);
    });
    sheet.addEventListener("pointermove", (event) => {
      if (this.pointer !== null && event.pointerId !== this.pointer) return; // a second finger
      if (this.pointer !== null) {
        const all = event.getCoalescedEvents?.() ?? [];
        for (const one of all.length ? all : [event]) {
          const now = this.point(one);
          tool.line(last, now);
          last = now;
        }
      }
      this.go(this.point(event));
    });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      sheet.addEventListener(name, (event) => {
        if (event.pointerId !== this.pointer) return;
        this.pointer = null;
        tool.end();
      });
    }
  }

  watchKeys() {
    const { root, tool } = this;
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    root.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const way = ways[event.key];
      if (way) {
        const from = this.cursor;
        const step = event.shiftKey || !tool.isPainting() ? 1 : Math.max(1, Math.round(tool.size() / 2));
        this.go({ x: from.x + step * way[0], y: from.y + step * way[1] });
        if (this.isKeyDown) tool.line(from, this.cursor);
        this.brush.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else if (event.key === " " && tool.isPainting()) {
        if (!this.isKeyDown) tool.line(this.cursor, this.cursor);
        this.isKeyDown = true;
      } else if (event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
    });
    const release = () => {
      if (!this.isKeyDown) return;
      this.isKeyDown = false;
      tool.end();
    };
    root.addEventListener("keyup", (event) => event.key === " " && release());
    root.addEventListener("blur", release);
  }
}

// Painting in a mask: disks along a line, strokes that can be taken back. It knows nothing of the page.
/** @import { Part } from "./protocol" */

const MOST_KEPT = 64 * 2 ** 20; // bytes of strokes that can be taken back

/**
 * What a stroke changed: the values that its part had before, or has after it was taken back.
 * @typedef {{ part: Part, values: Uint8Array<ArrayBuffer> }} Stroke
 */

class Painting {
  /**
   * @param {Uint8Array<ArrayBuffer>} mask is changed
   * @param {number} width
   * @param {number} height
   */
  constructor(mask, width, height) {
    this.mask = mask;
    this.width = width;
    this.height = height;
    this.before = mask.slice(); // as it was when the stroke that is being painted began
    this.done = /** @type {Stroke[]} */ ([]);
    this.undone = /** @type {Stroke[]} */ ([]);
    this.part = /** @type {Part | null} */ (null); // of the stroke that is being painted
    this.isChanged = false; // something was painted that is not saved
  }

  /**
   * Paint a line with a round brush; valueAt: what a place becomes.
   * @param {{ x: number, y: number }} from
   * @param {{ x: number, y: number }} to
   * @param {number} size of the brush, in pixels of the mask
   * @param {(at: number) => number} valueAt
   * @returns {Part} what may have changed
   */
  line(from, to, size, valueAt) {
    const n = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / Math.max(1, size / 4)));
    const radius = Math.max(size, 1) / 2;
    const part = this.within({
      left: Math.floor(Math.min(from.x, to.x) - radius),
      top: Math.floor(Math.min(from.y, to.y) - radius),
      right: Math.ceil(Math.max(from.x, to.x) + radius) + 1,
      bottom: Math.ceil(Math.max(from.y, to.y) + radius) + 1,
    });
    for (let i = 0; i <= n; i++) {
      const share = i / n;
      this.dab(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y), radius, valueAt);
    }
    this.part = this.part ? joined(this.part, part) : part;
    return part;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {(at: number) => number} valueAt
   */
  dab(x, y, radius, valueAt) {
    const { left, top, right, bottom } = this.within({
      left: Math.ceil(x - radius - 0.5), top: Math.ceil(y - radius - 0.5),
      right: Math.floor(x + radius + 0.5), bottom: Math.floor(y + radius + 0.5),
    });
    const nearest = Math.max(radius, 0.75) ** 2; // a brush of one pixel paints the one below it
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        if ((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 > nearest) continue;
        const at = row * this.width + column;
        this.mask[at] = valueAt(at);
      }
    }
  }

  /** The stroke that is being painted is whole. */
  end() {
    const part = this.part;
    this.part = null;
    if (!part) return;
    const before = this.copy(this.before, part);
    if (this.copy(this.mask, part).every((value, i) => value === before[i])) return;
    this.put(this.before, part, this.copy(this.mask, part));
    this.undone = [];
    this.done.push({ part, values: before });
    this.isChanged = true;
    let n = this.done.reduce((sum, one) => sum + one.values.length, 0);
    while (n > MOST_KEPT && this.done.length > 1) n -= this.done.shift()?.values.length ?? 0;
  }

  /**
   * Take the last stroke back, or paint it again; what changed, null for nothing.
   * @param {boolean} isBack
   */
  step(isBack) {
    const [from, to] = isBack ? [this.done, this.undone] : [this.undone, this.done];
    const stroke = from.pop();
    if (!stroke) return null;
    to.push({ part: stroke.part, values: this.copy(this.mask, stroke.part) });
    this.put(this.mask, stroke.part, stroke.values);
    this.put(this.before, stroke.part, stroke.values);
    this.isChanged = true;
    return stroke.part;
  }

  /** What is painted was saved. */
  saved() {
    this.isChanged = false;
  }

  /** @param {Part} part */
  within({ left, top, right, bottom }) {
    return {
      left: Math.max(0, left), top: Math.max(0, top),
      right: Math.min(this.width, right), bottom: Math.min(this.height, bottom),
    };
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} values
   * @param {Part} part
   */
  copy(values, { left, top, right, bottom }) {
    const wide = Math.max(0, right - left);
    const found = new Uint8Array(wide * Math.max(0, bottom - top));
    for (let row = top; row < bottom; row++) {
      const at = row * this.width + left;
      found.set(values.subarray(at, at + wide), (row - top) * wide);
    }
    return found;
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} values
   * @param {Part} part
   * @param {Uint8Array<ArrayBuffer>} found
   */
  put(values, { left, top, right, bottom }, found) {
    const wide = Math.max(0, right - left);
    for (let row = top; row < bottom; row++) {
      values.set(found.subarray((row - top) * wide, (row - top + 1) * wide), row * this.width + left);
    }
  }
}

/**
 * @param {Part} one
 * @param {Part} other
 */
function joined(one, other) {
  return {
    left: Math.min(one.left, other.left), top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right), bottom: Math.max(one.bottom, other.bottom),
  };
}

// A mask over its picture, and a brush: see mask_brush.py for the traits and the wishes. What is painted stays here until
// it is saved.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, Part, ToPython, Traits } from "./protocol" */

const MOST_BYTES = 8 * 2 ** 20; // as painting.py has it; a larger message would not arrive

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const overlay = new Overlay();
  const controls = new Controls({
    changed, undo: () => step(true), redo: () => step(false), save, go,
    keep: () => wish(() => model.send({ t: "keep", id: model.get("scene").id })),
  });
  const stage = new Stage(
    { isPainting: () => controls.isPainting && !isSaving, size: () => controls.size, line, end, pointAt }, overlay.canvas,
  );
  const root = element("div", "ta-mask");
  const place = element("p", "ta-mask-place");
  place.setAttribute("role", "status");
  const asks = element("div", "ta-mask-asks");
  asks.setAttribute("role", "alert");
  asks.hidden = true;
  stage.root.setAttribute("aria-describedby", controls.help.id);
  root.append(controls.head, asks, controls.showsLine, stage.root, place, controls.tools, controls.help);
  el.append(root);

  let painting = new Painting(new Uint8Array(1), 1, 1);
  let told = /** @type {Uint8Array<ArrayBuffer> | null} */ (null);
  let isSaving = false;
  let turn = 0;
  let isStale = false; // all of it is to be drawn
  let counted = ""; // which mask was counted
  const dirty = /** @type {Part[]} */ ([]);
  const drawing = oncePerFrame(() => {
    if (isStale) draw();
    dirty.splice(0).forEach((part) => overlay.draw(part));
  });

  async function show() {
    const scene = model.get("scene");
    const mine = ++turn;
    root.hidden = !scene.id;
    if (!scene.id) return;
    const [mask, other] = await Promise.all([unpackedMask(scene.mask), unpackedMask(scene.told)]);
    if (mine !== turn) return; // another one came meanwhile
    const { width, height } = scene;
    told = other;
    painting = new Painting(mask ?? new Uint8Array(width * height).fill(VOID), width, height);
    isSaving = false;
    const classes = model.get("classes");
    overlay.fit(width, height, classes);
    controls.offer(classes, { can_paint: model.get("can_paint"), has_mask: mask !== null, has_told: told !== null });
    controls.say(scene.said);
    stage.show(width, height, pictureUrl(scene.picture), scene.name);
    stage.root.setAttribute("aria-label", `${scene.name}, picture with its classes`);
    place.textContent = "";
    asks.hidden = true;
    root.dataset.turn = String(scene.turn); // it is drawn
    draw();
    count();
    tell();
  }

  /** What the overlay shows where, by the controls. */
  function draw() {
    isStale = false;
    dirty.length = 0;
    const { mask } = painting;
    const { shows, only } = controls;
    const isOnly = (/** @type {number} */ value) => (only === null || value === only ? value : NOTHING);
    const network = told;
    if (shows === "told" && network) overlay.valueAt = (at) => isOnly(network[at]);
    else if (shows === "differ" && network) {
      overlay.valueAt = (at) => (mask[at] !== network[at] && mask[at] !== VOID ? isOnly(network[at]) : NOTHING);
    } else overlay.valueAt = (at) => isOnly(mask[at]);
    overlay.strength = controls.strength;
    overlay.draw();
  }

  function changed() {
    stage.resize(controls.zoom);
    isStale = true;
    drawing.soon();
    if (counted !== controls.shows) count();
  }

  function count() {
    counted = controls.shows;
    controls.count((counted === "told" ? told : null) ?? painting.mask);
  }

  /** What can be pressed. */
  function tell() {
    const scene = model.get("scene");
    controls.enable({
      can_undo_stroke: painting.done.length > 0, can_redo_stroke: painting.undone.length > 0,
      can_undo: model.get("can_undo"), can_redo: model.get("can_redo"),
      is_changed: painting.isChanged, is_saving: isSaving, scene,
    });
  }

  /**
   * @param {{ x: number, y: number }} from
   * @param {{ x: number, y: number }} to
   */
  function line(from, to) {
    const { paint } = controls;
    const network = told;
    const valueAt = paint === "told" && network
      ? (/** @type {number} */ at) => network[at]
      : () => Number(paint);
    dirty.push(painting.line(from, to, controls.size, valueAt));
    drawing.soon();
  }

  function end() {
    painting.end();
    count();
    pointAt(stage.cursor);
    tell();
  }

  /** @param {boolean} isBack */
  function step(isBack) {
    if (isSaving) return; // by a key; what comes back would not have it
    const part = painting.step(isBack);
    if (part) overlay.draw(part);
    count();
    pointAt(stage.cursor);
    tell();
  }

  /** @param {{ x: number, y: number }} point */
  function pointAt({ x, y }) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const at = row * painting.width + column;
    const scene = model.get("scene");
    const said = [scene.mask?.byteLength ? `mask: ${named(painting.mask[at])}` : "", told ? `network: ${named(told[at])}` : ""];
    place.textContent = [`${column} across, ${row} down`, ...said.filter(Boolean)].join(" · ");
  }

  /** @param {number} value */
  const named = (value) => model.get("classes")[value]?.name ?? "counts for nothing";

  async function save() {
    if (!painting.isChanged || isSaving) return;
    isSaving = true;
    asks.hidden = true;
    tell();
    const { id } = model.get("scene");
    const data = await packedMask(painting.mask);
    if (data.byteLength > MOST_BYTES) {
      hear({ t: "refused", said: "The painted mask is too large to be sent. Paint fewer single pixels." });
      return;
    }
    model.send({ t: "save", id }, undefined, [data]);
  }

  /** @param {FromPython} message */
  function hear(message) {
    isSaving = false;
    controls.say(message.said, true);
    tell();
  }

  /** @param {"close" | "undo" | "redo" | number} where */
  function go(where) {
    wish(() => model.send(typeof where === "number" ? { t: "go", by: where } : { t: where }));
  }

  /**
   * Do what leaves what is painted behind, once the person knows.
   * @param {() => void} leave
   */
  function wish(leave) {
    if (!painting.isChanged) {
      leave();
      return;
    }
    const stay = button("", "Stay here", () => {
      asks.hidden = true;
      stage.root.focus();
    });
    const throwAway = button("", "Leave it unsaved", () => {
      asks.hidden = true;
      painting.saved();
      leave();
    });
    asks.replaceChildren(element("span", "", "What you painted is not saved yet."), stay, throwAway);
    asks.hidden = false;
    stay.focus();
  }

  root.addEventListener("keydown", (event) => {
    const from = /** @type {HTMLElement} */ (event.target);
    if (from instanceof HTMLSelectElement) return;
    if (!controls.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });

  /** @param {FromPython} message @param {Bytes[]} _buffers */
  const heard = (message, _buffers) => hear(message);
  /** @param {BeforeUnloadEvent} event */
  const leaving = (event) => {
    if (painting.isChanged) event.preventDefault(); // the browser asks, in its own words
  };
  window.addEventListener("beforeunload", leaving);
  model.on("msg:custom", heard);
  model.on("change:scene", show);
  model.on("change:can_undo change:can_redo", tell);
  show();
  return () => {
    drawing.cancel();
    window.removeEventListener("beforeunload", leaving);
    model.off("msg:custom", heard);
    model.off(null, null, show);
    model.off(null, null, tell);
  };
}

var mask_brush = { render };

export { mask_brush as default };
