// The trainings of a project: see run_table.py for the traits and the wishes. Rows keep their element while their numbers
// or their order change, so that nobody loses the name they are typing.
/** @import { Context } from "../common/model" */
/** @import { FromPython, RunRow, ToPython, Traits } from "./protocol" */
/** @import { Bytes } from "../common/model" */
import { arrange, button, element } from "../common/elements.js";
import { saveFile } from "../common/saving.js";
import { Trash } from "../common/trash.js";
import { Row } from "./row.js";

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

export default { render };
