// One row per label: see label_rows.py for the traits and the wishes. Rows stay where they are while their numbers
// change, so that nobody loses the word they are typing.
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function button(className, text, onClick) {
  const node = element("button", className, text);
  node.type = "button";
  node.addEventListener("click", onClick);
  return node;
}

function field(name, placeholder) {
  const node = element("input");
  node.type = "text";
  node.placeholder = placeholder ?? "";
  node.setAttribute("aria-label", name);
  node.addEventListener("keydown", (event) => event.stopPropagation()); // else JupyterLab takes keys
  return node;
}

// A button that hides or is switched off would take the focus with it.
function canHoldFocus(node) {
  return node.isConnected && !node.disabled && node.getClientRects().length > 0;
}

// A form of one field and its button: Enter and a press do the same.
function oneLine(input, label, onText) {
  const form = element("form", "ta-oneline");
  const go = element("button", "ta-action", label);
  go.type = "submit";
  form.append(input, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onText(input.value);
  });
  return form;
}

class Images {
  constructor(box, className) {
    Object.assign(this, { box, className, seen: [], urls: [] });
  }

  // Draws JPEGs (DataViews); the same ones again cost nothing.
  show(jpegs) {
    const bytes = jpegs.filter((jpeg) => jpeg.byteLength);
    if (bytes.length === this.seen.length && bytes.every((jpeg, i) => jpeg.byteLength === this.seen[i])) return;
    this.clear();
    this.seen = bytes.map((jpeg) => jpeg.byteLength);
    this.urls = bytes.map((jpeg) => URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" })));
    this.box.replaceChildren(...this.urls.map((url) => {
      const img = element("img", this.className);
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

// Pictures that a search found: ticked until the person takes the tick off what does not belong.
class Held {
  constructor(wish, label) {
    this.wish = wish;
    this.without = new Set();
    this.told = new Set(); // what the project last said is left out; only what changed there is taken over
    this.tiles = new Map();
    this.root = element("fieldset", "ta-held");
    this.title = element("legend");
    this.grid = element("div", "ta-heldgrid");
    this.keep = button("ta-action ta-main-action", "", () => wish("keep", { label, without: [...this.without] }));
    const discard = button("ta-choose", "Discard all", () => wish("discard", { label }));
    const line = element("div", "ta-keys");
    line.append(this.keep, discard);
    this.root.append(this.title, this.grid, line);
  }

  show(held, nHeld, leftOut) {
    const ids = held?.ids ?? [];
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

  add(id, jpeg, name, mark) {
    const url = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
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
      this.wish("leave_out", { number: id, is_left_out: !tick.checked });
      this.say();
    });
    node.append(tick, img);
    if (mark) node.append(element("span", "ta-tag", mark));
    this.grid.append(node);
    this.tiles.set(id, { node, url, tick });
  }

  mark(id, isOut) {
    this.tiles.get(id).tick.checked = !isOut;
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

class Row {
  constructor(model, wish, label) {
    Object.assign(this, { model, wish, label });
    this.root = element("li", "ta-label");
    this.root.setAttribute("aria-label", label);
    const head = element("div", "ta-head");
    const name = element("b", "ta-name", label);
    this.number = element("span", "ta-count");
    head.append(name, this.number, this.menu());
    this.share = element("i");
    const bar = element("div", "ta-bar");
    bar.setAttribute("aria-hidden", "true");
    bar.append(this.share);
    const stripBox = element("div", "ta-thumbs");
    this.strip = new Images(stripBox, "");
    this.query = field(`Search words for ${label}`, label);
    const search = oneLine(this.query, "Search", () => {
      this.sendQuery();
      wish("search", { labels: [label] });
    });
    this.search = search.lastChild;
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
    this.root.append(head, bar, stripBox, search, this.progress, this.status, this.more, this.held.root);
  }

  sendQuery() {
    this.wish("query", { label: this.label, text: this.query.value });
  }

  menu() {
    const root = element("details", "ta-menu");
    const summary = this.summary = element("summary", "", "Change");
    summary.setAttribute("aria-label", `Rename, merge or remove ${this.label}`);
    const box = element("div", "ta-menubox");
    this.rename = field(`New name of ${this.label}`);
    this.rename.value = this.label;
    this.into = element("select");
    this.into.setAttribute("aria-label", `Merge ${this.label} into`);
    this.mergeLine = element("div", "ta-oneline");
    const send = (name, values) => {
      summary.focus(); // what had the focus is gone with the menu
      root.open = false;
      this.wish(name, { label: this.label, ...values });
    };
    this.mergeLine.append(this.into, button("ta-action", "Merge", () => {
      if (this.into.value) send("merge", { into: this.into.value });
    }));
    box.append(
      oneLine(this.rename, "Rename", (to) => send("rename", { to })),
      this.mergeLine,
      button("ta-action", "Remove this label", () => send("remove", {})),
    );
    root.append(summary, box);
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      root.open = false;
      summary.focus();
    });
    const elsewhere = (event) => { if (!root.contains(event.target)) root.open = false; };
    root.addEventListener("toggle", () => {
      const change = root.open ? "addEventListener" : "removeEventListener";
      document[change]("pointerdown", elsewhere);
      document[change]("focusin", elsewhere);
    });
    return root;
  }

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
    this.held.show(this.model.get("held")[this.label], row.n_held, row.left_out);
    this.mergeLine.hidden = !others.length;
    const names = others.join("\n");
    if (this.names !== names) {
      this.names = names;
      const first = element("option", "", "Merge into …");
      first.value = "";
      this.into.replaceChildren(first, ...others.map((other) => {
        const option = element("option", "", other);
        option.value = other;
        return option;
      }));
    }
  }

  clear() {
    this.strip.clear();
    this.held.clear();
  }
}

function render({ model, el }) {
  const wish = (name, values = {}) => model.send({ t: name, ...values });
  const root = element("div", "ta-labelrows");
  const names = field("What do you want to tell apart? Names, separated by commas", "e.g. grizzly, black bear, teddy");
  const add = oneLine(names, "Add", (text) => {
    wish("add", { text });
    names.focus();
  });
  const onAnswer = (answer) => { // what could not be added stays in the field
    if (answer.t === "granted" && answer.wish === "add" && answer.text === names.value) names.value = "";
  };
  const question = element("h2", "", "What do you want to tell apart?");
  const list = element("ul");
  list.setAttribute("aria-label", "Labels");
  const foot = element("div", "ta-keys");
  const searchAll = button("ta-action ta-main-action", "", () => {
    rows.forEach((row) => row.sendQuery());
    wish("search", { labels: [...rows.keys()] });
  });
  const cancel = button("ta-action", "Cancel the search", () => wish("cancel"));
  const undo = button("ta-choose", "", () => wish("undo"));
  foot.append(searchAll, cancel, undo);
  root.append(question, add, list, foot);
  el.append(root);

  let rows = new Map();
  const draw = () => {
    const wanted = model.get("rows");
    const labels = wanted.map((row) => row.label);
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    const place = [...rows.values()].findIndex((row) => row.root.contains(focused));
    for (const [label, row] of rows) {
      if (labels.includes(label)) continue;
      row.clear();
      row.root.remove();
    }
    rows = new Map(wanted.map((row) => [row.label, rows.get(row.label) ?? new Row(model, wish, row.label)]));
    wanted.forEach((row, i) => {
      const node = rows.get(row.label).root;
      if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
      rows.get(row.label).show(row, labels.filter((label) => label !== row.label));
    });
    const searching = model.get("is_searching");
    searchAll.hidden = !wanted.length;
    searchAll.disabled = searching;
    searchAll.textContent = `Search ${model.get("n_wanted")} pictures for `
      + (wanted.length === 1 ? `“${labels[0]}”` : `each of the ${wanted.length} labels`);
    cancel.hidden = !searching;
    undo.hidden = !model.get("undo_text");
    undo.textContent = model.get("undo_text");
    if (focused && !canHoldFocus(focused)) (rows.get(labels[place])?.summary ?? (searching ? cancel : names)).focus();
  };
  let frame = 0;
  const drawSoon = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); }); };
  model.on("change:rows change:strips change:held change:undo_text change:is_searching change:n_wanted", drawSoon);
  model.on("msg:custom", onAnswer);
  draw();
  return () => {
    cancelAnimationFrame(frame);
    rows.forEach((row) => row.clear());
    model.off(null, null, drawSoon);
    model.off("msg:custom", onAnswer);
  };
}

export default { render };
