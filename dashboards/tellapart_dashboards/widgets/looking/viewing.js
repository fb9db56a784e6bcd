// Decisions about pictures of a page, and these pictures large, one after the other: along those that were in sight when
// the first was opened.
/** @import { Bytes } from "../common/model" */
/** @import { Act, Decided, Decision, FromPython, Host, Large, LookingModel } from "./protocol" */
import { decidedWords } from "./decision_keys.js";
import { LargeWindow } from "./large.js";
import { tell } from "./tell.js";
import { labelWindow } from "./windows.js";

/**
 * What the pictures are on. draw: something else is decided. say: what was decided or why not, where no window says it.
 * focus: this picture is the current one from now on.
 * @typedef {{ draw: () => void, say: (text: string, isRefused: boolean) => void, focus: (key: number) => void }} Page
 */

/** @implements {Host} */
export class Viewing {
  /**
   * @param {LookingModel} model
   * @param {HTMLElement} root where its windows go
   * @param {Page} page
   */
  constructor(model, root, page) {
    this.model = model;
    this.root = root;
    this.page = page;
    this.keys = /** @type {number[]} */ ([]);
    this.at = 0;
    this.window = /** @type {LargeWindow | null} */ (null);
    this.known = ""; // what was decided about the picture in sight, as Python last said it
    this.seq = 0;
    this.pending = /** @type {Map<number, { seq: number, text: string }>} */ (new Map()); // decided, not yet written
    this.words = /** @type {Map<number, string>} */ (new Map()); // as Python said them after a decision
  }

  get isOpen() { return Boolean(this.window?.isOpen); }

  /**
   * What was decided about a picture; known: as the page knew it before.
   * @param {number} key
   * @param {string} [known]
   */
  of(key, known = "") { return this.pending.get(key)?.text ?? this.words.get(key) ?? known; }

  /** The page knows the words of all its pictures anew. */
  forget() { if (!this.pending.size) this.words.clear(); }

  /**
   * Of these pictures this one is current.
   * @param {number[]} keys
   * @param {number} at
   */
  follow(keys, at) {
    this.keys = [...keys];
    this.at = at;
  }

  /**
   * @param {number[]} keys
   * @param {number} at
   */
  open(keys, at) {
    if (this.isOpen || keys[at] === undefined) return;
    this.follow(keys, at);
    this.window = new LargeWindow(this.root, this, () => this.page.focus(this.keys[this.at]));
    this.window.look(keys[at]);
  }

  get isVisiting() { return this.isOpen && this.window?.key !== this.keys[this.at]; }

  place() { return this.isVisiting ? "similar picture" : `${this.at + 1} of ${this.keys.length}`; }

  decided() { return this.window ? this.of(this.window.key, this.known) : ""; }

  /** @param {number} key */
  visit(key) {
    const at = this.keys.indexOf(key);
    if (at >= 0) this.at = at;
    this.window?.look(key);
  }

  /** @param {number} by */
  step(by) {
    if (!this.isVisiting) this.at = Math.min(Math.max(this.at + by, 0), this.keys.length - 1);
    this.window?.look(this.keys[this.at]);
  }

  /**
   * About the picture that is large, or else the current one.
   * @param {Act} name
   * @param {string} [label]
   * @param {string} [suggested] the label to offer first
   */
  act(name, label, suggested) {
    const key = this.window && this.isOpen ? this.window.key : this.keys[this.at];
    if (name === "undo" || name === "redo") tell(this.model, { t: "step", kind: name, seq: (this.seq += 1) });
    else if (name === "relabel" && !label) {
      const first = suggested ?? this.window?.suggested ?? "";
      labelWindow(this.root, this.model.get("all_labels"), "New label for this picture", first, (chosen) => {
        this.decide(key, "relabel", chosen);
        if (this.isOpen) this.window?.box.focus();
      });
    } else this.decide(key, name, label ?? "");
  }

  /**
   * @param {number} key
   * @param {Decision} action
   * @param {string} label
   */
  decide(key, action, label) {
    const text = decidedWords(action, label);
    this.pending.set(key, { seq: (this.seq += 1), text });
    tell(this.model, { t: "decide", seq: this.seq, action, label }, [new Uint32Array([key]).buffer]);
    this.say(text, false);
    if (!this.isVisiting && this.at < this.keys.length - 1) this.at += 1;
    this.goOn();
  }

  /** The current picture is in sight, or has the focus. */
  goOn() {
    if (this.isOpen) this.window?.look(this.keys[this.at]);
    else this.page.focus(this.keys[this.at]);
    this.page.draw();
  }

  /**
   * @param {string} text
   * @param {boolean} isRefused
   */
  say(text, isRefused) {
    if (!this.window || !this.isOpen) this.page.say(text, isRefused);
    else {
      this.window.say(text, isRefused);
      this.window.drawVerdict();
    }
  }

  /**
   * @param {{ t: string }} message
   * @param {Bytes[]} buffers
   */
  receive(message, buffers) {
    const one = /** @type {FromPython} */ (message);
    if (one.t === "decided") this.decidedThere(one);
    else if (one.t === "large") this.show(one, buffers);
  }

  /**
   * @param {Large} message
   * @param {Bytes[]} buffers
   */
  show(message, buffers) {
    if (!this.isOpen || this.window?.key !== message.key) return;
    this.known = message.tile.decided;
    this.window.show(message, buffers);
  }

  /** @param {Decided} message */
  decidedThere({ seq, is_done, text, keys, is_step, words }) {
    for (const [key, pending] of this.pending) if (pending.seq === seq || seq < 0) this.pending.delete(key);
    for (const [key, word] of words) this.words.set(key, word);
    this.say(text, !is_done);
    const back = is_step ? this.keys.findIndex((key) => keys.includes(key)) : -1;
    if (back >= 0) {
      this.at = back;
      this.goOn();
    }
    this.page.draw();
  }
}
