// The projects of a person: see project_list.py for the traits and the wishes. Rows keep their element while what is
// said of them changes, so that nobody loses the name they are typing.
/** @import { Context } from "../common/model" */
/** @import { ToPython, Traits } from "./protocol" */
import { arrange, button, element } from "../common/elements.js";
import { Trash } from "../common/trash.js";
import { Row } from "./row.js";

/**
 * A field with a button that sends what was typed.
 * @param {string} label
 * @param {string} placeholder
 * @param {string} action
 * @param {(text: string) => void} send
 */
function asking(label, placeholder, action, send) {
  const form = element("form", "ta-ask");
  const field = element("input");
  field.type = "text";
  field.placeholder = placeholder;
  field.autocomplete = "off";
  field.spellcheck = false;
  const named = element("label", "", label);
  named.append(field);
  const press = button("ta-action", action);
  press.type = "submit";
  form.append(named, press);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(field.value);
  });
  form.addEventListener("keydown", (event) => event.stopPropagation());
  return { form, field };
}

/** @param {Context<Traits, ToPython>} context */
function render({ model, el }) {
  const wish = (/** @type {ToPython} */ message) => model.send(message);
  const root = element("div", "ta-projects");
  const fresh = asking("New project", "e.g. bears", "Make it", (name) => wish({ t: "new", name }));
  const told = element("div", "ta-told");
  const text = element("span");
  text.setAttribute("role", "status");
  const undo = button("ta-action", "Undo", () => wish({ t: "restore", key: model.get("undo") }));
  told.append(text, undo);
  const list = element("ul", "ta-list");
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", "Projects");
  const trash = new Trash((key) => wish({ t: "restore", key }));
  const elsewhere = element("details", "ta-elsewhere");
  const folder = asking("Its folder", "/home/me/leaf-project", "Open", (path) => wish({ t: "folder", path }));
  elsewhere.append(element("summary", "", "A project in another folder"), folder.form);
  root.append(fresh.form, told, list, trash.root, elsewhere);
  el.append(root);

  let rows = /** @type {Map<string, Row>} */ (new Map());
  function drawRows() {
    const found = model.get("rows");
    const canChange = model.get("can_change");
    rows = new Map(found.map(({ name, address }) => [address, rows.get(address) ?? new Row(wish, name, address)]));
    arrange(list, [...rows.values()].map((row) => row.root));
    found.forEach((row) => rows.get(row.address)?.show(row, canChange));
    for (const part of [fresh.form, elsewhere]) part.hidden = !canChange;
    list.hidden = !found.length;
  }

  let nDeleted = 0;
  function drawTrash() {
    const gone = model.get("trash");
    trash.show(gone);
    // where no project is open, what was just deleted is what a person may look for
    if (!nDeleted && gone.length && !model.get("rows").some((row) => row.is_open)) trash.root.open = true;
    nDeleted = gone.length;
  }

  function drawTold() {
    const [said, kind] = [model.get("said"), model.get("kind")];
    text.textContent = said;
    told.className = `ta-told${said ? ` ta-message ta-${kind}` : ""}`;
    const had = undo.hidden;
    undo.hidden = !model.get("undo");
    // the row whose button was pressed is gone
    if (had && !undo.hidden && (document.activeElement === document.body || !document.activeElement)) undo.focus();
  }

  function go() {
    const to = model.get("go_to");
    if (!to) return;
    for (const { field } of [fresh, folder]) field.value = ""; // it is done, so no page need keep it
    location.assign(location.pathname + to);
  }

  const draw = () => {
    const hadFocus = root.contains(document.activeElement);
    drawRows();
    drawTrash();
    drawTold();
    if (hadFocus && !root.contains(document.activeElement)) (undo.hidden ? fresh.field : undo).focus();
  };
  model.on("change:rows change:trash change:said change:kind change:undo change:can_change", draw);
  model.on("change:go_to", go);
  draw();
  return () => {
    model.off(null, null, draw);
    model.off(null, null, go);
  };
}

export default { render };
