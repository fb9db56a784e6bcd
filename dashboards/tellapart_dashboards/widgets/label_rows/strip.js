// A few small pictures of a label side by side.
/** @import { Bytes } from "../common/model" */
import { pictureUrl } from "../common/bytes.js";
import { element } from "../common/elements.js";

export class Strip {
  constructor() {
    this.box = element("div", "ta-thumbs");
    this.seen = /** @type {number[]} */ ([]); // how many bytes each has
    this.urls = /** @type {string[]} */ ([]);
  }

  /**
   * The same ones again cost nothing.
   * @param {Bytes[]} jpegs
   */
  show(jpegs) {
    const bytes = jpegs.filter((jpeg) => jpeg.byteLength);
    if (bytes.length === this.seen.length && bytes.every((jpeg, i) => jpeg.byteLength === this.seen[i])) return;
    this.clear();
    this.seen = bytes.map((jpeg) => jpeg.byteLength);
    this.urls = bytes.map(pictureUrl);
    this.box.replaceChildren(...this.urls.map((url) => {
      const img = element("img");
      img.src = url;
      img.alt = "";
      return img;
    }));
  }

  clear() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    this.seen = [];
  }
}
