// The large view of the grid: it walks along the order, or shows a picture beside it.
/** @import { Bytes } from "../common/model" */
/** @import { Act, Host, Large } from "../looking/protocol" */
/** @import { Grid } from "./view.js" */
import { LargeWindow } from "../looking/large.js";

/** @implements {Host} */
export class LargeView {
  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.model = grid.model;
    this.window = /** @type {LargeWindow | null} */ (null);
    this.known = ""; // what was decided about the picture in sight, as Python said it
  }

  get isOpen() { return Boolean(this.window?.isOpen); }

  get key() { return this.window?.key ?? -1; }

  get current() { return this.grid.order[this.grid.choice.current]; }

  get isVisiting() { return this.isOpen && this.key !== this.current; }

  /** The current picture. */
  look() {
    if (!this.window?.isOpen) this.window = new LargeWindow(this.grid.place, this, () => this.grid.focus());
    this.window.look(this.current);
  }

  /**
   * @param {Act} name
   * @param {string} [label]
   */
  act(name, label) { this.grid.act(name, label); }

  /** @param {number} key */
  visit(key) {
    const at = this.grid.order.indexOf(key);
    if (at >= 0) this.grid.go(at);
    else this.window?.look(key);
  }

  /** @param {number} by */
  step(by) {
    const { choice, order } = this.grid;
    const to = this.isVisiting ? choice.current : choice.current + by;
    choice.clear();
    choice.anchor = Math.min(Math.max(to, 0), order.length - 1);
    this.grid.go(choice.anchor);
  }

  place() {
    if (this.isVisiting) return "similar picture";
    const { choice, order } = this.grid;
    return `${(choice.current + 1).toLocaleString("en")} of ${order.length.toLocaleString("en")}`;
  }

  decided() { return this.grid.store.pending.get(this.key)?.text ?? this.known; }

  /**
   * @param {string} text
   * @param {boolean} [isRefused]
   */
  say(text, isRefused) {
    if (!this.window?.isOpen) return;
    this.window.say(text, isRefused);
    this.window.drawVerdict();
  }

  /**
   * @param {Large} message
   * @param {Bytes[]} buffers
   */
  show(message, buffers) {
    if (!this.isOpen || message.key !== this.key) return;
    this.known = message.tile.decided;
    this.window?.show(message, buffers);
  }
}
