// Where the pictures lie, from 0 to 1 in both directions, and which are near a place or in a rectangle.
/** @import { Region } from "./protocol" */

/** @typedef {{ x: number, y: number }} Place */

const CELLS = 60; // in a row

export class Points {
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
