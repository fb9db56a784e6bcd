// Many pictures as packed.py sends them: all JPEGs joined, and where each begins.
/** @import { Bytes } from "./model" */
import { copied, pictureUrl } from "./bytes.js";

export class PackedPictures {
  constructor() {
    this.blob = /** @type {Bytes} */ (new DataView(new ArrayBuffer(0)));
    this.offsets = new Uint32Array(1);
    this.urls = /** @type {string[]} */ ([]);
  }

  get count() { return this.offsets.length - 1; }

  /**
   * Whether the two belong together: else one of them is still on its way, and those before stay.
   * @param {Bytes} blob
   * @param {Bytes} offsets
   */
  take(blob, offsets) {
    const next = new Uint32Array(copied(offsets));
    if (!next.length || next[next.length - 1] !== blob.byteLength) return false;
    this.forget();
    this.blob = blob;
    this.offsets = next;
    return true;
  }

  /**
   * The address of a picture, made when it is first asked for; "" for one that cannot be shown.
   * @param {number} i
   */
  url(i) {
    const begin = this.offsets[i];
    this.urls[i] ??= pictureUrl(new Uint8Array(this.blob.buffer, this.blob.byteOffset + begin, this.offsets[i + 1] - begin));
    return this.urls[i];
  }

  /** No address is valid any more. */
  forget() {
    this.urls.filter(Boolean).forEach((address) => URL.revokeObjectURL(address));
    this.urls = [];
  }
}
