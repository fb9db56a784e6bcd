// A row: a label, its pictures, the words to search for, how the search goes and what it found.
/** @import { LabelRow, RowsModel, Wish } from "./protocol" */
import { element } from "../common/elements.js";
import { field, oneLine } from "./fields.js";
import { Held } from "./held.js";
import { Menu } from "./menu.js";
import { Strip } from "./strip.js";

const NOTHING = { ids: [], jpegs: [], names: [], marks: [] };

export class Row {
  /**
   * @param {RowsModel} model
   * @param {Wish} wish
   * @param {string} label
   */
  constructor(model, wish, label) {
    this.model = model;
    this.wish = wish;
    this.label = label;
    this.told = /** @type {string | undefined} */ (undefined); // the words that the project has
    this.menu = new Menu(wish, label);
    this.root = element("li", "ta-label");
    this.root.setAttribute("aria-label", label);
    this.root.dataset.dropLabel = label; // the upload gives what is dropped here this label
    const head = element("div", "ta-head");
    const name = element("b", "ta-name", label);
    this.number = element("span", "ta-count");
    head.append(name, this.number, this.menu.root);
    this.share = element("i");
    const bar = element("div", "ta-bar");
    bar.setAttribute("aria-hidden", "true");
    bar.append(this.share);
    this.strip = new Strip();
    this.query = field(`Search words for ${label}`, label);
    const search = oneLine(this.query, "Search", () => {
      this.sendQuery();
      wish({ t: "search", labels: [label] });
    });
    this.search = search.go;
    this.search.setAttribute("aria-label", `Search pictures of ${label}`);
    this.query.addEventListener("change", () => this.sendQuery());
    this.status = element("p", "ta-status");
    this.status.setAttribute("role", "status");
    this.more = element("details", "ta-more");
    this.answers = element("ul");
    this.more.append(element("summary", "", "Answers of the sources"), this.answers);
    this.progress = element("progress");
    this.progress.max = 1;
    this.progress.setAttribute("aria-label", `Search for ${label}`);
    this.held = new Held(wish, label);
    this.root.append(head, bar, this.strip.box, search.form, this.progress, this.status, this.more, this.held.root);
  }

  sendQuery() {
    this.wish({ t: "query", label: this.label, text: this.query.value });
  }

  /**
   * @param {LabelRow} row
   * @param {string[]} others the other labels
   */
  show(row, others) {
    this.number.textContent = `${row.n.toLocaleString("en")} ${row.n === 1 ? "picture" : "pictures"}`;
    this.share.style.width = `${100 * row.share}%`;
    if (row.query !== this.told) { // else what was typed a moment ago is still on its way to the project
      this.told = row.query;
      if (document.activeElement !== this.query) this.query.value = row.query;
    }
    this.status.textContent = row.status;
    this.status.classList.toggle("ta-bad", row.kind === "failed");
    this.more.hidden = !row.more.length;
    this.answers.replaceChildren(...row.more.map((text) => element("li", "", text)));
    this.progress.hidden = row.progress < 0;
    if (row.progress >= 0) this.progress.value = row.progress;
    this.search.disabled = this.model.get("is_searching");
    this.strip.show(this.model.get("strips")[this.label] ?? []);
    this.held.show(this.model.get("held")[this.label] ?? NOTHING, row.n_held, row.left_out);
    this.menu.show(others);
  }

  clear() {
    this.strip.clear();
    this.held.clear();
  }
}
