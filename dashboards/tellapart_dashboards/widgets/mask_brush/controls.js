// All that stands around the picture: which masks are shown and how strongly, the classes, the brush, and its buttons.
/** @import { PaintClass, Scene } from "./protocol" */
/** @import { Option } from "./radios.js" */
import { button, element } from "../common/elements.js";
import { keyed } from "../looking/keyed.js";
import { VOID } from "./overlay.js";
import { Radios } from "./radios.js";

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

export class Controls {
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
