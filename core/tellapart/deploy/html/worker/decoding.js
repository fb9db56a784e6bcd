// From a file to the square the network sees. The browser decodes, turns and brings colours to sRGB; what happens to
// the pixels after that is ours, so that it is the same in every browser and in the program.

import { HEAD_BYTES, kindOf, orientationOf } from "./kinds.js";
import { layOnGround } from "./ground.js";
import { endsOf, reduced, reductionFor } from "./reduction.js";
import { squareOf } from "./resampling.js";

/**
 * @typedef {import("./resampling.js").Picture} Picture
 * @typedef {import("./resampling.js").Preprocess} Preprocess
 */

const MAX_PIXELS = 120_000_000;
const MAX_BYTES = 200 * 2 ** 20;
const BAND_PIXELS = 4_000_000; // read at a time; a phone's canvas holds 16 million
const NOT_PICTURES = ["svg", "pdf", "film"];

/** A file that gives no answer. code: why, see the page's words.js; kind: of the file. */
export class Refusal extends Error {
  /** @param {string} code @param {string} kind */
  constructor(code, kind = "") {
    super(code);
    this.code = code;
    this.kind = kind;
  }
}

/**
 * A file, decoded; `close` the bitmap when done.
 * @param {Blob} file @param {Preprocess} preprocess
 * @returns {Promise<{bitmap: ImageBitmap, head: Uint8Array, kind: string}>}
 */
export async function decoded(file, preprocess) {
  if (file.size === 0) throw new Refusal("empty");
  if (file.size > MAX_BYTES) throw new Refusal("too-many-bytes");
  let head;
  try {
    head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    throw new Refusal("unreadable");
  }
  const kind = kindOf(head);
  if (NOT_PICTURES.includes(kind)) throw new Refusal("not-a-picture", kind);
  /** @type {ImageBitmap} */
  let bitmap;
  try {
    const colorSpaceConversion = preprocess.pixels === 1 ? "none" : "default";
    bitmap = await createImageBitmap(file, { premultiplyAlpha: "none", colorSpaceConversion });
  } catch {
    throw new Refusal(kind === "" ? "not-a-picture" : "not-decoded", kind);
  }
  if (bitmap.width * bitmap.height > MAX_PIXELS) {
    bitmap.close();
    throw new Refusal("too-many-pixels", kind);
  }
  return { bitmap, head, kind };
}

/**
 * The square the network sees.
 * @param {ImageBitmap} bitmap @param {Preprocess} preprocess
 * @param {string} kind of the file, or "camera"
 * @param {Uint8Array} head of the file
 */
export function squareOfBitmap(bitmap, preprocess, kind = "camera", head = new Uint8Array(0)) {
  const { width, height } = bitmap;
  const readRows = rowReader(bitmap);
  const by = kind === "jpeg" ? reductionFor(width, height, preprocess.resize_px) : 1;
  if (by > 1) return squareOf(reduced(readRows, width, height, by, endsOf(orientationOf(head))), preprocess);
  const picture = whole(readRows, width, height);
  if (kind !== "jpeg" && kind !== "camera") layOnGround(picture, preprocess.pixels === 1);
  return squareOf(picture, preprocess);
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {import("./reduction.js").ReadRows}
 */
function rowReader(bitmap) {
  const { width, height } = bitmap;
  const most = Math.max(1, Math.min(height, Math.floor(BAND_PIXELS / width)));
  const canvas = new OffscreenCanvas(width, most);
  const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  if (context === null) throw new Refusal("too-many-pixels");
  context.imageSmoothingEnabled = false;
  context.globalCompositeOperation = "copy";
  return (top, n) => {
    if (n <= most) {
      context.drawImage(bitmap, 0, top, width, n, 0, 0, width, n);
      return context.getImageData(0, 0, width, n).data;
    }
    const rows = new Uint8ClampedArray(width * n * 4);
    for (let y = 0; y < n; y += most) {
      const few = Math.min(most, n - y);
      context.drawImage(bitmap, 0, top + y, width, few, 0, 0, width, few);
      rows.set(context.getImageData(0, 0, width, few).data, y * width * 4);
    }
    return rows;
  };
}

/**
 * @param {import("./reduction.js").ReadRows} readRows @param {number} width @param {number} height
 * @returns {Picture}
 */
function whole(readRows, width, height) {
  try {
    return { data: readRows(0, height), width, height };
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal("too-many-pixels");
    throw error;
  }
}

/**
 * A small JPEG to show beside the answer.
 * @param {ImageBitmap} bitmap @param {number} side
 */
export async function thumbnailOf(bitmap, side) {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  const from = Math.min(bitmap.width, bitmap.height);
  const left = (bitmap.width - from) / 2;
  const top = (bitmap.height - from) / 2;
  context.drawImage(bitmap, left, top, from, from, 0, 0, side, side);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}
