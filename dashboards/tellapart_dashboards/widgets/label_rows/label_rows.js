// One row per label: see label_rows.py for the traits and the wishes. Rows stay where they are while their numbers
// change, so that nobody loses the word they are typing.
/** @import { Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */
import { arrange, button, element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { field, oneLine } from "./fields.js";
import { Row } from "./row.js";

/**
 * A button that hides or is switched off would take the focus with it.
 * @param {HTMLElement} node
 */
function canHoldFocus(node) {
  return node.isConnected && !node.matches(":disabled") && node.getClientRects().length > 0;
}

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const wish = (/** @type {ToPython} */ message) => model.send(message);
  const root = element("div", "ta-labelrows");
  const names = field("What do you want to tell apart? Names, separated by commas", "e.g. grizzly, black bear, teddy");
  const add = oneLine(names, "Add", (text) => {
    wish({ t: "add", text });
    names.focus();
  });
  const onAnswer = (/** @type {FromPython} */ answer) => { // what could not be added stays in the field
    if (answer.t === "granted" && answer.wish === "add" && answer.text === names.value) names.value = "";
  };
  const question = element("h2", "", "What do you want to tell apart?");
  const list = element("ul");
  list.setAttribute("aria-label", "Labels");
  const foot = element("div", "ta-keys");
  const searchAll = button("ta-action ta-main-action", "", () => {
    rows.forEach((row) => row.sendQuery());
    wish({ t: "search", labels: [...rows.keys()] });
  });
  const cancel = button("ta-action", "Cancel the search", () => wish({ t: "cancel" }));
  const undo = button("ta-choose", "", () => wish({ t: "undo" }));
  foot.append(searchAll, cancel, undo);
  root.append(question, add.form, list, foot);
  el.append(root);

  let rows = /** @type {Map<string, Row>} */ (new Map()); // by label
  const draw = () => {
    const wanted = model.get("rows");
    const labels = wanted.map((row) => row.label);
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    const focused = root.contains(active) ? active : null;
    const place = [...rows.values()].findIndex((row) => row.root.contains(focused));
    for (const [label, row] of rows) if (!labels.includes(label)) row.clear();
    const shown = wanted.map(({ label }) => rows.get(label) ?? new Row(model, wish, label));
    rows = new Map(shown.map((row) => [row.label, row]));
    arrange(list, shown.map((row) => row.root));
    shown.forEach((row, i) => row.show(wanted[i], labels.filter((label) => label !== row.label)));
    const searching = model.get("is_searching");
    searchAll.hidden = !wanted.length;
    searchAll.disabled = searching;
    searchAll.textContent = `Search ${model.get("n_wanted")} pictures for `
      + (wanted.length === 1 ? `“${labels[0]}”` : `each of the ${wanted.length} labels`);
    cancel.hidden = !searching;
    undo.hidden = !model.get("undo_text");
    undo.textContent = model.get("undo_text");
    if (focused && !canHoldFocus(focused)) (rows.get(labels[place])?.menu.summary ?? (searching ? cancel : names)).focus();
  };
  const drawing = oncePerFrame(draw);
  model.on("change:rows change:strips change:held change:undo_text change:is_searching change:n_wanted", drawing.soon);
  const bring = () => rows.get(model.get("asked"))?.bring();
  model.on("change:asked", bring);
  model.on("msg:custom", onAnswer);
  draw();
  bring();
  return () => {
    drawing.cancel();
    rows.forEach((row) => row.clear());
    model.off(null, null, drawing.soon);
    model.off(null, null, bring);
    model.off("msg:custom", onAnswer);
  };
}

export default { render };
