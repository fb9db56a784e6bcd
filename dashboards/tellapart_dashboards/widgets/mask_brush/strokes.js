// Painting in a mask: disks along a line, strokes that can be taken back. It knows nothing of the page.
/** @import { Part } from "./protocol" */

const MOST_KEPT = 64 * 2 ** 20; // bytes of strokes that can be taken back

/**
 * What a stroke changed: the values that its part had before, or has after it was taken back.
 * @typedef {{ part: Part, values: Uint8Array<ArrayBuffer> }} Stroke
 */

export class Painting {
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
