// Built by `make widgets` from label_rows/label_rows.js and the modules it imports: change those, not this file.
// a777e9f7d45a97987685f23ac00772810bfe12b8cc64bedd13addd1f40665a2d

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

// Drawing at most once per frame: several traits of a widget change together.

/**
 * `soon` calls it before the next frame, once however often it is said; `cancel` takes that back.
 * @param {() => void} call
 */
function oncePerFrame(call) {
  let frame = 0;
  const soon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      call();
    });
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  return { soon, cancel };
}

// Fields for one line of text.

/**
 * @param {string} name
 * @param {string} [placeholder]
 */
function field(name, placeholder) {
  const node = element("input");
  node.type = "text";
  node.placeholder = placeholder ?? "";
  node.setAttribute("aria-label", name);
  node.addEventListener("keydown", (event) => event.stopPropagation()); // else JupyterLab takes keys
  return node;
}

/**
 * A field and its button: Enter and a press do the same.
 * @param {HTMLInputElement} input
 * @param {string} label
 * @param {(text: string) => void} onText
 */
function oneLine(input, label, onText) {
  const form = element("form", "ta-oneline");
  const go = element("button", "ta-action", label);
  go.type = "submit";
  form.append(input, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onText(input.value);
  });
  return { form, go };
}

/**
 * A list to choose one from; the first says what it is for and stands for none.
 * @param {HTMLSelectElement} select
 * @param {string} first
 * @param {string[]} names
 */
function offer(select, first, names) {
  select.replaceChildren(...[first, ...names].map((name, i) => {
    const option = element("option", "", name);
    option.value = i ? name : "";
    return option;
  }));
}

// Bytes from Python.
/** @import { Bytes } from "./model" */

/**
 * The bytes alone, for an array of numbers: the view may start where such an array cannot.
 * @param {Bytes} view
 */
