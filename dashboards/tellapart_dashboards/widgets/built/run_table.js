// Built by `make widgets` from run_table/run_table.js and the modules it imports: change those, not this file.
// 9fd4b8a78fa60b7aa0bfb03a0c49129fccfb5ad6530259c39a6e91dd524ed4ee

// Parts of a page. Texts go in as text, never as HTML: labels may look like it.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string | number} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== "") node.textContent = String(text);
  return node;
}

/**
 * A button that submits no form.
 * @param {string} className
 * @param {string | number} text
 * @param {(event: MouseEvent) => void} [press]
 */
function button(className, text, press) {
  const node = element("button", className, text);
  node.type = "button";
  if (press) node.addEventListener("click", press);
  return node;
}

/**
 * The children become these, in this order. Those that were there are not touched, so that they keep the focus and a
 * press that has begun.
 * @param {Element} parent
 * @param {Element[]} nodes
 */
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  [...parent.children].filter((node) => !wanted.has(node)).forEach((node) => node.remove());
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
}

/**
 * The element that an event came from.
 * @param {Event} event
 */
function target(event) {
  return event.target instanceof Element ? event.target : null;
}

// Files that the browser saves.

const ADDRESS_MS = 60000; // long enough for a browser to have taken the file

/**
 * Have the browser save this where it saves downloads.
 * @param {string} name
 * @param {Blob} content
 */
function saveFile(name, content) {
  const link = element("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), ADDRESS_MS);
}

// What lies in the trash: a list that unfolds, with a way back for each.

/** @typedef {{ key: string, name: string, text: string }} Deleted text: when it was deleted, or what it is */

class Trash {
  /** @param {(key: string) => void} restore */
  constructor(restore) {
    this.restore = restore;
    this.root = element("details");
    this.summary = element("summary");
    this.list = element("ul");
    this.list.setAttribute("role", "list");
    this.root.append(this.summary, this.list);
    this.items = /** @type {Map<string, HTMLElement>} */ (new Map());
  }

  /**
   * Those that were there keep their element: a press that has begun is one on the button that it began on.
   * @param {Deleted[]} deleted
   */
  show(deleted) {
    this.root.hidden = !deleted.length;
    this.summary.textContent = `In the trash (${deleted.length})`;
    this.items = new Map(deleted.map((one) => {
      const id = JSON.stringify([one.key, one.name, one.text]);
      return [id, this.items.get(id) ?? this.item(one)];
    }));
    arrange(this.list, [...this.items.values()]);
  }

  /** @param {Deleted} deleted */
  item({ key, name, text }) {
    const item = element("li");
    const back = button("ta-action", "Bring back", () => this.restore(key));
    back.setAttribute("aria-label", `Bring back: ${name || text}`);
    item.append(element("b", "", name), " ", element("span", "ta-soft", text), " ", back);
    return item;
  }
}

// One training: a tick to compare it, its name, its numbers, and what can be done with it.
/** @import { RunRow, Wish } from "./protocol" */

class Row {
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

// The trainings of a project: see run_table.py for the traits and the wishes. Rows keep their element while their numbers
// or their order change, so that nobody loses the name they are typing.
/** @import { Context } from "../common/model" */
/** @import { FromPython, RunRow, ToPython, Traits } from "./protocol" */
/** @import { Bytes } from "../common/model" */

/** @type {[string, keyof RunRow | ""][]} */
const COLUMNS = [
  ["Compare", ""], ["Name", "name"], ["Trained", "started"], ["Recipe", "recipe"], ["Error (95 % interval)", "error"],
  ["Pictures", "pictures"], ["Took", "seconds"], ["Size", "bytes"], ["Actions", ""],
];
const CLASSES = ["", "", "ta-when", "ta-recipe", "ta-error_text", "ta-pictures", "ta-time", "ta-size", ""];

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const wish = (/** @type {ToPython} */ message) => model.send(message);
  const root = element("div", "ta-runs");
  const scroll = element("div", "ta-sheet");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Trainings");
  const table = element("table");
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  const trash = new Trash((run) => wish({ t: "restore", run }));
  scroll.append(table);
  root.append(scroll, trash.root);
  el.append(root);

  let [by, isDown] = /** @type {[keyof RunRow, boolean]} */ (["started", true]);
  const heads = COLUMNS.map(([text, column], i) => {
    const cell = element("th", CLASSES[i]);
    cell.scope = "col";
    if (!column) {
      cell.textContent = text;
    } else {
      cell.append(button("ta-sort", text, () => {
        [by, isDown] = [column, by === column ? !isDown : column === "started"];
        draw();
      }));
    }
    head.append(cell);
    return cell;
  });

  /** @param {string} run */
  function choose(run) {
    const before = model.get("chosen");
    const chosen = before.includes(run) ? before.filter((one) => one !== run) : [...before, run].slice(-2);
    model.set("chosen", chosen);
    model.save_changes();
    wish({ t: "compare", runs: chosen });
    draw();
  }

  const asked = /** @type {Set<string>} */ (new Set()); // here: another view of the same table saves its own

  /** @param {string} run */
  function report(run) {
    asked.add(run);
    wish({ t: "report", run });
  }

  /** @param {FromPython} message @param {Bytes[]} buffers */
  function save({ run, name }, buffers) {
    const row = rows.get(run);
    if (row) row.report.disabled = false;
    if (asked.delete(run) && name) saveFile(name, new Blob([buffers[0]], { type: "text/html" }));
  }

  let rows = /** @type {Map<string, Row>} */ (new Map());
  const draw = () => {
    const told = [...model.get("rows")].sort((a, b) => {
      const [one, other] = [a[by], b[by]];
      if ((one === null) !== (other === null)) return one === null ? 1 : -1; // without a result: last, both ways
      const order = typeof one === "number" && typeof other === "number"
        ? one - other : String(one).localeCompare(String(other));
      return (isDown ? -order : order) || b.started - a.started;
    });
    const chosen = model.get("chosen");
    rows = new Map(told.map(({ run }) => [run, rows.get(run) ?? new Row(wish, run, choose, report)]));
    arrange(body, [...rows.values()].map((row) => row.root));
    told.forEach((row) => rows.get(row.run)?.show(row, chosen.includes(row.run)));
    heads.forEach((cell, i) => {
      const column = COLUMNS[i][1];
      if (column) cell.setAttribute("aria-sort", column !== by ? "none" : isDown ? "descending" : "ascending");
    });
    scroll.hidden = !told.length;
    trash.show(model.get("trash").map(({ run, name, text }) => ({ key: run, name, text })));
  };

  model.on("msg:custom", save);
  model.on("change:rows change:trash change:chosen", draw);
  draw();
  return () => {
    model.off("msg:custom", save);
    model.off(null, null, draw);
  };
}

var run_table = { render };

export { run_table as default };
