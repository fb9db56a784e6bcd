// One row per label: see label_rows.py for the traits and the wishes. Rows stay where they are while their numbers
// change, so that nobody loses the word they are typing.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits, Wishing } from "./protocol" */
import { arrange, button, element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { Viewing } from "../looking/viewing.js";
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
  const wish = (/** @type {Wishing} */ message) => model.send(message);
  const root = element("div", "ta-labelrows");
  const names = field("What do you want to tell apart? Names, separated by commas", "e.g. grizzly, black bear, teddy");
  const add = oneLine(names, "Add", (text) => {
    wish({ t: "add", text });
    names.focus();
  });
  const onAnswer = (/** @type {FromPython} */ answer, /** @type {Bytes[]} */ buffers) => {
    if (answer.t !== "granted") viewing.receive(answer, buffers);
    else if (answer.wish === "add" && answer.text === names.value) names.value = ""; // what could not be added stays
  };
  const question = element("h2", "", "What do you want to tell apart?");
  const list = element("ul");
  list.setAttribute("aria-label", "Labels");
  const foot = element("div", "ta-keys");
  const searchAll = button("ta-action", "", () => {
    rows.forEach((row) => row.sendQuery());
    wish({ t: "search", labels: [...rows.keys()] });
  });
  const cancel = button("ta-action", "Cancel the search", () => wish({ t: "cancel" }));
  const undo = button("ta-choose", "", () => wish({ t: "undo" }));
  foot.append(searchAll, cancel, undo);
  const said = element("p", "ta-status");
  said.setAttribute("role", "status");
  root.append(question, add.form, list, foot, said);
  el.append(root);

  let rows = /** @type {Map<string, Row>} */ (new Map()); // by label
  const viewing = new Viewing(model, el, {
    draw: () => {},
    say: (text, isRefused) => {
      said.textContent = text;
      said.classList.toggle("ta-bad", isRefused);
    },
    focus: (key) => {
      const strips = [...rows.values()].map((row) => row.strip);
      const strip = strips.find(({ keys }) => keys.includes(key)) ?? strips.find(({ keys }) => keys.length);
      strip?.focus(key);
    },
  });
  const open = (/** @type {number[]} */ keys, /** @type {number} */ at) => viewing.open(keys, at);
  const labelsChanged = () => viewing.window?.drawLabels();
  const draw = () => {
    const wanted = model.get("rows");
    const labels = wanted.map((row) => row.label);
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    const focused = root.contains(active) ? active : null;
    const place = [...rows.values()].findIndex((row) => row.root.contains(focused));
    for (const [label, row] of rows) if (!labels.includes(label)) row.clear();
    const shown = wanted.map(({ label }) => rows.get(label) ?? new Row(model, wish, label, open));
    rows = new Map(shown.map((row) => [row.label, row]));
    arrange(list, shown.map((row) => row.root));
    shown.forEach((row, i) => row.show(wanted[i], labels.filter((label) => label !== row.label)));
    const main = model.get("main");
    const first = wanted.findIndex((row) => row.n_held);
    shown.forEach((row, i) => row.held.keep.classList.toggle("ta-main-action", main === "keep" && i === first));
    searchAll.classList.toggle("ta-main-action", main === "search");
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
  let awaited = ""; // the label whose row is to be in sight, once it is there
  const bring = () => {
    const row = rows.get(awaited);
    if (!row?.root.isConnected) return;
    awaited = "";
    row.bring();
  };
  const drawing = oncePerFrame(() => {
    draw();
    bring();
  });
  const asked = () => {
    awaited = model.get("asked");
    drawing.soon(); // after what else came with it
  };
  model.on("change:labels", labelsChanged);
  model.on("change:rows change:strips change:held change:undo_text change:is_searching change:n_wanted change:main", drawing.soon);
  model.on("change:asked", asked);
  model.on("msg:custom", onAnswer);
  draw();
  asked();
  return () => {
    drawing.cancel();
    rows.forEach((row) => row.clear());
    model.off(null, null, drawing.soon);
    model.off(null, null, asked);
    model.off("msg:custom", onAnswer);
    model.off("change:labels", labelsChanged);
  };
}

export default { render };
