// A few small pictures of a label side by side; a press opens one large.
/** @import { Pictures } from "./protocol" */
import { pictureUrl } from "../common/bytes.js";
import { button, element } from "../common/elements.js";

export class Strip {
  /**
   * @param {string} label
   * @param {(keys: number[], at: number) => void} open
   */
  constructor(label, open) {
    this.label = label;
    this.open = open;
    this.box = element("div", "ta-thumbs");
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", `Pictures of ${label}`);
    this.keys = /** @type {number[]} */ ([]);
    this.urls = /** @type {string[]} */ ([]);
  }

  /**
   * The same ones again cost nothing.
   * @param {Pictures} pictures
   */
  show({ keys, jpegs }) {
    if (keys.length === this.keys.length && keys.every((key, i) => key === this.keys[i])) return;
    const hadFocus = this.box.contains(document.activeElement);
    this.clear();
    this.keys = [...keys];
    this.urls = jpegs.map(pictureUrl);
    this.box.hidden = !keys.length;
    this.box.replaceChildren(...this.urls.map((url, i) => {
      const node = button("ta-thumb", "", () => this.open(this.keys, i));
      node.setAttribute("aria-label", `${this.label}, picture ${i + 1} of ${keys.length}: open`);
      node.dataset.key = String(keys[i]);
      if (url) {
        const img = element("img");
        img.src = url;
        img.alt = "";
        node.append(img);
      }
      return node;
    }));
    if (hadFocus) this.focus(-1);
  }

  /**
   * Whether there is a picture to give the focus to; another one where that one has gone.
   * @param {number} key
   */
  focus(key) {
    const at = Math.max(0, this.keys.indexOf(key));
    const node = /** @type {HTMLElement | undefined} */ (this.box.children[at]);
    node?.focus();
    return Boolean(node);
  }

  clear() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    this.keys = [];
  }
}
