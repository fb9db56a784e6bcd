// What can be changed about a label: its name, into which other one it goes, whether it stays.
/** @import { ToPython, Wish } from "./protocol" */
import { button, element, target } from "../common/elements.js";
import { field, offer, oneLine } from "./fields.js";

export class Menu {
  /**
   * @param {Wish} wish
   * @param {string} label
   */
  constructor(wish, label) {
    this.names = "";
    this.root = element("details", "ta-menu");
    this.summary = element("summary", "", "Change");
    this.summary.setAttribute("aria-label", `Change ${label}: rename, merge or remove`);
    const box = element("div", "ta-menubox");
    const rename = field(`New name of ${label}`);
    rename.value = label;
    this.into = element("select");
    this.into.setAttribute("aria-label", `Merge ${label} into`);
    this.mergeLine = element("div", "ta-oneline");
    const send = (/** @type {ToPython} */ message) => {
      this.close(); // what had the focus is gone with the menu
      wish(message);
    };
    this.mergeLine.append(this.into, button("ta-action", "Merge", () => {
      if (this.into.value) send({ t: "merge", label, into: this.into.value });
    }));
    box.append(
      oneLine(rename, "Rename", (to) => send({ t: "rename", label, to })).form,
      this.mergeLine,
      button("ta-action", "Remove this label", () => send({ t: "remove", label })),
    );
    this.root.append(this.summary, box);
    this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    const elsewhere = (/** @type {Event} */ event) => {
      if (!this.root.contains(target(event))) this.root.open = false;
    };
    this.root.addEventListener("toggle", () => {
      const change = this.root.open ? "addEventListener" : "removeEventListener";
      document[change]("pointerdown", elsewhere);
      document[change]("focusin", elsewhere);
    });
  }

  /** @param {string[]} others the other labels */
  show(others) {
    this.mergeLine.hidden = !others.length;
    const names = others.join("\n");
    if (this.names === names) return;
    this.names = names;
    offer(this.into, "Merge into …", others);
  }

  close() {
    this.root.open = false;
    this.summary.focus();
  }
}
