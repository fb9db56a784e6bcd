// What is clear becomes white, or black where the drawing is about white; as in the program's pictures/ground.py.

/** @typedef {import("./resampling.js").Picture} Picture */

const VISIBLE = 16; // what is fainter is the soft edge of something
const SAMPLED_SIDE = 64; // so many rows and columns of the drawing tell enough
const STANDS_OFF = 32; // levels below white that make a pixel show on paper
const ENOUGH = 0.1; // of the visible pixels have to show

/**
 * Lays a picture on its ground, in place.
 * @param {Picture} picture four bytes a pixel, the last one alpha
 * @param {boolean} isAlwaysWhite as bundles of format 1 learned it
 */
export function layOnGround(picture, isAlwaysWhite) {
  const drawn = boundsOfDrawing(picture);
  if (drawn === null) return;
  const ground = !isAlwaysWhite && isLost(picture, drawn) ? 0 : 255;
  const { data } = picture;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3];
    if (alpha === 255) continue;
    for (let channel = i; channel < i + 3; channel++) data[channel] = laidOn(data[channel], alpha, ground);
    data[i + 3] = 255;
  }
}

/** @param {number} level @param {number} alpha @param {number} ground */
function laidOn(level, alpha, ground) {
  const sum = level * alpha + ground * (255 - alpha) + 128;
  return ((sum >> 8) + sum) >> 8;
}

/**
 * Left, top, right, bottom of what is not wholly clear; null where nothing is clear.
 * @param {Picture} picture
 * @returns {[number, number, number, number] | null}
 */
function boundsOfDrawing({ data, width, height }) {
  let isOpaque = true;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 3; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const alpha = data[at];
      if (alpha !== 255) isOpaque = false;
      if (alpha === 0) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  if (isOpaque) return null;
  return right > left ? [left, top, right, bottom] : [0, 0, 1, 1];
}

/**
 * Whether next to nothing of the drawing shows on white paper.
 * @param {Picture} picture @param {[number, number, number, number]} drawn
 */
function isLost({ data, width }, [left, top, right, bottom]) {
  const columns = Math.min(SAMPLED_SIDE, right - left);
  const rows = Math.min(SAMPLED_SIDE, bottom - top);
  let nVisible = 0;
  const nShown = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const y = Math.floor(top + ((row + 0.5) * (bottom - top)) / rows);
    for (let column = 0; column < columns; column++) {
      const x = Math.floor(left + ((column + 0.5) * (right - left)) / columns);
      const at = (y * width + x) * 4;
      const alpha = data[at + 3];
      if (alpha < VISIBLE) continue;
      nVisible++;
      for (let channel = 0; channel < 3; channel++) {
        if (laidOn(data[at + channel], alpha, 255) < 256 - STANDS_OFF) nShown[channel]++;
      }
    }
  }
  return nVisible > 0 && Math.max(...nShown) < ENOUGH * nVisible;
}
