// Which pictures are chosen, and which one is current. Chosen are keys, so those still there survive a new ranking.

export class Choice {
  constructor() {
    this.keys = /** @type {Set<number>} */ (new Set());
    this.current = 0; // position
    this.anchor = 0;
    this.isChoosing = false; // by touch: a tap adds or takes away
    this.isLost = false; // all that was chosen has left the page, and nobody has gone on since
  }

  /**
   * Only those stay chosen that are there.
   * @param {Set<number>} there
   */
  keep(there) {
    for (const key of this.keys) if (!there.has(key)) this.keys.delete(key);
    if (this.keys.size) return;
    this.isChoosing = false;
    this.isLost = true;
  }

  clear() {
    this.keys.clear();
    this.isLost = false;
    this.isChoosing = false;
  }

  /** @param {number} key */
  toggle(key) {
    if (!this.keys.delete(key)) this.keys.add(key);
    this.isLost = false;
    if (!this.keys.size) this.isChoosing = false;
  }

  /**
   * From the anchor to the current one, in the order on the page.
   * @param {Uint32Array} order
   */
  span(order) {
    this.keys.clear();
    const [from, to] = [Math.min(this.anchor, this.current), Math.max(this.anchor, this.current)];
    for (let i = from; i <= to; i += 1) this.keys.add(order[i]);
  }
}
