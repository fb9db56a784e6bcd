// Pillow's resize of 8-bit pictures, to the last bit: the same weights in 22 binary digits, the same rounding.
// A browser's own resize moves probabilities by up to 0.08. Source: Pillow's Resample.c.

/**
 * @typedef {{data: Uint8Array | Uint8ClampedArray, width: number, height: number}} Picture
 *   Rows from the top, four bytes a pixel: red, green, blue and one that counts for nothing here.
 * @typedef {{size_px: number, resize_px: number, fit: "crop" | "stretch", interpolation: "bilinear" | "bicubic",
 *   pixels: number, tall_rows_first: boolean}} Preprocess
 *   As in bundle.json; tall_rows_first: see `resized`.
 */

const DIGITS = 22;
const HALF = 1 << (DIGITS - 1);

const FILTERS = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: bicubic },
};

/** @param {number} x */
function bicubic(x) {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

/**
 * Which input pixels make each output pixel, and with what weight.
 * @param {number} inSize @param {number} from @param {number} to the part of the input that is used
 * @param {number} outSize @param {"bilinear" | "bicubic"} name
 */
function plan(inSize, from, to, outSize, name) {
  const filter = FILTERS[name];
  const start = Math.fround(from); // Pillow keeps the box in single precision
  const scale = Math.fround(Math.fround(to) - start) / outSize;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * most);
  const exact = new Float64Array(most);
  for (let out = 0; out < outSize; out++) {
    const centre = start + (out + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(inSize, Math.trunc(centre + support + 0.5)) - low;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      exact[i] = filter.weight((i + low - centre + 0.5) * (1 / stretch));
      sum += exact[i];
    }
    for (let i = 0; i < n; i++) {
      const share = sum === 0 ? exact[i] : exact[i] / sum;
      weights[out * most + i] = Math.trunc(share * (1 << DIGITS) + (share < 0 ? -0.5 : 0.5));
    }
    first[out] = low;
    count[out] = n;
  }
  return { first, count, weights, most };
}

/** @param {number} sum */
function toByte(sum) {
  const level = sum >> DIGITS;
  return level < 0 ? 0 : level > 255 ? 255 : level;
}

/**
 * Some rows made `side` pixels wide: three bytes a pixel.
 * @param {Picture["data"]} data @param {number} size bytes a pixel @param {number} width
 * @param {number} firstRow @param {number} nRows @param {ReturnType<typeof plan>} columns @param {number} side
 */
function across(data, size, width, firstRow, nRows, columns, side) {
  const { first, count, weights, most } = columns;
  const done = new Uint8Array(side * nRows * 3);
  for (let y = 0, to = 0; y < nRows; y++) {
    const line = (firstRow + y) * width;
    for (let x = 0; x < side; x++, to += 3) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let at = (line + first[x]) * size;
      const last = x * most + count[x];
      for (let k = x * most; k < last; k++, at += size) {
        const weight = weights[k];
        red = (red + data[at] * weight) | 0;
        green = (green + data[at + 1] * weight) | 0;
        blue = (blue + data[at + 2] * weight) | 0;
      }
      done[to] = toByte(red);
      done[to + 1] = toByte(green);
      done[to + 2] = toByte(blue);
    }
  }
  return done;
}

/**
 * The same picture `side` pixels high.
 * @param {Uint8Array} data three bytes a pixel @param {number} width
 * @param {number} skipped rows of the plan's picture before the first one here
 * @param {ReturnType<typeof plan>} rows @param {number} side
 */
function down(data, width, skipped, rows, side) {
  const stride = width * 3;
  const done = new Uint8Array(side * stride);
  for (let y = 0; y < side; y++) {
    const start = (rows.first[y] - skipped) * stride;
    const from = y * rows.most;
    for (let x = 0; x < stride; x++) {
      let sum = HALF;
      for (let k = 0, at = start + x; k < rows.count[y]; k++, at += stride) {
        sum = (sum + data[at] * rows.weights[from + k]) | 0;
      }
      done[y * stride + x] = toByte(sum);
    }
  }
  return done;
}

/** @param {Picture["data"]} data @param {number} width @param {number} firstRow @param {number} nRows */
function withoutAlpha(data, width, firstRow, nRows) {
  const done = new Uint8Array(width * nRows * 3);
  for (let to = 0, at = firstRow * width * 4; to < done.length; to += 3, at += 4) {
    done[to] = data[at];
    done[to + 1] = data[at + 1];
    done[to + 2] = data[at + 2];
  }
  return done;
}

/**
 * A part of a picture as a square: three bytes a pixel, red, green, blue.
 * @param {Picture} picture @param {[number, number, number, number]} box left, top, right, bottom
 * @param {number} side @param {"bilinear" | "bicubic"} name
 * @param {boolean} areTallRowsFirst whether Pillow makes a tall picture lower before it makes it narrower (13 and later)
 * @returns {Uint8Array}
 */
export function resized(picture, box, side, name, areTallRowsFirst) {
  const { data, width, height } = picture;
  const [left, top, right, bottom] = box.map(Math.fround);
  const isWidthKept = side === width && left === 0 && right === width;
  const isHeightKept = side === height && top === 0 && bottom === height;
  const columns = plan(width, left, right, side, name);
  const rows = plan(height, top, bottom, side, name);
  const firstRow = rows.first[0];
  const nRows = rows.first[side - 1] + rows.count[side - 1] - firstRow;
  if (isWidthKept || (areTallRowsFirst && height - side > 2 * Math.max(0, width - side))) {
    const bare = withoutAlpha(data, width, firstRow, nRows);
    const lower = isHeightKept ? bare : down(bare, width, firstRow, rows, side);
    return isWidthKept ? lower : across(lower, 3, width, 0, side, columns, side);
  }
  const narrower = across(data, 4, width, firstRow, nRows, columns, side);
  return isHeightKept ? narrower : down(narrower, side, firstRow, rows, side);
}

/**
 * The square that the network sees, of an upright picture; as `square_of` in the program.
 * @param {Picture} picture @param {Preprocess} preprocess
 */
export function squareOf(picture, preprocess) {
  const { width, height } = picture;
  /** @type {[number, number, number, number]} */
  let box = [0, 0, width, height];
  if (preprocess.fit === "crop") {
    const side = (Math.min(width, height) * preprocess.size_px) / preprocess.resize_px;
    const left = (width - side) / 2;
    const top = (height - side) / 2;
    box = [left, top, left + side, top + side];
  }
  return resized(picture, box, preprocess.size_px, preprocess.interpolation, preprocess.tall_rows_first);
}
