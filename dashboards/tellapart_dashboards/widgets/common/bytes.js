// Bytes from Python.
/** @import { Bytes } from "./model" */

/**
 * The bytes alone, for an array of numbers: the view may start where such an array cannot.
 * @param {Bytes} view
 */
export function copied(view) {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/**
 * The address of a JPEG, to be revoked when nobody shows it any more; "" where there are no bytes.
 * @param {Bytes | Uint8Array<ArrayBuffer> | undefined} jpeg
 */
export function pictureUrl(jpeg) {
  return jpeg?.byteLength ? URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" })) : "";
}
