// The confusion matrix; above a large one the commonest mix-ups by name, since nobody finds them among zeros.
// Off-diagonal numbers are buttons: one press shows those pictures, another one shows all.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { button, element } from "../common/elements.js";

const MANY = 12;

/**
 * A name that goes into a second line after a hyphen and the like; a part that is still too long ends in "…".
 * @param {string} text
 */
function breakable(text) {
  const node = element("span");
  const parts = text.match(/[^-_/\s]+[-_/\s]*|[-_/\s]+/g) ?? [text];
  node.append(...parts.map((part) => element("span", "ta-part", part)));
  return node;
}

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-matrix");
  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "What is mistaken for what");
  const box = element("div", "ta-matrixbox");
  const hint = element("p", "ta-sideways");
  box.append(root);
  el.append(box, hint);

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
      cell.setAttribute("aria-label", text); // in one piece
      cell.append(breakable(text));
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
    const focused = root.contains(document.activeElement) && /** @type {HTMLElement} */ (document.activeElement).dataset.cell;
    root.replaceChildren(table);
    if (focused) /** @type {HTMLElement | null} */ (root.querySelector(`[data-cell="${focused}"]`))?.focus();
    mark();
    sayWhatIsHidden();
  }

  // On a phone the table is wider than the screen.
  function sayWhatIsHidden() {
    const left = Math.round(root.scrollLeft);
    const right = Math.round(root.scrollWidth - root.clientWidth - root.scrollLeft);
    box.classList.toggle("ta-more-left", left > 1);
    box.classList.toggle("ta-more-right", right > 1);
    const first = root.querySelector("thead th");
    const n = first ? Math.ceil(right / Math.max(1, first.getBoundingClientRect().width)) : 0;
    hint.hidden = left <= 1 && right <= 1;
    if (right > 1) hint.textContent = `${n} more ${n === 1 ? "column" : "columns"} to the right: swipe the table, or press → in it.`;
    else hint.textContent = "The first columns are to the left.";
  }

  function mark() {
    const chosen = model.get("chosen").join();
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (el.querySelectorAll("button[data-cell]"))) {
      node.setAttribute("aria-pressed", String(node.dataset.cell === chosen));
    }
  }

  root.addEventListener("scroll", sayWhatIsHidden, { passive: true });
  const observer = new ResizeObserver(sayWhatIsHidden);
  observer.observe(root);
  model.on("change:counts change:classes", draw);
  model.on("change:chosen", mark);
  draw();
  return () => {
    observer.disconnect();
    model.off(null, null, draw);
    model.off(null, null, mark);
  };
}

export default { render };
