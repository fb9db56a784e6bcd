// One place in the grid: a picture, its words, what was decided. Places are used again for other pictures.
/** @import { Words } from "../looking/protocol" */
import { element } from "../common/elements.js";

let made = 0;

/**
 * Words of which the number at the end is never cut off, and a label as late as possible: "looks like oak 91 %", or
 * where there is less room "oak? 91 %".
 * @param {HTMLElement} node
 * @param {string} text
 */
function write(node, text) {
  const [, before = "", words, number = ""] = /^(looks like |model: )?(.*?)( \S+\u00a0%)?$/.exec(text) ?? ["", "", text];
  node.title = text;
  node.replaceChildren(
    ...(before ? [element("span", "ta-before", before)] : []), element("span", "ta-cut", words),
    ...(number ? [element("span", "ta-percent", number)] : []),
  );
  return node;
}

export class Tile {
  /** @param {string} prefix of the ids of this page's tiles */
  constructor(prefix) {
    this.node = element("div", "ta-tile");
    this.node.setAttribute("role", "option");
    this.node.id = `${prefix}-${(made += 1)}`;
    this.img = element("img");
    this.img.alt = "";
    this.img.draggable = false;
    this.img.decoding = "async";
    this.frame = element("div", "ta-frame");
    this.missing = element("span", "ta-missing");
    this.decided = element("b", "ta-decided");
    this.licence = element("span", "ta-mark");
    this.frame.append(this.img, this.missing, this.licence, this.decided);
    this.name = element("span", "ta-name");
    this.chips = element("span", "ta-chips");
    this.said = element("span", "ta-model");
    const words = element("div", "ta-words");
    words.append(this.name, this.chips, this.said);
    this.node.append(this.frame, words);
    this.address = /** @type {string | undefined} */ (undefined);
    this.words = /** @type {string | undefined} */ (undefined);
  }

  /**
   * @param {number} key
   * @param {number} position
   * @param {number} count
   * @param {Words | undefined} tile
   * @param {string | undefined} address undefined while on its way, "" when the picture cannot be shown
   * @param {string} decided
   */
  fill(key, position, count, tile, address, decided) {
    this.node.dataset.key = String(key);
    this.node.dataset.position = String(position);
    this.node.setAttribute("aria-posinset", String(position + 1));
    this.node.setAttribute("aria-setsize", String(count));
    if (this.address !== address) {
      this.address = address;
      if (address) this.img.src = address;
      else this.img.removeAttribute("src");
      this.missing.textContent = address === "" ? "cannot be shown" : "";
    }
    const words = tile && [tile.label, ...tile.chips, tile.said, tile.mark, decided].join("\n");
    if (this.words === words && tile) return;
    this.words = words;
    if (tile) this.node.removeAttribute("aria-label"); // its own words are its name
    else this.node.setAttribute("aria-label", "picture, still loading");
    this.node.classList.toggle("ta-done", Boolean(decided));
    this.node.classList.toggle("ta-gone", decided === "removed");
    this.decided.textContent = decided || "";
    this.licence.textContent = tile ? tile.mark : "";
    this.name.textContent = this.name.title = tile ? tile.label : "";
    this.chips.replaceChildren(...(tile ? tile.chips : []).map((text) => write(element("span", "ta-tag"), text)));
    write(this.said, tile ? tile.said : "");
  }

  /**
   * @param {boolean} isChosen
   * @param {boolean} isCurrent
   */
  mark(isChosen, isCurrent) {
    this.node.classList.toggle("ta-chosen", isChosen);
    this.node.classList.toggle("ta-current", isCurrent);
    this.node.setAttribute("aria-selected", String(isChosen));
    this.node.tabIndex = isCurrent ? 0 : -1;
  }
}
