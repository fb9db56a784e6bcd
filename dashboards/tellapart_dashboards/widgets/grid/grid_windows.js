// What opens above the grid: all keys, a label by typing, one picture large, the pictures most like it.
export const KEYS = [
  ["arrows, Home, End, Page up, Page down", "move"],
  ["shift + arrows, shift + click, drag", "select several"],
  ["ctrl + click, ctrl + space, long press", "select or deselect one"],
  ["a", "select all"], ["Esc", "select none"],
  ["k", "keep: the label is right"], ["d", "remove: moves to the trash"],
  ["1 – 9", "relabel to the label with that number"], ["r", "relabel to any label: type it"],
  ["s", "not sure"], ["x", "none of these: fits no label"],
  ["u", "undo, as often as you like"], ["shift + u, ctrl + y", "redo"],
  ["n", "show the most similar pictures"], ["Enter, space, double click", "enlarge"],
  ["t", "tidy: hide decided pictures, most suspicious first"], ["?", "show these keys"],
];

function dialog(root, name) {
  const box = element("dialog", "ta-window");
  box.setAttribute("aria-label", name);
  box.dataset.lmSuppressShortcuts = "true";
  box.addEventListener("click", (event) => {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    const isBeside = event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
    if (event.target === box && isBeside) box.close();
  });
  box.addEventListener("keydown", (event) => event.stopPropagation());
  box.addEventListener("close", () => box.remove());
  root.append(box);
  return box;
}

export function helpWindow(root) {
  const box = dialog(root, "All keys");
  const list = element("dl", "ta-keys");
  for (const [keys, meaning] of KEYS) {
    const term = element("dt");
    for (const part of keys.split(", ")) term.append(element("kbd", "", part), " ");
    list.append(term, element("dd", "", meaning));
  }
  const close = keyed("", "Close");
  close.addEventListener("click", () => box.close());
  box.append(element("h2", "", "All keys"), list, close);
  box.showModal();
  return box;
}

// A label by typing: the labels that contain the text, the one written as new last. `take` gets the label.
export function labelWindow(root, labels, title, take) {
  const box = dialog(root, title);
  const input = element("input");
  const id = `ta-labels-${Math.random().toString(36).slice(2)}`;
  const attributes = {
    type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "true",
    "aria-controls": id, "aria-label": "New label", placeholder: "type a label",
  };
  Object.entries(attributes).forEach(([name, value]) => input.setAttribute(name, value));
  const list = element("ul", "ta-options");
  list.id = id;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Labels");
  let found = [];
  let at = 0;
  const accept = (label) => {
    box.close();
    take(label);
  };
  function draw() {
    const text = input.value.trim();
    const small = text.toLowerCase();
    const begins = (label) => Number(!label.toLowerCase().startsWith(small));
    found = labels.filter((label) => label.toLowerCase().includes(small)).sort((a, b) => begins(a) - begins(b));
    const isNew = text && !labels.includes(text);
    if (isNew) found = [...found.slice(0, 50), text];
    at = Math.min(Math.max(at, 0), found.length - 1);
    list.replaceChildren(...found.map((label, i) => {
      const item = element("li", "", label);
      if (isNew && i === found.length - 1) item.append(element("small", "", " new label"));
      item.id = `${id}-${i}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", i === at);
      item.addEventListener("click", () => accept(label));
      return item;
    }));
    input.setAttribute("aria-activedescendant", found.length ? `${id}-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  input.addEventListener("input", () => { at = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") at += 1;
    else if (event.key === "ArrowUp") at -= 1;
    else if (event.key === "Enter" && found[at] !== undefined) { event.preventDefault(); accept(found[at]); return; }
    else return;
    event.preventDefault();
    draw();
  });
  box.append(element("h2", "", title), input, list);
  draw();
  box.showModal();
  input.focus();
}

function likeTile(one, buffer) {
  const item = element("li");
  const img = element("img");
  img.alt = "";
  img.src = pictureUrl(buffer);
  img.addEventListener("load", () => URL.revokeObjectURL(img.src), { once: true });
  item.append(img, element("b", "", one.label), element("span", "", one.note));
  if (one.mark) item.append(element("small", "", one.mark));
  return item;
}

export function likeList(near, buffers) {
  const list = element("ul", "ta-near");
  list.setAttribute("aria-label", "Most similar");
  near.forEach((one, i) => list.append(likeTile(one, buffers[i])));
  return list;
}

// One picture large, with everything known about it. `grid` decides and walks; the window follows.
export class LargeWindow {
  constructor(root, grid) {
    this.grid = grid;
    this.box = dialog(root, "Picture");
    this.box.classList.add("ta-large");
    this.img = element("img");
    this.side = element("div", "ta-side");
    this.acts = element("div", "ta-acts");
    const acts = { "←": "back", "→": "next", k: "keep", d: "remove", s: "not sure", x: "none of these", r: "relabel", u: "undo", Esc: "close" };
    for (const [key, text] of Object.entries(acts)) {
      const button = keyed(key, text);
      button.addEventListener("click", () => this.press({ "←": "ArrowLeft", "→": "ArrowRight", Esc: "Escape" }[key] ?? key));
      this.acts.append(button);
    }
    this.box.append(this.img, this.side, this.acts);
    this.box.addEventListener("keydown", (event) => this.keydown(event));
    this.box.addEventListener("close", () => this.url && URL.revokeObjectURL(this.url));
    this.box.showModal();
    this.box.tabIndex = -1;
    this.box.focus();
  }

  press(key) {
    if (key === "Escape") this.box.close();
    else this.keydown(new KeyboardEvent("keydown", { key, cancelable: true }));
  }

  keydown(event) {
    if (event.target?.closest?.("button") && [" ", "Enter"].includes(event.key)) return;
    if ([" ", "Enter"].includes(event.key)) this.box.close();
    else if (!["n", "t", "?", "a", "Escape"].includes(event.key)) keydown(event, this.grid);
    else return;
    event.preventDefault();
  }

  show({ facts, tile, decided }, buffers) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = pictureUrl(buffers[0]);
    this.img.src = this.url;
    this.img.alt = tile.label;
    this.img.hidden = !this.url;
    const title = element("h2", "", tile.label);
    if (tile.mark) title.append(" ", element("span", "ta-tag", tile.mark));
    if (decided) title.append(" ", element("span", "ta-verdict", decided));
    const reasons = element("ul", "ta-reasons");
    facts.reasons.forEach((text) => reasons.append(element("li", "", text)));
    const shares = element("div", "ta-shares");
    for (const [label, share, text] of facts.shares) {
      const bar = element("meter");
      bar.value = share;
      bar.setAttribute("aria-label", `${label} ${text}`);
      const name = element("span", "", label);
      name.title = label;
      shares.append(name, bar, element("span", "ta-number", text));
    }
    this.side.replaceChildren(title, reasons);
    if (!this.url) this.side.append(element("p", "ta-file", "This picture cannot be shown; its file may be damaged or missing."));
    if (facts.shares.length) this.side.append(element("h3", "", "What the model predicts, not trained on it"), shares);
    if (facts.near.length) this.side.append(element("h3", "", "Most similar"), likeList(facts.near, buffers.slice(1)));
    this.side.append(element("p", "ta-file", facts.file));
  }
}
