// The lines around the grid: above it number, sizes, tidying; below it, always in sight, every decision with its key.
/** @import { GridModel, Size } from "./protocol" */
/** @import { Act } from "./keys.js" */
import { element } from "../common/elements.js";
import { keyed } from "./keyed.js";

/** @type {[Size, string][]} */
const SIZES = [["S", "small"], ["M", "medium"], ["L", "large"]];
const FEW = ["keep", "remove", "relabel", "undo"]; // on a phone; the others behind "more"

export class Bars {
  /**
   * @param {GridModel} model
   * @param {(name: Act, label?: string) => void} act
   */
  constructor(model, act) {
    this.model = model;
    this.act = act;
    this.top = element("div", "ta-grid-top");
    this.count = element("span", "ta-count");
    this.tidy = this.button("t", "tidy", () => act("tidy"));
    this.tidy.title = "Hide decided pictures, most suspicious first";
    const all = this.button("a", "select all", () => act("all"));
    this.sizes = element("div", "ta-sizes");
    this.sizes.setAttribute("role", "radiogroup");
    this.sizes.setAttribute("aria-label", "Size of the pictures");
    this.radios = SIZES.map(([size, name]) => {
      const radio = keyed("", size, () => this.choose(size));
      radio.setAttribute("role", "radio");
      radio.setAttribute("aria-label", name);
      return radio;
    });
    this.sizes.append(...this.radios);
    this.sizes.addEventListener("keydown", (event) => this.walkSizes(event));
    this.top.append(this.count, this.tidy, element("span", "ta-spring"), all, this.sizes);

    this.bottom = element("div", "ta-decide");
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.acts = element("div", "ta-acts");
    this.acts.setAttribute("role", "toolbar");
    this.acts.setAttribute("aria-label", "Decide");
    this.more = keyed("", "more", () => this.open(!this.bottom.classList.contains("ta-open")));
    this.more.className = "ta-more";
    this.bottom.append(this.acts);
    this.open(false);
    // Made once; only the labels among them come and go, so that a press of the others is never lost.
    /** @type {(key: string, text: string, name: Act) => HTMLButtonElement} */
    const button = (key, text, name) => this.button(key, text, () => this.act(name));
    this.relabel = button("r", "relabel", "relabel");
    this.undo = button("u", "undo", "undo");
    this.redo = button("⇧u", "redo", "redo");
    this.redo.setAttribute("aria-keyshortcuts", "Shift+u");
    this.acts.append(
      button("k", "keep", "keep"), button("d", "remove", "remove"), this.relabel, button("s", "not sure", "not sure"),
      button("x", "none of these", "none of these"), element("span", "ta-break"), this.said,
      button("n", "most similar", "near"), button("⏎", "enlarge", "look"), this.undo, this.redo,
      button("?", "all keys", "help"), this.more,
    );
    this.drawActs();
  }

  /**
   * @param {string} key
   * @param {string} text
   * @param {() => void} press
   */
  button(key, text, press) {
    const button = keyed(key, text, press);
    if (FEW.includes(text)) button.classList.add("ta-few");
    return button;
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.bottom.classList.toggle("ta-open", isOpen);
    this.more.setAttribute("aria-expanded", String(isOpen));
  }

  drawActs() {
    this.acts.querySelectorAll(".ta-label").forEach((button) => button.remove());
    this.relabel.before(...this.model.get("labels").map((label, i) => {
      const button = this.button(String(i + 1), label, () => this.act("relabel", label));
      button.classList.add("ta-label");
      button.setAttribute("aria-label", `relabel to ${label}`);
      return button;
    }));
    this.enable();
  }

  enable() {
    this.undo.disabled = !this.model.get("can_undo");
    this.redo.disabled = !this.model.get("can_redo");
  }

  /**
   * @param {number} count
   * @param {number} chosen
   * @param {number} decided
   */
  draw(count, chosen, decided) {
    this.radios.forEach((radio, i) => {
      const isChosen = SIZES[i][0] === this.model.get("size");
      radio.setAttribute("aria-checked", String(isChosen));
      radio.tabIndex = isChosen ? 0 : -1;
    });
    const parts = [`${count.toLocaleString("en")} ${count === 1 ? "picture" : "pictures"}`];
    if (chosen) parts.push(`${chosen.toLocaleString("en")} selected`);
    if (decided) parts.push(`${decided.toLocaleString("en")} decided`);
    const text = parts.join(" · ");
    if (this.count.textContent !== text) this.count.textContent = text;
    this.tidy.hidden = !decided;
  }

  /** @param {Size} size */
  choose(size) {
    this.model.set("size", size);
    this.model.save_changes();
  }

  /** @param {KeyboardEvent} event */
  walkSizes(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.radios.findIndex((radio) => radio === document.activeElement);
    const to = (at + step + SIZES.length) % SIZES.length;
    this.choose(SIZES[to][0]);
    this.radios[to].focus();
  }
}
