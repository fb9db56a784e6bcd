// The line below the grid, always in sight: the decisions with their keys and what came of them; the others behind "more".
/** @import { GridModel } from "./protocol" */
/** @import { Act } from "./keys.js" */
import { element } from "../common/elements.js";
import { keyed } from "../looking/keyed.js";

const FEW = ["keep", "remove", "relabel", "undo"]; // on a phone; the others behind "more"

export class Bars {
  /**
   * @param {GridModel} model
   * @param {(name: Act, label?: string) => void} act
   */
  constructor(model, act) {
    this.model = model;
    this.act = act;
    this.count = element("span", "ta-count");
    this.bottom = element("div", "ta-decide");
    this.bottom.setAttribute("role", "toolbar");
    this.bottom.setAttribute("aria-label", "Decide");
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.acts = element("div", "ta-acts");
    this.rest = element("div", "ta-rest");
    this.more = keyed("", "more", () => this.open(!this.bottom.classList.contains("ta-open")));
    this.more.classList.add("ta-few");
    // Made once; only the labels among them come and go, so that a press of the others is never lost.
    /** @type {(key: string, text: string, name: Act) => HTMLButtonElement} */
    const button = (key, text, name) => this.button(key, text, () => this.act(name));
    this.relabel = button("r", "relabel", "relabel");
    this.relabel.classList.add("ta-relabel");
    this.undo = button("u", "undo", "undo");
    this.redo = button("⇧u", "redo", "redo");
    this.redo.setAttribute("aria-keyshortcuts", "Shift+u");
    this.tidy = button("t", "tidy", "tidy");
    this.tidy.title = "Hide decided pictures, most suspicious first";
    this.rest.append(
      button("s", "not sure", "not sure"), button("x", "none of these", "none of these"), button("n", "most similar", "near"),
      button("⏎", "enlarge", "look"), button("a", "select all", "all"), this.redo, button("?", "all keys", "help"),
    );
    this.acts.append(
      button("k", "keep", "keep"), button("d", "remove", "remove"), this.relabel, this.said, this.count, this.tidy,
      this.undo, this.more,
    );
    this.bottom.append(this.rest, this.acts);
    this.open(false);
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
      button.prepend(element("span", "ta-unseen", "relabel to "));
      return button;
    }));
    this.relabel.classList.toggle("ta-many", this.model.get("all_labels").length > this.model.get("labels").length);
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
    let text = `${count.toLocaleString("en")} ${count === 1 ? "picture" : "pictures"}`;
    if (decided) text = `${decided.toLocaleString("en")} decided`;
    if (chosen) text = `${chosen.toLocaleString("en")} selected`;
    if (this.count.textContent !== text) this.count.textContent = text;
    this.tidy.hidden = !decided;
    this.bottom.classList.toggle("ta-choosing", chosen > 0);
  }
}
