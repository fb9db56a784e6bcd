// What a file is by its first bytes, and how a JPEG was held.

export const HEAD_BYTES = 1 << 18;

/** @param {Uint8Array} bytes */
const letters = (bytes) => String.fromCharCode(...bytes); // TextDecoder's latin1 is another alphabet

/**
 * For instance "jpeg"; "" for what is no picture that is known here.
 * @param {Uint8Array} head
 */
export function kindOf(head) {
  const text = letters(head.subarray(0, 64));
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n")) return "png";
  if (text.startsWith("GIF8")) return "gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
  if (text.startsWith("BM")) return "bmp";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  if (text.slice(4, 8) === "ftyp") {
    const brands = text.slice(8, 40);
    if (/avi[fs]/.test(brands)) return "avif";
    return /hei[cxsm]|hev[cx]|mif1|msf1/.test(brands) ? "heic" : "film";
  }
  if (/^P[1-6]\s/.test(text)) return "ppm";
  if (text.startsWith("%PDF")) return "pdf";
  return /^\s*<(\?xml|svg|!DOCTYPE svg)/i.test(text.replace(/^\xef\xbb\xbf/, "")) ? "svg" : "";
}

/**
 * How a JPEG lies, 1 (upright) to 8, as EXIF counts.
 * @param {Uint8Array} head
 */
export function orientationOf(head) {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
      const marker = view.getUint8(at + 1);
      if (marker === 0xda) break;
      if (marker === 0xe1 && letters(head.subarray(at + 4, at + 10)) === "Exif\0\0") {
        return orientationIn(view, at + 10);
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the block is cut off: it says nothing
  }
  return 1;
}

/** @param {DataView} view @param {number} base */
function orientationIn(view, base) {
  const isLittle = view.getUint16(base) === 0x4949;
  const table = base + view.getUint32(base + 4, isLittle);
  const n = Math.min(512, view.getUint16(table, isLittle));
  for (let i = 0; i < n; i++) {
    const entry = table + 2 + 12 * i;
    if (view.getUint16(entry, isLittle) === 0x0112) {
      const value = view.getUint16(entry + 8, isLittle);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}
