// One training: a tick to compare it, its name, its numbers, and what can be done with it.
/** @import { RunRow, Wish } from "./protocol" */
import { button, element } from "../common/elements.js";

export class Row {
  /**
   * @param {Wish} wish
   * @param {string} run
   * @param {(run: string) => void} choose
   * @param {(run: string) => void} report
   */
  constructor(wish, run, choose, report) {
    this.wish = wish;
    this.run = run;
    this.told = "";
    this.root = element("tr");
    this.root.dataset.run = run;
    this.tick = element("input");
    this.tick.type = "checkbox";
    this.tick.addEventListener("change", () => choose(run));
    const first = this.root.insertCell();
    first.append(this.tick);
    this.head = element("th");
    this.head.scope = "row";
    this.title = element("span", "ta-title");
    this.form = element("form");
    this.form.hidden = true;
    this.field = element("input");
    this.field.type = "text";
    this.field.maxLength = 60;
    this.save = button("ta-action", "Save");
    this.save.type = "submit";
    this.form.append(this.field, this.save);
    this.head.append(this.title, this.form);
    this.root.append(this.head);
    this.cells = ["when", "recipe", "error_text", "pictures", "time", "size"].map((name) => {
      const cell = this.root.insertCell();
      cell.className = `ta-${name}`;
      return cell;
    });
    this.note = element("div", "ta-note");
    this.resume = button("ta-choose", "Resume", () => wish({ t: "resume", run }));
    this.report = button("ta-choose", "Report", () => { this.report.disabled = true; report(run); });
    this.rename = button("ta-choose", "Rename", () => this.write(true));
    this.remove = button("ta-choose", "Delete", () => wish({ t: "delete", run }));
    const last = this.root.insertCell();
    last.className = "ta-keys";
    last.append(this.resume, this.report, this.rename, this.remove);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      wish({ t: "rename", run, name: this.field.value });
      this.write(false);
    });
    this.form.addEventListener("keydown", (event) => { if (event.key === "Escape") this.write(false); });
  }

  /** @param {boolean} isWriting whether a name is being typed */
  write(isWriting) {
    this.form.hidden = !isWriting;
    this.title.hidden = isWriting;
    if (!isWriting) {
      this.rename.focus();
      return;
    }
    this.field.value = this.told;
    this.field.focus();
    this.field.select();
  }

  /**
   * @param {RunRow} row
   * @param {boolean} isChosen
   */
  show(row, isChosen) {
    const title = row.name || row.when;
    this.told = row.name;
    this.title.textContent = row.name || "no name";
    this.title.classList.toggle("ta-nameless", !row.name);
    this.tick.checked = isChosen;
    this.tick.hidden = this.report.hidden = row.error === null;
    this.resume.hidden = !row.can_resume;
    this.tick.setAttribute("aria-label", `Compare ${title}`);
    this.field.setAttribute("aria-label", `Name of ${title}`);
    this.resume.setAttribute("aria-label", `Resume ${title}`);
    this.report.setAttribute("aria-label", `Report of ${title}`);
    this.rename.setAttribute("aria-label", `Rename ${title}`);
    this.remove.setAttribute("aria-label", `Delete ${title}`);
    const pictures = row.pictures ? row.pictures.toLocaleString("en") : "–";
    const texts = [row.when, row.recipe, row.error_text, pictures, row.time, row.size];
    texts.forEach((text, i) => { if (this.cells[i].textContent !== text) this.cells[i].textContent = text; });
    this.note.textContent = row.note;
    if (row.note) this.cells[2].append(this.note);
  }
}
