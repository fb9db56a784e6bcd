// Masks as zlib's bytes, to and from Python.
/** @import { Bytes } from "../common/model" */
import { copied } from "../common/bytes.js";

/**
 * The values of a mask; null where there is none.
 * @param {Bytes | undefined} packed
 */
export async function unpackedMask(packed) {
  if (!packed?.byteLength) return null;
  return new Uint8Array(await through(copied(packed), new DecompressionStream("deflate")));
}

/** @param {Uint8Array<ArrayBuffer>} values */
export const packedMask = (values) => through(values, new CompressionStream("deflate"));

/**
 * @param {ArrayBuffer | Uint8Array<ArrayBuffer>} data
 * @param {CompressionStream | DecompressionStream} stream
 */
function through(data, stream) {
  return new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer();
}
