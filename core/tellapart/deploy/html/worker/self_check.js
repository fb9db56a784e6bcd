// One drawn picture, all the way from its file to its answer, as the program answered when the page was made. It finds
// a damaged file, and a browser that hides pixels from pages (a guard against fingerprinting) or computes otherwise.

import { decoded, squareOfBitmap } from "./decoding.js";
import { fromBase64 } from "./unpacking.js";

/**
 * @typedef {{png: string, pixels: number, probabilities: number[], novelty: number}} Check
 *   pixels: Adler-32 of the square the network must see.
 */

const TOLERANCE = 5e-3; // of a probability
const NOVELTY_TOLERANCE = 0.02; // of itself

/**
 * What is wrong: "" or "pixels" or "answers".
 * @param {Check} check @param {import("./resampling.js").Preprocess} preprocess
 * @param {import("./network.js").Classify} classify
 */
export async function problemFound(check, preprocess, classify) {
  const { bitmap, head, kind } = await decoded(new Blob([fromBase64(check.png)], { type: "image/png" }), preprocess);
  const square = squareOfBitmap(bitmap, preprocess, kind, head);
  bitmap.close();
  if (adler32(square) !== check.pixels) return "pixels";
  const { probabilities, novelty } = await classify(square);
  const off = Math.max(...probabilities.map((value, i) => Math.abs(value - check.probabilities[i])));
  const isNear = off <= TOLERANCE && Math.abs(novelty - check.novelty) <= NOVELTY_TOLERANCE * check.novelty;
  return isNear ? "" : "answers";
}

/** @param {Uint8Array} bytes */
function adler32(bytes) {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
