// Pictures that a search found: ticked until the person takes the tick off what does not belong.
/** @import { Bytes } from "../common/model" */
/** @import { Waiting, Wish } from "./protocol" */
import { pictureUrl } from "../common/bytes.js";
import { button, element } from "../common/elements.js";

export class Held {
  /**
   * @param {Wish} wish
   * @param {string} label
   */
  constructor(wish, label) {
    this.wish = wish;
    this.count = 0;
    this.without = /** @type {Set<number>} */ (new Set());
    // what the project last said is left out; only what changed there is taken over
    this.told = /** @type {Set<number>} */ (new Set());
    this.tiles = /** @type {Map<number, { node: HTMLElement, url: string, tick: HTMLInputElement }>} */ (new Map());
    this.root = element("fieldset", "ta-held");
    this.title = element("legend");
    this.grid = element("div", "ta-heldgrid");
    this.keep = button("ta-action", "", () => wish({ t: "keep", label, without: [...this.without] }));
    const discard = button("ta-choose", "Discard all", () => wish({ t: "discard", label }));
    const line = element("div", "ta-keys");
    line.append(this.keep, discard);
    this.root.append(this.title, this.grid, line);
  }

  /**
   * @param {Waiting} held
   * @param {number} nHeld
   * @param {number[]} leftOut
   */
  show(held, nHeld, leftOut) {
    const { ids } = held;
    const out = new Set(leftOut);
    this.root.hidden = !nHeld;
    for (const [id, tile] of this.tiles) {
      if (ids.includes(id)) continue;
      URL.revokeObjectURL(tile.url);
      tile.node.remove();
      this.tiles.delete(id);
      this.without.delete(id);
      this.told.delete(id);
    }
    ids.forEach((id, i) => {
      if (!this.tiles.has(id)) this.add(id, held.jpegs[i], held.names[i], held.marks[i]);
      if (out.has(id) !== this.told.has(id)) this.mark(id, out.has(id));
    });
    this.told = new Set(ids.filter((id) => out.has(id)));
    this.count = nHeld;
    this.say();
  }

  /**
   * @param {number} id
   * @param {Bytes} jpeg
   * @param {string} name
   * @param {string} mark
   */
  add(id, jpeg, name, mark) {
    const url = pictureUrl(jpeg);
    const node = element("label", "ta-pick");
    const tick = element("input");
    tick.type = "checkbox";
    tick.checked = true;
    tick.setAttribute("aria-label", `Keep ${name}`);
    const img = element("img");
    img.src = url;
    img.alt = "";
    node.title = name;
    tick.addEventListener("change", () => {
      this.mark(id, !tick.checked);
      this.wish({ t: "leave_out", number: id, is_left_out: !tick.checked });
      this.say();
    });
    node.append(tick, img);
    if (mark) node.append(element("span", "ta-tag", mark));
    this.grid.append(node);
    this.tiles.set(id, { node, url, tick });
  }

  /**
   * @param {number} id
   * @param {boolean} isOut
   */
  mark(id, isOut) {
    const tile = this.tiles.get(id);
    if (tile) tile.tick.checked = !isOut;
    if (isOut) this.without.add(id);
    else this.without.delete(id);
  }

  say() {
    const kept = this.count - this.without.size;
    const more = this.count - this.tiles.size;
    this.title.textContent = `${this.count} new. Untick the ones that do not fit`
      + (more > 0 ? ` (the first ${this.tiles.size} are shown)` : "");
    this.keep.textContent = kept === this.count ? `Keep all ${kept}` : `Keep ${kept}, discard ${this.without.size}`;
  }

  clear() {
    this.tiles.forEach((tile) => URL.revokeObjectURL(tile.url));
  }
}
