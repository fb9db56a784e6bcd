// The pictures most like one in a small card beside it, which opens by key or under the resting mouse.
/** @import { Bytes } from "../common/model" */
/** @import { GridModel, Near } from "./protocol" */
import { element, target } from "../common/elements.js";
import { alikeList } from "../looking/alike.js";
import { tell } from "../looking/tell.js";

const HOVER_MS = 650;

export class NearCard {
  /**
   * @param {GridModel} model
   * @param {HTMLElement} root
   * @param {(key: number) => HTMLElement | undefined} tileOf
   * @param {(text: string) => void} announce
   */
  constructor(model, root, tileOf, announce) {
    this.model = model;
    this.root = root;
    this.tileOf = tileOf;
    this.announce = announce;
    this.box = /** @type {HTMLElement | null} */ (null);
    this.key = -1;
    this.isAnnounced = false; // asked for by key, so that it stays when the mouse goes elsewhere
    this.isEarly = false; // there was nothing to show yet
    this.hovering = 0;
  }

  /** @param {number} key */
  toggle(key) {
    if (this.box) this.close();
    else this.open(key, true);
  }

  /**
   * @param {number} key
   * @param {boolean} isAnnounced
   */
  open(key, isAnnounced) {
    this.close();
    this.box = element("div", "ta-pop");
    this.box.setAttribute("role", "region");
    this.box.setAttribute("aria-label", "Most similar");
    this.box.hidden = true;
    this.key = key;
    this.isAnnounced = isAnnounced;
    this.root.append(this.box);
    tell(this.model, { t: "near", key });
  }

  /** What was not known may be known by now. */
  again() {
    if (this.box && this.isEarly) tell(this.model, { t: "near", key: this.key });
  }

  close() {
    this.isEarly = false;
    this.box?.remove();
    this.box = null;
  }

  /** One that the mouse opened. */
  closeHovered() {
    if (!this.isAnnounced) this.close();
  }

  /**
   * @param {Near} message
   * @param {Bytes[]} buffers
   */
  show({ key, near }, buffers) {
    const tile = this.tileOf(key);
    if (!this.box || this.key !== key || !tile) return;
    this.isEarly = !near.length;
    const words = near.map((one) => `${one.label} ${one.note}`).join(", ") || "none yet: the check has not finished";
    if (this.isAnnounced) this.announce(`Most similar: ${words}`);
    this.box.replaceChildren(element("b", "", "Most similar"), near.length ? alikeList(near, buffers) : element("p", "", words));
    this.box.hidden = false;
    const at = tile.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const right = at.right + 8 + width < window.innerWidth ? at.right + 8 : at.left - 8 - width;
    const beside = right >= 8;
    const x = beside ? right : Math.min(Math.max(8, at.left), window.innerWidth - width - 8);
    const y = beside ? at.top : at.bottom + 8 + height < window.innerHeight ? at.bottom + 8 : at.top - 8 - height;
    this.box.style.left = `${x}px`;
    this.box.style.top = `${Math.min(Math.max(8, y), Math.max(8, window.innerHeight - height - 8))}px`;
  }

  /** @param {PointerEvent} event */
  hover(event) {
    clearTimeout(this.hovering);
    const tile = /** @type {HTMLElement | null | undefined} */ (target(event)?.closest(".ta-tile"));
    if (event.pointerType !== "mouse" || event.buttons) return;
    const key = tile ? Number(tile.dataset.key) : -1;
    if (tile && this.box && this.key === key) return;
    this.closeHovered();
    if (tile) this.hovering = setTimeout(() => this.box || this.open(key, false), HOVER_MS);
  }
}
