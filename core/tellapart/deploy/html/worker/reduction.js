// A large JPEG as the program decodes it: at 1/2, 1/4 or 1/8 of its size. libjpeg then makes the averages of
// neighbouring pixels, counted from the corner where the file begins, which a turned picture has elsewhere.

/**
 * @typedef {import("./resampling.js").Picture} Picture
 * @typedef {(top: number, n: number) => Uint8Array | Uint8ClampedArray} ReadRows four bytes a pixel
 */

const BAND_ROWS = 256; // read at a time: a phone has no room for all of a large picture twice

/**
 * How many pixels become one in each direction, for a shorter side of at least `side`.
 * @param {number} width @param {number} height @param {number} side
 */
export function reductionFor(width, height, side) {
  const most = Math.min(Math.floor(width / side), Math.floor(height / side));
  return [8, 4, 2].find((by) => most >= by) ?? 1;
}

/**
 * At which sides of the upright picture the file does not begin.
 * @param {number} orientation as EXIF counts, 1 to 8
 */
export function endsOf(orientation) {
  return { isRight: [2, 3, 6, 7].includes(orientation), isBottom: [3, 4, 7, 8].includes(orientation) };
}

/**
 * Averages of by × by pixels.
 * @param {ReadRows} readRows @param {number} width @param {number} height @param {number} by
 * @param {{isRight: boolean, isBottom: boolean}} ends
 * @returns {Picture}
 */
export function reduced(readRows, width, height, by, ends) {
  const outWidth = Math.ceil(width / by);
  const outHeight = Math.ceil(height / by);
  const data = new Uint8ClampedArray(outWidth * outHeight * 4);
  const skipX = ends.isRight ? outWidth * by - width : 0; // missing pixels before the first
  const skipY = ends.isBottom ? outHeight * by - height : 0;
  const sums = new Int32Array(outWidth * 3);
  for (let start = 0; start < outHeight; start += BAND_ROWS / by) {
    const end = Math.min(outHeight, start + BAND_ROWS / by);
    const top = Math.max(0, start * by - skipY);
    const bottom = Math.min(height, end * by - skipY);
    const rows = readRows(top, bottom - top);
    for (let y = start; y < end; y++) {
      const from = Math.max(0, y * by - skipY);
      const to = Math.min(height, (y + 1) * by - skipY);
      sums.fill(0);
      for (let row = from; row < to; row++) addRow(sums, rows, (row - top) * width * 4, width, by, skipX);
      for (let x = 0; x < outWidth; x++) {
        const across = Math.min(width, (x + 1) * by - skipX) - Math.max(0, x * by - skipX);
        const n = across * (to - from);
        const at = (y * outWidth + x) * 4;
        for (let channel = 0; channel < 3; channel++) data[at + channel] = Math.floor(sums[x * 3 + channel] / n + 0.5);
        data[at + 3] = 255;
      }
    }
  }
  return { data, width: outWidth, height: outHeight };
}

/**
 * @param {Int32Array} sums @param {Uint8Array | Uint8ClampedArray} rows @param {number} at @param {number} width
 * @param {number} by @param {number} skip
 */
function addRow(sums, rows, at, width, by, skip) {
  let inside = skip;
  let to = 0;
  for (let x = 0; x < width; x++, at += 4) {
    sums[to] += rows[at];
    sums[to + 1] += rows[at + 1];
    sums[to + 2] += rows[at + 2];
    if (++inside === by) {
      inside = 0;
      to += 3;
    }
  }
}
