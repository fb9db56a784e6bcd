// The confusion matrix; above a large one the commonest mix-ups by name, since nobody finds them among zeros.
// Off-diagonal numbers are buttons: one press shows those pictures, another one shows all.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { button, element } from "../common/elements.js";

const MANY = 12;

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-matrix");
  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "What is mistaken for what");
  el.append(root);

  const top = element("ul", "ta-mixups");
  top.setAttribute("aria-label", "Most common mistakes");
  el.prepend(top);

  /**
   * The button of a cell.
   * @param {number} actual
   * @param {number} predicted
   * @param {string | number} text
   * @param {string} [name]
   */
  function chooser(actual, predicted, text, name) {
    const cell = `${actual},${predicted}`;
    const node = button("", text, () => {
      model.set("chosen", model.get("chosen").join() === cell ? [] : [actual, predicted]);
      model.save_changes();
    });
    if (name) node.setAttribute("aria-label", name);
    node.dataset.cell = cell;
    return node;
  }

  /**
   * @param {string[]} classes
   * @param {number[][]} counts
   */
  function drawTop(classes, counts) {
    const cells = counts.flatMap((row, actual) => row.map((n, predicted) => ({ n, actual, predicted })));
    const wrong = cells.filter(({ n, actual, predicted }) => n && actual !== predicted).sort((a, b) => b.n - a.n);
    top.hidden = classes.length <= MANY;
    top.replaceChildren(...(top.hidden ? [] : wrong.slice(0, 5)).map(({ n, actual, predicted }) => {
      const item = element("li");
      item.append(chooser(actual, predicted, `${n} × ${classes[actual]} mistaken for ${classes[predicted]}`));
      return item;
    }));
  }

  function draw() {
    const classes = model.get("classes");
    const counts = model.get("counts");
    drawTop(classes, counts);
    const table = element("table");
    const head = table.createTHead().insertRow();
    head.append(element("td"));
    const heading = (/** @type {string} */ text, /** @type {"row" | "col"} */ scope) => {
      const cell = element("th");
      cell.scope = scope;
      cell.title = text;
      cell.append(element("span", "", text));
      return cell;
    };
    table.classList.toggle("ta-wide", classes.length > 8);
    classes.forEach((name) => head.append(heading(name, "col")));
    const body = table.createTBody();
    counts.forEach((row, actual) => {
      const line = body.insertRow();
      line.append(heading(classes[actual], "row"));
      const inRow = Math.max(1, row.reduce((sum, n) => sum + n, 0));
      row.forEach((n, predicted) => {
        const cell = line.insertCell();
        const share = n / inRow;
        const isRight = actual === predicted;
        if (n) {
          const strength = isRight ? 12 + 34 * share : Math.min(45, 14 + 60 * share);
          cell.style.background = `color-mix(in srgb, var(${isRight ? "--ta-accent" : "--ta-bad"}) ${strength}%, var(--ta-card))`;
        }
        if (isRight || !n) {
          cell.textContent = n || classes.length <= MANY ? String(n) : "·";
          if (!n) cell.className = "ta-zero";
          return;
        }
        const name = `${n} of ${classes[actual]} mistaken for ${classes[predicted]}: show`;
        cell.append(chooser(actual, predicted, n, name));
      });
    });
    root.replaceChildren(table);
    mark();
  }

  function mark() {
    const chosen = model.get("chosen").join();
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (el.querySelectorAll("button[data-cell]"))) {
      node.setAttribute("aria-pressed", String(node.dataset.cell === chosen));
    }
  }

  model.on("change:counts change:classes", draw);
  model.on("change:chosen", mark);
  draw();
  return () => {
    model.off(null, null, draw);
    model.off(null, null, mark);
  };
}

export default { render };
