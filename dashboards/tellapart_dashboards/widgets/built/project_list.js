// Built by `make widgets` from project_list/project_list.js and the modules it imports: change those, not this file.
// 41295c3f952e6f289483082e0eb9d49e81faca720031e3877d81f91f876eac44

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

// One project: its name leads into it, and what can be done with it.
/** @import { ProjectRow, Wish } from "./protocol" */

class Row {
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

// The projects of a person: see project_list.py for the traits and the wishes. Rows keep their element while what is
// said of them changes, so that nobody loses the name they are typing.
/** @import { Context } from "../common/model" */
/** @import { ToPython, Traits } from "./protocol" */

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

var project_list = { render };

export { project_list as default };