function copied(view) {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/**
 * The address of a JPEG, to be revoked when nobody shows it any more; "" where there are no bytes.
 * @param {Bytes | Uint8Array<ArrayBuffer> | undefined} jpeg
 */
function pictureUrl(jpeg) {
  return jpeg?.byteLength ? URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" })) : "";
}

// Pictures that a search found: ticked until the person takes the tick off what does not belong.
/** @import { Bytes } from "../common/model" */
/** @import { Waiting, Wish } from "./protocol" */

class Held {
  /**
   * @param {Wish} wish
   * @param {string} label
   */
  constructor(wish, label) {
    this.wish = wish;
    this.count = 0;
    this.without = /** @type {Set<number>} */ (new Set());
    // what the project last said is left out; only what changed there is taken over
    this.told = /** @type {Set<number>} */ (new Set());
    this.tiles = /** @type {Map<number, { node: HTMLElement, url: string, tick: HTMLInputElement }>} */ (new Map());
    this.root = element("fieldset", "ta-held");
    this.title = element("legend");
    this.grid = element("div", "ta-heldgrid");
    this.keep = button("ta-action ta-main-action", "", () => wish({ t: "keep", label, without: [...this.without] }));
    const discard = button("ta-choose", "Discard all", () => wish({ t: "discard", label }));
    const line = element("div", "ta-keys");
    line.append(this.keep, discard);
    this.root.append(this.title, this.grid, line);
  }

  /**
   * @param {Waiting} held
   * @param {number} nHeld
   * @param {number[]} leftOut
   */
  show(held, nHeld, leftOut) {
    const { ids } = held;
    const out = new Set(leftOut);
    this.root.hidden = !nHeld;
    for (const [id, tile] of this.tiles) {
      if (ids.includes(id)) continue;
      URL.revokeObjectURL(tile.url);
      tile.node.remove();
      this.tiles.delete(id);
      this.without.delete(id);
      this.told.delete(id);
    }
    ids.forEach((id, i) => {
      if (!this.tiles.has(id)) this.add(id, held.jpegs[i], held.names[i], held.marks[i]);
      if (out.has(id) !== this.told.has(id)) this.mark(id, out.has(id));
    });
    this.told = new Set(ids.filter((id) => out.has(id)));
    this.count = nHeld;
    this.say();
  }

  /**
   * @param {number} id
   * @param {Bytes} jpeg
   * @param {string} name
   * @param {string} mark
   */
  add(id, jpeg, name, mark) {
    const url = pictureUrl(jpeg);
    const node = element("label", "ta-pick");
    const tick = element("input");
    tick.type = "checkbox";
    tick.checked = true;
    tick.setAttribute("aria-label", `Keep ${name}`);
    const img = element("img");
    img.src = url;
    img.alt = "";
    node.title = name;
    tick.addEventListener("change", () => {
      this.mark(id, !tick.checked);
      this.wish({ t: "leave_out", number: id, is_left_out: !tick.checked });
      this.say();
    });
    node.append(tick, img);
    if (mark) node.append(element("span", "ta-tag", mark));
    this.grid.append(node);
    this.tiles.set(id, { node, url, tick });
  }

  /**
   * @param {number} id
   * @param {boolean} isOut
   */
  mark(id, isOut) {
    const tile = this.tiles.get(id);
    if (tile) tile.tick.checked = !isOut;
    if (isOut) this.without.add(id);
    else this.without.delete(id);
  }

  say() {
    const kept = this.count - this.without.size;
    const more = this.count - this.tiles.size;
    this.title.textContent = `${this.count} new. Untick the ones that do not fit`
      + (more > 0 ? ` (the first ${this.tiles.size} are shown)` : "");
    this.keep.textContent = kept === this.count ? `Keep all ${kept}` : `Keep ${kept}, discard ${this.without.size}`;
  }

  clear() {
    this.tiles.forEach((tile) => URL.revokeObjectURL(tile.url));
  }
}

// What can be changed about a label: its name, into which other one it goes, whether it stays.
/** @import { ToPython, Wish } from "./protocol" */

class Menu {
  /**
   * @param {Wish} wish
   * @param {string} label
   */
  constructor(wish, label) {
    this.names = "";
    this.root = element("details", "ta-menu");
    this.summary = element("summary", "", "Change");
    this.summary.setAttribute("aria-label", `Rename, merge or remove ${label}`);
    const box = element("div", "ta-menubox");
    const rename = field(`New name of ${label}`);
    rename.value = label;
    this.into = element("select");
    this.into.setAttribute("aria-label", `Merge ${label} into`);
    this.mergeLine = element("div", "ta-oneline");
    const send = (/** @type {ToPython} */ message) => {
      this.close(); // what had the focus is gone with the menu
      wish(message);
    };
    this.mergeLine.append(this.into, button("ta-action", "Merge", () => {
      if (this.into.value) send({ t: "merge", label, into: this.into.value });
    }));
    box.append(
      oneLine(rename, "Rename", (to) => send({ t: "rename", label, to })).form,
      this.mergeLine,
      button("ta-action", "Remove this label", () => send({ t: "remove", label })),
    );
    this.root.append(this.summary, box);
    this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    const elsewhere = (/** @type {Event} */ event) => {
      if (!this.root.contains(target(event))) this.root.open = false;
    };
    this.root.addEventListener("toggle", () => {
      const change = this.root.open ? "addEventListener" : "removeEventListener";
      document[change]("pointerdown", elsewhere);
      document[change]("focusin", elsewhere);
    });
  }

  /** @param {string[]} others the other labels */
  show(others) {
    this.mergeLine.hidden = !others.length;
    const names = others.join("\n");
    if (this.names === names) return;
    this.names = names;
    offer(this.into, "Merge into …", others);
  }

  close() {
    this.root.open = false;
    this.summary.focus();
  }
}

// A few small pictures of a label side by side.
/** @import { Bytes } from "../common/model" */

class Strip {
  constructor() {
    this.box = element("div", "ta-thumbs");
    this.seen = /** @type {number[]} */ ([]); // how many bytes each has
    this.urls = /** @type {string[]} */ ([]);
  }

  /**
   * The same ones again cost nothing.
   * @param {Bytes[]} jpegs
   */
  show(jpegs) {
    const bytes = jpegs.filter((jpeg) => jpeg.byteLength);
    if (bytes.length === this.seen.length && bytes.every((jpeg, i) => jpeg.byteLength === this.seen[i])) return;
    this.clear();
    this.seen = bytes.map((jpeg) => jpeg.byteLength);
    this.urls = bytes.map(pictureUrl);
    this.box.replaceChildren(...this.urls.map((url) => {
      const img = element("img");
      img.src = url;
      img.alt = "";
      return img;
    }));
  }

  clear() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    this.seen = [];
  }
}

// A row: a label, its pictures, the words to search for, how the search goes and what it found.
/** @import { LabelRow, RowsModel, Wish } from "./protocol" */

const NOTHING = { ids: [], jpegs: [], names: [], marks: [] };

class Row {
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

  /** Into sight, ready for words to search for; once it can be seen, since its page may still be on its way. */
  bring() {
    if (!this.root.isConnected) return;
    if (!this.root.getClientRects().length) {
      requestAnimationFrame(() => this.bring());
      return;
    }
    this.root.scrollIntoView({ block: "center" });
    this.query.focus({ preventScroll: true });
  }

  clear() {
    this.strip.clear();
    this.held.clear();
  }
}

// One row per label: see label_rows.py for the traits and the wishes. Rows stay where they are while their numbers
// change, so that nobody loses the word they are typing.
/** @import { Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */

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

var label_rows = { render };

export { label_rows as default };
