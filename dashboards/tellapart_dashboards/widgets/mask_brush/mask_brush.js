// A mask over its picture, and a brush: see mask_brush.py for the traits and the wishes. What is painted stays here until
// it is saved.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, Part, ToPython, Traits } from "./protocol" */
import { pictureUrl } from "../common/bytes.js";
import { button, element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { Controls } from "./controls.js";
import { NOTHING, Overlay, VOID } from "./overlay.js";
import { packedMask, unpackedMask } from "./packing.js";
import { Stage } from "./stage.js";
import { Painting } from "./strokes.js";

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

export default { render };
