// The tiles in sight: put where their pictures belong, used again for others when they are scrolled past.
/** @import { Choice } from "./choice.js" */
/** @import { Sheet } from "./sheet.js" */
/** @import { Store } from "./store.js" */
import { Tile } from "./tile.js";

const MOST_FREE = 200;

export class Tiles {
  /**
   * @param {HTMLElement} space
   * @param {Sheet} sheet
   * @param {Store} store
   */
  constructor(space, sheet, store) {
    this.space = space;
    this.sheet = sheet;
    this.store = store;
    this.prefix = `ta${Math.random().toString(36).slice(2)}`;
    this.shown = /** @type {Map<number, Tile>} */ (new Map()); // by key
    this.free = /** @type {Tile[]} */ ([]);
  }

  /**
   * The node of a picture in sight.
   * @param {number} key
   */
  node(key) { return this.shown.get(key)?.node; }

  /**
   * @param {Uint32Array} order
   * @param {Choice} choice
   */
  draw(order, choice) {
    const count = order.length;
    const [from, to] = this.sheet.range(count, 1);
    const positions = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    const { current } = choice;
    if (current < count && (current < from || current >= to)) positions.push(current); // it may have the focus
    const wanted = new Set(positions.map((position) => order[position]));
    for (const [key, tile] of this.shown) {
      if (wanted.has(key)) continue;
      tile.node.remove();
      this.shown.delete(key);
      this.free.push(tile);
    }
    for (const position of positions) {
      const key = order[position];
      const tile = this.shown.get(key) ?? this.put(key);
      tile.fill(key, position, count, this.store.tile(key), this.store.urls.get(key), this.store.decided(key));
      tile.mark(choice.keys.has(key), position === current);
      this.sheet.place(tile.node, position);
    }
    this.free.length = Math.min(this.free.length, MOST_FREE);
  }

  /** @param {number} key */
  put(key) {
    const tile = this.free.pop() ?? new Tile(this.prefix);
    this.shown.set(key, tile);
    this.space.append(tile.node);
    return tile;
  }
}
