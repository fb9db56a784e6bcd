// One project: its name leads into it, and what can be done with it.
/** @import { ProjectRow, Wish } from "./protocol" */
import { button, element } from "../common/elements.js";

export class Row {
  /**
   * @param {Wish} wish
   * @param {string} name
   * @param {string} address
   */
  constructor(wish, name, address) {
    this.name = name;
    this.root = element("li");
    this.link = element("a", "ta-name", name);
    this.link.href = location.pathname + address;
    this.open = element("span", "ta-open", "open");
    this.form = element("form");
    this.form.hidden = true;
    this.field = element("input");
    this.field.type = "text";
    this.field.maxLength = 120;
    this.field.setAttribute("aria-label", `New name of ${name}`);
    const save = button("ta-action", "Save");
    save.type = "submit";
    this.form.append(this.field, save);
    const head = element("div", "ta-who");
    head.append(this.link, this.open, this.form);
    this.facts = element("div", "ta-facts-line");
    const left = element("div", "ta-what");
    left.append(head, this.facts);

    this.rename = button("ta-choose", "Rename", () => this.write(true));
    const copy = button("ta-choose", "Duplicate", () => wish({ t: "duplicate", name }));
    const remove = button("ta-choose", "Delete", () => wish({ t: "delete", name }));
    const forget = button("ta-choose", "Take off the list", () => wish({ t: "forget", address }));
    this.own = [this.rename, copy, remove];
    this.others = [forget];
    [...this.own, ...this.others].forEach((one) => one.setAttribute("aria-label", `${one.textContent}: ${name}`));
    const keys = element("div", "ta-keys");
    keys.append(...this.own, ...this.others);
    this.root.append(left, keys);

    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      wish({ t: "rename", name, to: this.field.value });
      this.write(false);
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.write(false);
      event.stopPropagation();
    });
  }

  /** @param {boolean} isWriting whether a name is being typed */
  write(isWriting) {
    this.form.hidden = !isWriting;
    this.link.hidden = isWriting;
    if (!isWriting) {
      this.rename.focus();
      return;
    }
    this.field.value = this.name;
    this.field.focus();
    this.field.select();
  }

  /**
   * @param {ProjectRow} row
   * @param {boolean} canChange
   */
  show(row, canChange) {
    this.open.hidden = !row.is_open;
    if (row.is_open) this.link.setAttribute("aria-current", "page");
    else this.link.removeAttribute("aria-current");
    this.facts.textContent = [row.problem || row.facts, row.when, row.where].filter(Boolean).join(" · ");
    this.facts.classList.toggle("ta-bad", Boolean(row.problem));
    this.own.forEach((one) => { one.hidden = !canChange || !row.is_here; });
    this.others.forEach((one) => { one.hidden = !canChange || row.is_here; });
  }
}
