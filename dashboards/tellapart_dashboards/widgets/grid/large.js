// One picture large, with everything known about it. `grid` decides and walks; the window follows.
/** @import { Bytes } from "../common/model" */
/** @import { Large } from "./protocol" */
/** @import { Grid } from "./view.js" */
import { pictureUrl } from "../common/bytes.js";
import { element, target } from "../common/elements.js";
import { keyed } from "./keyed.js";
import { keydown } from "./keys.js";
import { likeList } from "./near.js";
import { dialog } from "./windows.js";

// what a button says as its key, its text, the key it stands for
const BUTTONS = [
  ["←", "back", "ArrowLeft"], ["→", "next", "ArrowRight"], ["k", "keep", "k"], ["d", "remove", "d"], ["s", "not sure", "s"],
  ["x", "none of these", "x"], ["r", "relabel", "r"], ["u", "undo", "u"], ["Esc", "close", "Escape"],
];

export class LargeWindow {
  /**
   * @param {HTMLElement} root
   * @param {Grid} grid
   */
  constructor(root, grid) {
    this.grid = grid;
    this.key = -1; // of the picture it shows
    this.url = "";
    this.box = dialog(root, "Picture");
    this.box.classList.add("ta-large");
    this.img = element("img");
    this.side = element("div", "ta-side");
    const acts = element("div", "ta-acts");
    acts.append(...BUTTONS.map(([hint, text, key]) => keyed(hint, text, () => this.press(key))));
    this.box.append(this.img, this.side, acts);
    this.box.addEventListener("keydown", (event) => this.keydown(event));
    this.box.addEventListener("close", () => this.url && URL.revokeObjectURL(this.url));
    this.box.showModal();
    this.box.tabIndex = -1;
    this.box.focus();
  }

  /** @param {string} key */
  press(key) {
    if (key === "Escape") this.box.close();
    else this.keydown(new KeyboardEvent("keydown", { key, cancelable: true }));
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (target(event)?.closest("button") && [" ", "Enter"].includes(event.key)) return;
    if ([" ", "Enter"].includes(event.key)) this.box.close();
    else if (!["n", "t", "?", "a", "Escape"].includes(event.key)) keydown(event, this.grid);
    else return;
    event.preventDefault();
  }

  /**
   * @param {Large} message
   * @param {string} decided
   * @param {Bytes[]} buffers
   */
  show({ facts, tile }, decided, buffers) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = pictureUrl(buffers[0]);
    this.img.src = this.url;
    this.img.alt = tile.label;
    this.img.hidden = !this.url;
    const title = element("h2", "", tile.label);
    if (tile.mark) title.append(" ", element("span", "ta-tag", tile.mark));
    if (decided) title.append(" ", element("span", "ta-verdict", decided));
    const reasons = element("ul", "ta-reasons");
    facts.reasons.forEach((text) => reasons.append(element("li", "", text)));
    const shares = element("div", "ta-shares");
    for (const [label, share, text] of facts.shares) {
      const bar = element("meter");
      bar.value = share;
      bar.setAttribute("aria-label", `${label} ${text}`);
      const name = element("span", "", label);
      name.title = label;
      shares.append(name, bar, element("span", "ta-number", text));
    }
    this.side.replaceChildren(title, reasons);
    if (!this.url) this.side.append(element("p", "ta-file", "This picture cannot be shown; its file may be damaged or missing."));
    if (facts.shares.length) this.side.append(element("h3", "", "What the model predicts, not trained on it"), shares);
    if (facts.near.length) this.side.append(element("h3", "", "Most similar"), likeList(facts.near, buffers.slice(1)));
    this.side.append(element("p", "ta-file", facts.file));
  }
}
