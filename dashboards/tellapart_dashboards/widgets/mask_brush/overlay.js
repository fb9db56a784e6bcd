// The colours of a mask on a canvas that lies over its picture, with the edges of its regions.
/** @import { PaintClass, Part } from "./protocol" */

export const VOID = 255; // where nothing counts; hatched
export const NOTHING = 254; // where nothing is drawn

const MOST_SIDE = 1600; // of the canvas
const MOST_LARGER = 12; // pixels of the canvas for one of a small mask
const GREY = /** @type {[number, number, number]} */ ([128, 128, 128]);
const EDGE_OF = 500; // one pixel of an edge for so many of the canvas

export class Overlay {
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
    const most = Math.min(MOST_LARGER, MOST_SIDE / Math.max(width, height));
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
