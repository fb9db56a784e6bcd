// A place of the gallery: a picture, its words, what was decided about it.
import { element } from "../common/elements.js";

/** @typedef {{ caption: string, badge: string, mark: string, decided: string }} Texts */

/** @param {Texts} texts */
export const words = ({ caption, badge, mark, decided }) => [caption, badge, mark, decided].filter(Boolean).join(", ");

export class Tile {
  /**
   * @param {string} id
   * @param {number} i its position
   * @param {number} count
   * @param {string} address "" for a picture that cannot be shown
   */
  constructor(id, i, count, address) {
    this.node = element("div", "ta-tile");
    this.node.id = id;
    this.node.setAttribute("role", "option");
    this.node.setAttribute("aria-posinset", String(i + 1));
    this.node.setAttribute("aria-setsize", String(count));
    const frame = element("div", "ta-frame");
    if (address) {
      const img = element("img");
      img.src = address;
      img.alt = "";
      img.draggable = false;
      frame.append(img);
    } else frame.append(element("div", "ta-missing", "cannot be shown"), " ");
    this.mark = element("span", "ta-mark");
    this.decided = element("b", "ta-decided");
    frame.append(this.mark, " ", this.decided, " "); // words of their own to a screen reader as well
    this.name = element("span", "ta-name");
    this.badge = element("span", "ta-tag");
    const lines = element("p");
    lines.append(this.name, " ", this.badge);
    this.node.append(frame, lines);
  }

  /** @param {Texts} texts */
  fill(texts) {
    this.mark.textContent = texts.mark;
    this.name.textContent = this.name.title = texts.caption;
    this.badge.textContent = this.badge.title = texts.badge.replaceAll(" %", "\u00a0%");
    this.badge.hidden = !texts.badge;
    this.decided.textContent = texts.decided;
    this.node.classList.toggle("ta-done", Boolean(texts.decided));
    this.node.classList.toggle("ta-gone", texts.decided === "removed");
  }

  /**
   * @param {boolean} isSelected
   * @param {boolean} isCurrent the one that has or gets the focus
   */
  choose(isSelected, isCurrent) {
    this.node.classList.toggle("ta-selected", isSelected);
    this.node.setAttribute("aria-selected", String(isSelected));
    this.node.tabIndex = isCurrent ? 0 : -1;
  }
}
