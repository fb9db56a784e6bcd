// Built by `make widgets` from grid/grid.js and the modules it imports: change those, not this file.
// 2486a7d6291d338e7b18a669dd6d2bf761832fb20af98d0576269bedc4561a63

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

// The keys of decisions, the same wherever a picture is shown.
/** @import { Act, Decision } from "./protocol" */

/** @type {Record<string, Act>} */
const ACTS$1 = { k: "keep", d: "remove", Delete: "remove", s: "not sure", x: "none of these", r: "relabel", u: "undo" };

/**
 * What a key stands for; a relabelling without a label asks for one. Nothing for other keys.
 * @param {KeyboardEvent} event
 * @param {string[]} labels
 * @returns {{ name: Act, label?: string } | undefined}
 */
function askedFor(event, labels) {
  if (event.altKey) return undefined;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isControl = event.ctrlKey || event.metaKey;
  if (isControl && (key === "y" || (key === "z" && event.shiftKey))) return { name: "redo" };
  if (isControl) return key === "z" ? { name: "undo" } : undefined;
  if (key === "u" && event.shiftKey) return { name: "redo" };
  if (key >= "1" && key <= "9") {
    const label = labels[Number(key) - 1];
    return label === undefined ? undefined : { name: "relabel", label };
  }
  return key in ACTS$1 ? { name: ACTS$1[key] } : undefined;
}

/**
 * What a tile says of a decision until Python's own words are there; the same ones.
 * @param {Decision} action
 * @param {string} label
 */
function decidedWords(action, label) {
  return { keep: "kept", remove: "removed", relabel: `now: ${label}`, "not sure": action, "none of these": action }[action];
}

// Keys: walking and choosing here, all else by name in `grid.act`. What each does stands below them, for people.
/** @import { Grid } from "./view.js" */


/** @typedef {import("../looking/protocol").Act | "near" | "tidy" | "help" | "look" | "all"} Act */

/** @type {Record<string, Act>} */
const ACTS = { n: "near", t: "tidy", "?": "help", Enter: "look" };

const KEYS = [
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

/**
 * @param {KeyboardEvent} event
 * @param {Grid} grid
 */
function keydown(event, grid) {
  const { choice, sheet } = grid;
  const last = grid.order.length - 1;
  if (event.altKey || last < 0) return;
  const isControl = event.ctrlKey || event.metaKey;
  const page = Math.max(1, Math.floor(sheet.view().height / sheet.row) - 1) * sheet.columns;
  /** @type {Record<string, number>} */
  const steps = {
    ArrowRight: 1, ArrowLeft: -1, ArrowDown: sheet.columns, ArrowUp: -sheet.columns,
    PageDown: page, PageUp: -page, Home: -last, End: last,
  };
  const asked = askedFor(event, grid.labels);
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.key in steps) {
    const to = Math.min(Math.max(choice.current + steps[event.key], 0), last);
    if (event.shiftKey) {
      choice.current = to;
      choice.span(grid.order);
    } else {
      choice.anchor = to;
      if (!isControl) choice.clear();
    }
    grid.go(to);
  } else if (event.key === " " && (isControl || choice.keys.size)) {
    choice.toggle(grid.order[choice.current]);
    choice.anchor = choice.current;
    grid.draw();
    grid.announce(`${choice.keys.size} selected`);
  } else if (event.key === " ") grid.act("look");
  else if (letter === "a") grid.act("all");
  else if (asked) grid.act(asked.name, asked.label);
  else if (isControl) return;
  else if (event.key === "Escape") {
    if (!choice.keys.size) return; // a dialog or JupyterLab may want it
    choice.clear();
    grid.draw();
    grid.announce("none selected");
  } else if (letter in ACTS) grid.act(ACTS[letter]);
  else return;
  event.preventDefault();
  event.stopPropagation();
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

// Messages to Python.

/**
 * While the page is being left there is nobody to send it to.
 * @template {{ t: string }} Message
 * @param {{ send(message: Message, callbacks?: undefined, buffers?: ArrayBuffer[]): void }} model
 * @param {Message} message
 * @param {ArrayBuffer[]} [buffers]
 */
function tell(model, message, buffers) {
  try {
    model.send(message, undefined, buffers);
  } catch (error) {
    console.debug("not sent:", message.t, error);
  }
}

// Presses beside a window.

/**
 * Whether the press was beside the dialog: one on its own edge comes from it as well.
 * @param {MouseEvent} event
 * @param {HTMLDialogElement} box
 */
function isBeside(event, box) {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  const isOutside = event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
  return event.target === box && isOutside;
}

// Windows above a page: a dialog, a label by typing.

/**
 * A dialog that a press beside it closes and that is gone when closed.
 * @param {HTMLElement} root
 * @param {string} name
 */
function dialog(root, name) {
  const box = element("dialog", "ta-window");
  box.setAttribute("aria-label", name);
  box.dataset.lmSuppressShortcuts = "true";
  box.addEventListener("click", (event) => { if (isBeside(event, box)) box.close(); });
  box.addEventListener("keydown", (event) => event.stopPropagation());
  box.addEventListener("close", () => box.remove());
  root.append(box);
  return box;
}

/**
 * A label by typing: the labels that contain the text, the one written as new last. While nothing is typed the suggested
 * one is the first.
 * @param {HTMLElement} root
 * @param {string[]} labels
 * @param {string} title
 * @param {string} suggested "" for none
 * @param {(label: string) => void} take
 */
function labelWindow(root, labels, title, suggested, take) {
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
  /** @type {string[]} */
  let found = [];
  let at = 0;
  const accept = (/** @type {string} */ label) => {
    box.close();
    take(label);
  };
  function draw() {
    const text = input.value.trim();
    const small = text.toLowerCase();
    const begins = (/** @type {string} */ label) => Number(!label.toLowerCase().startsWith(small));
    found = labels.filter((label) => label.toLowerCase().includes(small)).sort((a, b) => begins(a) - begins(b));
    if (!text && labels.includes(suggested)) found = [suggested, ...found.filter((label) => label !== suggested)];
    const isNew = text && !labels.includes(text);
    if (isNew) found = [...found.slice(0, 50), text];
    at = Math.min(Math.max(at, 0), found.length - 1);
    list.replaceChildren(...found.map((label, i) => {
      const item = element("li", "", label);
      if (isNew && i === found.length - 1) item.append(element("small", "", " new label"));
      if (label === suggested) item.append(element("small", "", " suggested"));
      item.id = `${id}-${i}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(i === at));
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

// The first picture has the focus when somebody arrives, so that its keys work at once: on the page, on its step, after
// a filter. Who walks through filters or types keeps the focus, and who is about to choose something else: pictures come
// late on a busy computer. In JupyterLab the page never takes it.
/** @import { Grid } from "./view.js" */

const PRESSES = ["Enter", " "];
const CHOSEN_LATER = "select, [role=application]"; // than it is pressed: a list, and a map; both then say "change"
const BEGINNINGS = ["pointerdown", "keydown", "focusin"];

/**
 * `arrive` when other pictures are in sight; `drop` ends it.
 * @param {Grid} grid
 */
function watchArrival(grid) {
  let lastKey = "Enter"; // as if the page had been opened by it
  let chosenAt = /** @type {EventTarget | null} */ (null); // by what was done last, in a list or on a map
  let wasShown = false;
  const note = (/** @type {KeyboardEvent} */ event) => { lastKey = event.key; };
  const press = () => { lastKey = "Enter"; };
  const begin = () => { chosenAt = null; };
  const choose = (/** @type {Event} */ event) => { chosenAt = event.target; };
  document.addEventListener("keydown", note, true);
  document.addEventListener("pointerdown", press, true);
  document.addEventListener("change", choose, true);
  BEGINNINGS.forEach((name) => document.addEventListener(name, begin, true));

  function isFree() {
    const at = document.activeElement;
    if (!at || at === document.body) return true;
    if (at.closest("dialog, input, textarea, [contenteditable]")) return false;
    if (at.matches(CHOSEN_LATER) && at !== chosenAt) return false;
    return PRESSES.includes(lastKey) || !at.matches(":focus-visible");
  }

  function arrive() {
    const isPage = document.body.hasAttribute("data-voila");
    if (isPage && grid.order.length && grid.space.clientWidth && isFree()) grid.focus();
  }

  return {
    arrive,
    /** Whether there is room for the pictures may have changed. */
    measured() {
      const isShown = grid.space.clientWidth > 0 && grid.order.length > 0;
      if (isShown && !wasShown) arrive();
      wasShown = isShown;
    },
    drop() {
      document.removeEventListener("keydown", note, true);
      document.removeEventListener("pointerdown", press, true);
      document.removeEventListener("change", choose, true);
      BEGINNINGS.forEach((name) => document.removeEventListener(name, begin, true));
    },
  };
}

// Buttons that say their key.

/**
 * A button. key: "" for none.
 * @param {string} key
 * @param {string} text
 * @param {() => void} press
 */
function keyed(key, text, press) {
  const node = button("", "", press);
  node.dataset.key = key;
  if (key) {
    const hint = element("kbd", "", key);
    hint.setAttribute("aria-hidden", "true"); // the name stays "remove"; aria-keyshortcuts says the key
    node.setAttribute("aria-keyshortcuts", key);
    node.append(hint, " ");
  }
  const words = element("span", "", text);
  words.title = text;
  node.append(words);
  return node;
}

// The line below the grid, always in sight: the decisions with their keys and what came of them; the others behind "more".
/** @import { GridModel } from "./protocol" */
/** @import { Act } from "./keys.js" */

const FEW = ["keep", "remove", "relabel", "undo"]; // on a phone; the others behind "more"

class Bars {
  /**
   * @param {GridModel} model
   * @param {(name: Act, label?: string) => void} act
   */
  constructor(model, act) {
    this.model = model;
    this.act = act;
    this.count = element("span", "ta-count");
    this.bottom = element("div", "ta-decide");
    this.bottom.setAttribute("role", "toolbar");
    this.bottom.setAttribute("aria-label", "Decide");
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.acts = element("div", "ta-acts");
    this.rest = element("div", "ta-rest");
    this.more = keyed("", "more", () => this.open(!this.bottom.classList.contains("ta-open")));
    this.more.classList.add("ta-few");
    // Made once; only the labels among them come and go, so that a press of the others is never lost.
    /** @type {(key: string, text: string, name: Act) => HTMLButtonElement} */
    const button = (key, text, name) => this.button(key, text, () => this.act(name));
    this.relabel = button("r", "relabel", "relabel");
    this.relabel.classList.add("ta-relabel");
    this.undo = button("u", "undo", "undo");
    this.redo = button("⇧u", "redo", "redo");
    this.redo.setAttribute("aria-keyshortcuts", "Shift+u");
    this.tidy = button("t", "tidy", "tidy");
    this.tidy.title = "Hide decided pictures, most suspicious first";
    this.rest.append(
      button("s", "not sure", "not sure"), button("x", "none of these", "none of these"), button("n", "most similar", "near"),
      button("⏎", "enlarge", "look"), button("a", "select all", "all"), this.redo, button("?", "all keys", "help"),
    );
    this.acts.append(
      button("k", "keep", "keep"), button("d", "remove", "remove"), this.relabel, this.said, this.count, this.tidy,
      this.undo, this.more,
    );
    this.bottom.append(this.rest, this.acts);
    this.open(false);
    this.drawActs();
  }

  /**
   * @param {string} key
   * @param {string} text
   * @param {() => void} press
   */
  button(key, text, press) {
    const button = keyed(key, text, press);
    if (FEW.includes(text)) button.classList.add("ta-few");
    return button;
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.bottom.classList.toggle("ta-open", isOpen);
    this.more.setAttribute("aria-expanded", String(isOpen));
  }

  drawActs() {
    this.acts.querySelectorAll(".ta-label").forEach((button) => button.remove());
    this.relabel.before(...this.model.get("labels").map((label, i) => {
      const button = this.button(String(i + 1), label, () => this.act("relabel", label));
      button.classList.add("ta-label");
      button.prepend(element("span", "ta-unseen", "relabel to "));
      return button;
    }));
    this.relabel.classList.toggle("ta-many", this.model.get("all_labels").length > this.model.get("labels").length);
    this.enable();
  }

  enable() {
    this.undo.disabled = !this.model.get("can_undo");
    this.redo.disabled = !this.model.get("can_redo");
  }

  /**
   * @param {number} count
   * @param {number} chosen
   * @param {number} decided
   */
  draw(count, chosen, decided) {
    let text = `${count.toLocaleString("en")} ${count === 1 ? "picture" : "pictures"}`;
    if (decided) text = `${decided.toLocaleString("en")} decided`;
    if (chosen) text = `${chosen.toLocaleString("en")} selected`;
    if (this.count.textContent !== text) this.count.textContent = text;
    this.tidy.hidden = !decided;
    this.bottom.classList.toggle("ta-choosing", chosen > 0);
  }
}

// Which pictures are chosen, and which one is current. Chosen are keys, so those still there survive a new ranking.

class Choice {
  constructor() {
    this.keys = /** @type {Set<number>} */ (new Set());
    this.current = 0; // position
    this.anchor = 0;
    this.isChoosing = false; // by touch: a tap adds or takes away
    this.isLost = false; // all that was chosen has left the page, and nobody has gone on since
  }

  /**
   * Only those stay chosen that are there.
   * @param {Set<number>} there
   */
  keep(there) {
    for (const key of this.keys) if (!there.has(key)) this.keys.delete(key);
    if (this.keys.size) return;
    this.isChoosing = false;
    this.isLost = true;
  }

  clear() {
    this.keys.clear();
    this.isLost = false;
    this.isChoosing = false;
  }

  /** @param {number} key */
  toggle(key) {
    if (!this.keys.delete(key)) this.keys.add(key);
    this.isLost = false;
    if (!this.keys.size) this.isChoosing = false;
  }

  /**
   * From the anchor to the current one, in the order on the page.
   * @param {Uint32Array} order
   */
  span(order) {
    this.keys.clear();
    const [from, to] = [Math.min(this.anchor, this.current), Math.max(this.anchor, this.current)];
    for (let i = from; i <= to; i += 1) this.keys.add(order[i]);
  }
}

// The window with all keys of the grid.

/** @param {HTMLElement} root */
function helpWindow(root) {
  const box = dialog(root, "All keys");
  const list = element("dl", "ta-keys");
  for (const [keys, meaning] of KEYS) {
    const term = element("dt");
    for (const part of keys.split(", ")) term.append(element("kbd", "", part), " ");
    list.append(term, element("dd", "", meaning));
  }
  const close = keyed("", "Close", () => box.close());
  box.append(element("h2", "", "All keys"), list, close);
  box.showModal();
}

// The pictures most like one, in a list.
/** @import { Bytes } from "../common/model" */
/** @import { Alike } from "./protocol" */

/**
 * @param {Alike[]} near
 * @param {Bytes[]} buffers a JPEG of each
 * @param {(key: number) => void} [open] where they can be opened
 */
function alikeList(near, buffers, open) {
  const list = element("ul", "ta-near");
  list.setAttribute("aria-label", "Most similar");
  near.forEach((one, i) => {
    const item = element("li");
    const img = element("img");
    img.alt = "";
    img.src = pictureUrl(buffers[i]);
    img.addEventListener("load", () => URL.revokeObjectURL(img.src), { once: true });
    const inside = open && one.key >= 0 ? button("ta-open-near", "", () => open(one.key)) : item;
    inside.append(img, element("b", "", one.label), " ", element("span", "", one.note));
    if (one.mark) inside.append(" ", element("small", "", one.mark));
    if (inside !== item) item.append(inside);
    list.append(item);
  });
  return list;
}

// One picture large, with everything known about it, and the keys to decide about it. Its host walks; the window follows.
/** @import { Bytes } from "../common/model" */
/** @import { Act, Facts, Host, Large } from "./protocol" */

/** @type {[string, string, Act][]} its key, its text, what it asks for */
const DECISIONS = [
  ["k", "keep", "keep"], ["d", "remove", "remove"], ["r", "relabel", "relabel"], ["s", "not sure", "not sure"],
  ["x", "none of these", "none of these"], ["u", "undo", "undo"],
];
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

class LargeWindow {
  /**
   * @param {HTMLElement} root
   * @param {Host} host
   * @param {() => void} closed
   */
  constructor(root, host, closed) {
    this.host = host;
    this.key = this.shown = -1; // of the picture it is asked for, and of the one in sight
    this.url = "";
    this.suggested = "";
    this.news = ""; // what was said since the last picture
    this.actedOn = { key: -1, place: "" }; // the picture that was decided about last
    this.told = ""; // what was said last: Python's own words for it are often the same
    this.box = dialog(root, "Picture");
    this.box.classList.add("ta-large");
    this.img = element("img");
    this.side = element("div", "ta-side");
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.verdict = element("span", "ta-verdict");
    this.names = element("div", "ta-names");
    this.names.setAttribute("role", "group");
    this.names.setAttribute("aria-label", "Labels");
    const acts = element("div", "ta-acts");
    acts.append(
      keyed("←", "back", () => this.step(-1)), keyed("→", "next", () => this.step(1)),
      ...DECISIONS.map(([key, text, name]) => keyed(key, text, () => this.act(name))),
      keyed("Esc", "close", () => this.box.close()),
    );
    const foot = element("div", "ta-foot");
    foot.append(this.said, this.names, acts);
    this.box.append(this.img, this.side, foot);
    this.box.addEventListener("keydown", (event) => this.keydown(event));
    this.box.addEventListener("close", () => {
      if (this.url) URL.revokeObjectURL(this.url);
      closed();
    });
    this.drawLabels();
    this.box.showModal();
    this.box.tabIndex = -1;
    this.box.focus();
  }

  get isOpen() { return this.box.open; }

  /** @param {number} key */
  look(key) {
    this.key = key;
    tell(this.host.model, { t: "large", key });
  }

  /** @param {number} by */
  step(by) {
    this.say("");
    this.host.step(by);
  }

  /**
   * The focus stays in the window, so that the keys go on working.
   * @param {Act} name
   * @param {string} [label]
   */
  act(name, label) {
    this.told = "";
    this.actedOn = { key: this.key, place: ["undo", "redo"].includes(name) ? "" : this.host.place() };
    this.host.act(name, label);
    if (this.isOpen && !this.box.contains(document.activeElement)) this.box.focus();
  }

  drawLabels() {
    const labels = this.host.model.get("labels").slice(0, 9);
    this.names.hidden = !labels.length;
    this.names.replaceChildren(...labels.map((label, i) => {
      const node = keyed(String(i + 1), label, () => this.act("relabel", label));
      node.classList.add("ta-to");
      node.prepend(element("span", "ta-heard", "relabel to "));
      return node;
    }));
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (target(event)?.closest("button") && [" ", "Enter"].includes(event.key)) return;
    const asked = askedFor(event, this.host.model.get("labels"));
    if (asked) this.act(asked.name, asked.label);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key in STEPS) this.step(STEPS[event.key]);
    else if ([" ", "Enter"].includes(event.key)) this.box.close();
    else return;
    event.preventDefault();
  }

  /**
   * What was decided, or why not.
   * @param {string} text
   * @param {boolean} [isRefused]
   */
  say(text, isRefused = false) {
    if (text && text === this.told && !isRefused) return;
    this.news = this.told = text;
    this.said.textContent = text;
    this.said.classList.toggle("ta-refused", isRefused);
  }

  drawVerdict() {
    if (this.shown !== this.key) return;
    this.verdict.textContent = this.host.decided();
    this.verdict.hidden = !this.verdict.textContent;
  }

  /**
   * @param {Large} message
   * @param {Bytes[]} buffers
   */
  show({ facts, tile }, buffers) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.shown = this.key;
    this.url = pictureUrl(buffers[0]);
    this.img.src = this.url;
    this.img.alt = tile.label;
    this.img.hidden = !this.url;
    this.suggested = tile.suggested ?? "";
    const place = this.host.place();
    const title = element("h2", "", tile.label);
    if (tile.mark) title.append(" ", element("span", "ta-tag", tile.mark));
    this.drawVerdict();
    title.append(" ", this.verdict);
    this.side.replaceChildren(title, element("p", "ta-whereabouts", place), ...this.known(facts, buffers));
    if (!this.said.classList.contains("ta-refused")) {
      const { key, place: there } = this.actedOn;
      const of = there && key !== this.shown ? `${there}, ` : ""; // else it would read as said of this picture
      const news = this.news && `${of}${this.news.replace(/\.$/, "")}. `;
      this.said.replaceChildren(news, element("span", "ta-heard", `${tile.label}, ${place}`));
    }
    this.news = "";
    if (document.activeElement === document.body) this.box.focus(); // what was pressed is gone
  }

  /**
   * @param {Facts} facts
   * @param {Bytes[]} buffers
   */
  known(facts, buffers) {
    const reasons = element("ul", "ta-reasons");
    facts.reasons.forEach((text) => reasons.append(element("li", "", text)));
    /** @type {HTMLElement[]} */
    const parts = [reasons];
    if (!this.url && facts.file) {
      parts.push(element("p", "ta-file", "This picture cannot be shown; its file may be damaged or missing."));
    }
    if (facts.shares.length) parts.push(element("h3", "", "What the model predicts, not trained on it"), shareBars(facts));
    const near = alikeList(facts.near, buffers.slice(1), (key) => this.host.visit(key));
    if (facts.near.length) parts.push(element("h3", "", "Most similar"), near);
    const list = element("dl", "ta-known");
    for (const [name, text] of [["Part", facts.part], ["Licence", facts.licence], ["File", facts.file]]) {
      if (text) list.append(element("dt", "", name), element("dd", "", text));
    }
    if (list.children.length) parts.push(list);
    return parts;
  }
}

/** @param {Facts} facts */
function shareBars(facts) {
  const shares = element("div", "ta-shares");
  for (const [label, share, text] of facts.shares) {
    const bar = element("meter");
    bar.value = share;
    bar.setAttribute("aria-label", `${label} ${text}`);
    const name = element("span", "", label);
    name.title = label;
    shares.append(name, bar, element("span", "ta-number", text));
  }
  return shares;
}

// The large view of the grid: it walks along the order, or shows a picture beside it.
/** @import { Bytes } from "../common/model" */
/** @import { Act, Host, Large } from "../looking/protocol" */
/** @import { Grid } from "./view.js" */

/** @implements {Host} */
class LargeView {
  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.model = grid.model;
    this.window = /** @type {LargeWindow | null} */ (null);
    this.known = ""; // what was decided about the picture in sight, as Python said it
  }

  get isOpen() { return Boolean(this.window?.isOpen); }

  get key() { return this.window?.key ?? -1; }

  get current() { return this.grid.order[this.grid.choice.current]; }

  get isVisiting() { return this.isOpen && this.key !== this.current; }

  /** The current picture. */
  look() {
    if (!this.window?.isOpen) this.window = new LargeWindow(this.grid.place, this, () => this.grid.focus());
    this.window.look(this.current);
  }

  /**
   * @param {Act} name
   * @param {string} [label]
   */
  act(name, label) { this.grid.act(name, label); }

  /** @param {number} key */
  visit(key) {
    const at = this.grid.order.indexOf(key);
    if (at >= 0) this.grid.go(at);
    else this.window?.look(key);
  }

  /** @param {number} by */
  step(by) {
    const { choice, order } = this.grid;
    const to = this.isVisiting ? choice.current : choice.current + by;
    choice.clear();
    choice.anchor = Math.min(Math.max(to, 0), order.length - 1);
    this.grid.go(choice.anchor);
  }

  place() {
    if (this.isVisiting) return "similar picture";
    const { choice, order } = this.grid;
    return `${(choice.current + 1).toLocaleString("en")} of ${order.length.toLocaleString("en")}`;
  }

  decided() { return this.grid.store.pending.get(this.key)?.text ?? this.known; }

  /**
   * @param {string} text
   * @param {boolean} [isRefused]
   */
  say(text, isRefused) {
    if (!this.window?.isOpen) return;
    this.window.say(text, isRefused);
    this.window.drawVerdict();
  }

  /**
   * @param {Large} message
   * @param {Bytes[]} buffers
   */
  show(message, buffers) {
    if (!this.isOpen || message.key !== this.key) return;
    this.known = message.tile.decided;
    this.window?.show(message, buffers);
  }
}

// The pictures most like one in a small card beside it, which opens by key or under the resting mouse.
/** @import { Bytes } from "../common/model" */
/** @import { GridModel, Near } from "./protocol" */

const HOVER_MS = 650;

class NearCard {
  /**
   * @param {GridModel} model
   * @param {HTMLElement} root
   * @param {(key: number) => HTMLElement | undefined} tileOf
   * @param {(text: string) => void} announce
   */
  constructor(model, root, tileOf, announce) {
    this.model = model;
    this.root = root;
    this.tileOf = tileOf;
    this.announce = announce;
    this.box = /** @type {HTMLElement | null} */ (null);
    this.key = -1;
    this.isAnnounced = false; // asked for by key, so that it stays when the mouse goes elsewhere
    this.isEarly = false; // there was nothing to show yet
    this.hovering = 0;
  }

  /** @param {number} key */
  toggle(key) {
    if (this.box) this.close();
    else this.open(key, true);
  }

  /**
   * @param {number} key
   * @param {boolean} isAnnounced
   */
  open(key, isAnnounced) {
    this.close();
    this.box = element("div", "ta-pop");
    this.box.setAttribute("role", "region");
    this.box.setAttribute("aria-label", "Most similar");
    this.box.hidden = true;
    this.key = key;
    this.isAnnounced = isAnnounced;
    this.root.append(this.box);
    tell(this.model, { t: "near", key });
  }

  /** What was not known may be known by now. */
  again() {
    if (this.box && this.isEarly) tell(this.model, { t: "near", key: this.key });
  }

  close() {
    this.isEarly = false;
    this.box?.remove();
    this.box = null;
  }

  /** One that the mouse opened. */
  closeHovered() {
    if (!this.isAnnounced) this.close();
  }

  /**
   * @param {Near} message
   * @param {Bytes[]} buffers
   */
  show({ key, near }, buffers) {
    const tile = this.tileOf(key);
    if (!this.box || this.key !== key || !tile) return;
    this.isEarly = !near.length;
    const words = near.map((one) => `${one.label} ${one.note}`).join(", ") || "none yet: the check has not finished";
    if (this.isAnnounced) this.announce(`Most similar: ${words}`);
    this.box.replaceChildren(element("b", "", "Most similar"), near.length ? alikeList(near, buffers) : element("p", "", words));
    this.box.hidden = false;
    const at = tile.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const right = at.right + 8 + width < window.innerWidth ? at.right + 8 : at.left - 8 - width;
    const beside = right >= 8;
    const x = beside ? right : Math.min(Math.max(8, at.left), window.innerWidth - width - 8);
    const y = beside ? at.top : at.bottom + 8 + height < window.innerHeight ? at.bottom + 8 : at.top - 8 - height;
    this.box.style.left = `${x}px`;
    this.box.style.top = `${Math.min(Math.max(8, y), Math.max(8, window.innerHeight - height - 8))}px`;
  }

  /** @param {PointerEvent} event */
  hover(event) {
    clearTimeout(this.hovering);
    const tile = /** @type {HTMLElement | null | undefined} */ (target(event)?.closest(".ta-tile"));
    if (event.pointerType !== "mouse" || event.buttons) return;
    const key = tile ? Number(tile.dataset.key) : -1;
    if (tile && this.box && this.key === key) return;
    this.closeHovered();
    if (tile) this.hovering = setTimeout(() => this.box || this.open(key, false), HOVER_MS);
  }
}

// Mouse and touch: click, double click, drag, long press.
/** @import { Grid } from "./view.js" */
/** @import { Point } from "./sheet.js" */

const DRAG_PX = 6;
const LONG_PRESS_MS = 450;

/**
 * A press that may become a drag. position: of the tile below it, -1 for none; kept: what was chosen before and stays.
 * @typedef {{ point: Point, x: number, y: number, position: number, kept: number[], isDrag: boolean }} Press
 */

/**
 * @param {HTMLElement} space
 * @param {Grid} grid
 */
function watchPointer(space, grid) {
  const { choice, sheet } = grid;
  let start = /** @type {Press | null} */ (null);
  let press = 0;
  let scroller = 0;
  let tapped = -1; // the key of the picture that was tapped last
  let isLooking = false;
  const rubber = element("div", "ta-rubber");
  const positionOf = (/** @type {Event} */ event) => {
    const tile = /** @type {HTMLElement | null | undefined} */ (target(event)?.closest(".ta-tile"));
    return tile ? Number(tile.dataset.position) : -1;
  };

  /**
   * @param {PointerEvent} event
   * @param {number} position
   */
  function tap(event, position) {
    const key = grid.order[position];
    const isAdding = event.ctrlKey || event.metaKey || (event.pointerType === "touch" && choice.isChoosing);
    isLooking = event.pointerType === "touch" && key === tapped && !choice.isChoosing;
    tapped = key;
    choice.current = position;
    if (event.shiftKey) choice.span(grid.order);
    else {
      choice.anchor = position;
      if (isAdding) choice.toggle(key);
      else choice.keys = new Set(event.pointerType === "touch" ? [] : [key]);
    }
    grid.go(position);
  }

  /**
   * @param {PointerEvent} event
   * @param {Press} from
   */
  function drag(event, from) {
    const now = sheet.point(event);
    const found = sheet.within(from.point, now, grid.order.length).map((position) => grid.order[position]);
    choice.keys = new Set([...from.kept, ...found]);
    const shift = sheet.shift;
    Object.assign(rubber.style, {
      left: `${Math.min(from.point.x, now.x)}px`,
      top: `${Math.min(from.point.y, now.y) + shift}px`,
      width: `${Math.abs(from.point.x - now.x)}px`,
      height: `${Math.abs(from.point.y - now.y)}px`,
    });
    grid.draw();
  }

  /**
   * @param {PointerEvent} event
   * @param {Press} from
   */
  function scrollAtEdge(event, from) {
    cancelAnimationFrame(scroller);
    const bottom = window.innerHeight - grid.sheet.bar.offsetHeight;
    const speed = event.clientY < 40 ? -14 : event.clientY > bottom - 20 ? 14 : 0;
    if (!speed) return;
    const step = () => {
      sheet.scrollBy(speed);
      drag(event, from);
      scroller = requestAnimationFrame(step);
    };
    scroller = requestAnimationFrame(step);
  }

  function end() {
    clearTimeout(press);
    cancelAnimationFrame(scroller);
    rubber.remove();
    start = null;
  }

  space.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const position = positionOf(event);
    const isKeeping = event.ctrlKey || event.metaKey || event.shiftKey;
    const kept = isKeeping ? [...choice.keys] : [];
    start = { point: sheet.point(event), x: event.clientX, y: event.clientY, position, kept, isDrag: false };
    if (event.pointerType === "touch" && position >= 0) {
      press = setTimeout(() => {
        choice.isChoosing = true;
        choice.toggle(grid.order[position]);
        choice.current = choice.anchor = position;
        start = null; // the tap that follows is part of it
        grid.draw();
        grid.announce(`${choice.keys.size} selected. Tap more, then decide below.`);
      }, LONG_PRESS_MS);
    }
  });
  space.addEventListener("pointermove", (event) => {
    if (!start) return;
    const isFar = Math.hypot(event.clientX - start.x, event.clientY - start.y) > DRAG_PX;
    if (isFar) clearTimeout(press);
    if (event.pointerType === "touch") {
      if (isFar) start = null; // scrolling
      return;
    }
    if (isFar && !start.isDrag) {
      start.isDrag = true;
      space.setPointerCapture(event.pointerId);
      space.append(rubber);
    }
    if (start.isDrag) {
      drag(event, start);
      scrollAtEdge(event, start);
    }
  });
  space.addEventListener("pointerup", (event) => {
    clearTimeout(press);
    const began = start;
    end();
    if (!began) return;
    if (began.isDrag) {
      if (choice.keys.size) choice.current = choice.anchor = grid.order.indexOf([...choice.keys][choice.keys.size - 1]);
      grid.go(choice.current, { isQuiet: true });
      grid.announce(`${choice.keys.size} selected`);
    } else if (began.position >= 0 && began.position === positionOf(event)) tap(event, began.position);
    else if (began.position < 0 && !event.shiftKey) {
      choice.clear();
      grid.draw();
    }
  });
  // A second tap opens the picture: with its click, or that would press what comes to lie under the finger.
  space.addEventListener("click", () => {
    if (isLooking) grid.look();
    isLooking = false;
  });
  space.addEventListener("pointercancel", end);
  space.addEventListener("contextmenu", (event) => {
    if (choice.isChoosing) event.preventDefault(); // the long press of a finger
  });
  space.addEventListener("dblclick", (event) => {
    if (positionOf(event) >= 0) grid.look();
  });
}

// Where every picture lies, and which are in sight: only those exist in the page. The window scrolls, or, in JupyterLab,
// the grid's own box. Taller than browsers allow (some stop at 17 million pixels), the sheet is drawn compressed.
/** @import { Size } from "./protocol" */

/** @typedef {{ x: number, y: number }} Point of the sheet */
/** @typedef {{ position: number, columns: number, row: number, below: number }} Held below: the upper edge, in pixels */

const MOST_PX = 12e6;
const GAP = 10;
const SIZES = { S: { px: 104, words: 46 }, M: { px: 136, words: 46 }, L: { px: 300, words: 88 } };
const PHONE = { S: 4, M: 3, L: 1 };

class Sheet {
  /**
   * @param {HTMLElement} box
   * @param {HTMLElement} space
   * @param {HTMLElement} bar
   */
  constructor(box, space, bar) {
    this.box = box;
    this.space = space;
    this.bar = bar;
    this.columns = 1;
    this.rows = 0;
    this.width = this.height = this.row = this.gap = 0; // of a tile, of a tile and the gap below, between tiles
    this.whole = this.shown = 0; // heights: the sheet's own, as drawn
    this.factor = 1;
    this.shownTop = this.shift = 0;
    this.isInner = !document.body.hasAttribute("data-voila");
    box.classList.toggle("ta-inner", this.isInner);
  }

  /**
   * Whether there is room to lay out at all: a page that is not in sight has none.
   * @param {number} count
   * @param {Size} size
   */
  measure(count, size) {
    const whole = this.space.clientWidth;
    if (!whole) return false;
    const { px, words } = SIZES[size];
    const isPhone = whole < 480;
    const gap = isPhone ? 8 : GAP;
    this.columns = isPhone ? PHONE[size] : Math.max(1, Math.floor((whole + gap) / (px + gap)));
    this.width = Math.floor((whole - gap * (this.columns - 1)) / this.columns);
    if (count < this.columns) this.width = Math.min(this.width, Math.round(px * 1.25));
    this.gap = gap;
    this.height = this.width + words;
    this.row = this.height + gap;
    this.rows = Math.ceil(count / this.columns);
    this.whole = Math.max(0, this.rows * this.row - gap);
    this.shown = Math.min(this.whole, MOST_PX);
    this.space.style.height = `${this.shown}px`;
    return true;
  }

  /** What is in sight, in the sheet's own measure. */
  view() {
    const at = this.space.getBoundingClientRect().top;
    const clip = this.isInner ? this.box.getBoundingClientRect() : { top: this.lid(), bottom: window.innerHeight };
    const height = clip.bottom - clip.top;
    this.factor = this.shown > height ? (this.whole - height) / (this.shown - height) : 1;
    this.shownTop = clip.top - at;
    const inside = Math.min(Math.max(this.shownTop, 0), Math.max(0, this.shown - height));
    this.shift = inside - inside * this.factor;
    return { top: this.shownTop - this.shift, height };
  }

  /** How far down the line of filters reaches, which stays in sight while the window scrolls. */
  lid() {
    return Math.max(0, this.box.closest(".ta")?.querySelector(".ta-lid")?.getBoundingClientRect().bottom ?? 0);
  }

  /**
   * Scroll so that `top`, in the sheet's own measure, is the upper edge of what is in sight.
   * @param {number} top
   * @param {number} height
   */
  scrollTo(top, height) {
    const last = this.whole - height;
    const beyond = top < 0 ? top : Math.max(0, top - Math.max(0, last));
    this.scrollBy((top - beyond) / this.factor + beyond - this.shownTop);
  }

  /**
   * [first, last) positions in sight, with `extra` rows more on both sides.
   * @param {number} count
   * @param {number} extra
   */
  range(count, extra) {
    const { top, height } = this.view();
    const first = Math.max(0, Math.floor(top / this.row) - extra);
    const last = Math.min(this.rows, Math.ceil((top + height) / this.row) + extra);
    return [Math.min(count, first * this.columns), Math.max(0, Math.min(count, last * this.columns))];
  }

  /**
   * What is to stay in sight when tiles get another size: the current position if it is there, else the first one; at the
   * top, that stays.
   * @param {number} current
   * @param {number} count
   * @returns {Held | null}
   */
  held(current, count) {
    const { top } = this.view();
    if (!this.rows || top <= 0) return null;
    const [first, last] = this.range(count, 0);
    const position = current >= first && current < last ? current : first;
    const { columns, row } = this;
    return { position, columns, row, below: Math.floor(position / columns) * row - top };
  }

  /** @param {Held | null} held */
  hold(held) {
    if (!held || (held.columns === this.columns && held.row === this.row)) return;
    const { height } = this.view();
    this.scrollTo(Math.floor(held.position / this.columns) * this.row - held.below, height);
    this.reveal(held.position);
  }

  /**
   * @param {HTMLElement} node
   * @param {number} position
   */
  place(node, position) {
    const x = (position % this.columns) * (this.width + this.gap);
    const y = Math.floor(position / this.columns) * this.row + this.shift;
    node.style.width = `${this.width}px`;
    node.style.height = `${this.height}px`;
    node.style.transform = `translate(${x}px, ${y}px)`;
  }

  /**
   * Scroll as little as needed for the position to be in sight, above the bar of buttons.
   * @param {number} position
   */
  reveal(position) {
    const { top, height } = this.view();
    const y = Math.floor(position / this.columns) * this.row;
    const room = height - this.bar.offsetHeight - 16;
    if (y < top) this.scrollTo(y - 8, height);
    else if (y + this.height > top + room) this.scrollTo(y + this.height - room, height);
  }

  /** @param {number} pixels */
  scrollBy(pixels) {
    (this.isInner ? this.box : window).scrollBy({ top: pixels, behavior: "instant" });
  }

  toTop() {
    const { top, height } = this.view();
    if (top > 0) this.scrollTo(this.isInner ? 0 : -60, height);
  }

  /**
   * Positions whose tile meets the rectangle between two points.
   * @param {Point} one
   * @param {Point} other
   * @param {number} count
   */
  within(one, other, count) {
    const step = this.width + this.gap;
    /** @type {(a: number, b: number, size: number, gap: number) => [number, number]} */
    const between = (a, b, size, gap) => [Math.floor((Math.min(a, b) + gap) / size), Math.floor(Math.max(a, b) / size)];
    const [left, right] = between(one.x, other.x, step, this.gap);
    const [upper, lower] = between(one.y, other.y, this.row, this.gap);
    /** @type {number[]} */
    const found = [];
    for (let row = Math.max(0, upper); row <= Math.min(lower, this.rows - 1); row += 1) {
      for (let column = Math.max(0, left); column <= Math.min(right, this.columns - 1); column += 1) {
        const position = row * this.columns + column;
        if (position < count) found.push(position);
      }
    }
    return found;
  }

  /**
   * A point of the screen in the sheet's measure.
   * @param {MouseEvent} event
   * @returns {Point}
   */
  point(event) {
    const at = this.space.getBoundingClientRect();
    return { x: event.clientX - at.left, y: event.clientY - at.top - this.shift };
  }
}

// What the page knows of the pictures: words and thumbnails asked for as they come into sight, dropped when there are many.
/** @import { Bytes } from "../common/model" */
/** @import { Words } from "../looking/protocol" */
/** @import { GridModel, Thumbnails, Tiles } from "./protocol" */

const ASK_AGAIN_MS = 4000;
const MOST_TEXTS = 6000;
const MOST_URLS = 1200;

class Store {
  /** @param {GridModel} model */
  constructor(model) {
    this.model = model;
    this.texts = /** @type {Map<number, { tile: Words, version: number }>} */ (new Map());
    this.urls = /** @type {Map<number, string>} */ (new Map()); // "" for a picture that cannot be shown
    // decided here, not yet in the tile's own words
    this.pending = /** @type {Map<number, { seq: number, text: string }>} */ (new Map());
    this.asked = /** @type {Map<number, { version: number, at: number }>} */ (new Map());
    this.version = 0;
    this.side = 0;
    this.wanted = "";
    this.wantedAt = 0;
  }

  /** @param {number} key */
  tile(key) { return this.texts.get(key)?.tile; }

  /** @param {number} key */
  decided(key) { return this.pending.get(key)?.text ?? this.tile(key)?.decided ?? ""; }

  /** Everything known may be out of date; it stays in sight until the new words are there. */
  stale() { this.version += 1; }

  /**
   * Whether anything is on its way.
   * @param {number[]} keys
   * @param {number} side of the thumbnails, in pixels
   */
  ask(keys, side) {
    if (side !== this.side) {
      this.forgetPictures();
      this.side = side;
    }
    const now = performance.now();
    const unknown = keys.filter((key) => {
      if (this.texts.get(key)?.version === this.version) return false;
      const asked = this.asked.get(key);
      return !(asked && asked.version === this.version && now - asked.at < ASK_AGAIN_MS);
    });
    if (unknown.length) {
      unknown.forEach((key) => this.asked.set(key, { version: this.version, at: now }));
      tell(this.model, { t: "tiles", keys: unknown, version: this.version });
    }
    const missing = keys.filter((key) => !this.urls.has(key));
    const wanted = missing.join();
    if (missing.length && (wanted !== this.wanted || now - this.wantedAt > ASK_AGAIN_MS)) {
      tell(this.model, { t: "thumbnails", keys: missing, side });
      this.wanted = wanted;
      this.wantedAt = now;
    }
    return unknown.length + missing.length > 0;
  }

  /** @param {Tiles} message */
  takeTiles({ tiles, version, seq }) {
    for (const tile of tiles) {
      this.texts.set(tile.key, { tile, version });
      this.asked.delete(tile.key);
      const pending = this.pending.get(tile.key);
      if (pending && pending.seq <= seq) this.pending.delete(tile.key);
    }
    for (const key of this.texts.keys()) {
      if (this.texts.size <= MOST_TEXTS) break;
      this.texts.delete(key); // the oldest first
    }
  }

  /**
   * @param {Thumbnails} message
   * @param {Bytes[]} buffers
   */
  takeThumbnails({ keys, side }, buffers) {
    if (side !== this.side) return;
    keys.forEach((key, i) => {
      this.revoke(key);
      this.urls.delete(key);
      this.urls.set(key, pictureUrl(buffers[i]));
    });
    for (const key of this.urls.keys()) {
      if (this.urls.size <= MOST_URLS) break;
      this.revoke(key);
      this.urls.delete(key);
    }
  }

  forgetPictures() {
    for (const key of this.urls.keys()) this.revoke(key);
    this.urls.clear();
    this.wanted = "";
  }

  /** @param {number} key */
  revoke(key) {
    const url = this.urls.get(key);
    if (url) URL.revokeObjectURL(url);
  }
}

// One place in the grid: a picture, its words, what was decided. Places are used again for other pictures.
/** @import { Words } from "../looking/protocol" */

let made = 0;

/**
 * Words of which the number at the end is never cut off, and a label as late as possible: "looks like oak 91 %", or
 * where there is less room "oak? 91 %".
 * @param {HTMLElement} node
 * @param {string} text
 */
function write(node, text) {
  const [, before = "", words, number = ""] = /^(looks like |model: )?(.*?)( \S+\u00a0%)?$/.exec(text) ?? ["", "", text];
  node.title = text;
  node.replaceChildren(
    ...(before ? [element("span", "ta-before", before)] : []), element("span", "ta-cut", words),
    ...(number ? [element("span", "ta-percent", number)] : []),
  );
  return node;
}

class Tile {
  /** @param {string} prefix of the ids of this page's tiles */
  constructor(prefix) {
    this.node = element("div", "ta-tile");
    this.node.setAttribute("role", "option");
    this.node.id = `${prefix}-${(made += 1)}`;
    this.img = element("img");
    this.img.alt = "";
    this.img.draggable = false;
    this.img.decoding = "async";
    this.frame = element("div", "ta-frame");
    this.missing = element("span", "ta-missing");
    this.decided = element("b", "ta-decided");
    this.licence = element("span", "ta-mark");
    this.frame.append(this.img, this.missing, this.licence, this.decided);
    this.name = element("span", "ta-name");
    this.chips = element("span", "ta-chips");
    this.said = element("span", "ta-model");
    const words = element("div", "ta-words");
    words.append(this.name, this.chips, this.said);
    this.node.append(this.frame, words);
    this.address = /** @type {string | undefined} */ (undefined);
    this.words = /** @type {string | undefined} */ (undefined);
  }

  /**
   * @param {number} key
   * @param {number} position
   * @param {number} count
   * @param {Words | undefined} tile
   * @param {string | undefined} address undefined while on its way, "" when the picture cannot be shown
   * @param {string} decided
   */
  fill(key, position, count, tile, address, decided) {
    this.node.dataset.key = String(key);
    this.node.dataset.position = String(position);
    this.node.setAttribute("aria-posinset", String(position + 1));
    this.node.setAttribute("aria-setsize", String(count));
    if (this.address !== address) {
      this.address = address;
      if (address) this.img.src = address;
      else this.img.removeAttribute("src");
      this.missing.textContent = address === "" ? "cannot be shown" : "";
    }
    const words = tile && [tile.label, ...tile.chips, tile.said, tile.mark, decided].join("\n");
    if (this.words === words && tile) return;
    this.words = words;
    if (tile) this.node.removeAttribute("aria-label"); // its own words are its name
    else this.node.setAttribute("aria-label", "picture, still loading");
    this.node.classList.toggle("ta-done", Boolean(decided));
    this.node.classList.toggle("ta-gone", decided === "removed");
    this.decided.textContent = decided || "";
    this.licence.textContent = tile ? tile.mark : "";
    this.name.textContent = this.name.title = tile ? tile.label : "";
    this.chips.replaceChildren(...(tile ? tile.chips : []).map((text) => write(element("span", "ta-tag"), text)));
    write(this.said, tile ? tile.said : "");
  }

  /**
   * @param {boolean} isChosen
   * @param {boolean} isCurrent
   */
  mark(isChosen, isCurrent) {
    this.node.classList.toggle("ta-chosen", isChosen);
    this.node.classList.toggle("ta-current", isCurrent);
    this.node.setAttribute("aria-selected", String(isChosen));
    this.node.tabIndex = isCurrent ? 0 : -1;
  }
}

// The tiles in sight: put where their pictures belong, used again for others when they are scrolled past.
/** @import { Choice } from "./choice.js" */
/** @import { Sheet } from "./sheet.js" */
/** @import { Store } from "./store.js" */

const MOST_FREE = 200;

class Tiles {
  /**
   * @param {HTMLElement} space
   * @param {Sheet} sheet
   * @param {Store} store
   */
  constructor(space, sheet, store) {
    this.space = space;
    this.sheet = sheet;
    this.store = store;
    this.prefix = `ta${Math.random().toString(36).slice(2)}`;
    this.shown = /** @type {Map<number, Tile>} */ (new Map()); // by key
    this.free = /** @type {Tile[]} */ ([]);
  }

  /**
   * The node of a picture in sight.
   * @param {number} key
   */
  node(key) { return this.shown.get(key)?.node; }

  /**
   * @param {Uint32Array} order
   * @param {Choice} choice
   */
  draw(order, choice) {
    const count = order.length;
    const [from, to] = this.sheet.range(count, 1);
    const positions = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    const { current } = choice;
    if (current < count && (current < from || current >= to)) positions.push(current); // it may have the focus
    const wanted = new Set(positions.map((position) => order[position]));
    for (const [key, tile] of this.shown) {
      if (wanted.has(key)) continue;
      tile.node.remove();
      this.shown.delete(key);
      this.free.push(tile);
    }
    for (const position of positions) {
      const key = order[position];
      const tile = this.shown.get(key) ?? this.put(key);
      tile.fill(key, position, count, this.store.tile(key), this.store.urls.get(key), this.store.decided(key));
      tile.mark(choice.keys.has(key), position === current);
      this.sheet.place(tile.node, position);
    }
    this.free.length = Math.min(this.free.length, MOST_FREE);
  }

  /** @param {number} key */
  put(key) {
    const tile = this.free.pop() ?? new Tile(this.prefix);
    this.shown.set(key, tile);
    this.space.append(tile.node);
    return tile;
  }
}

// The grid of the Clean page: see grid.py for the messages. Only what is in sight exists in the page. A decision shows at
// once; when the queue is ranked anew, nothing moves down to the last row in sight: the rest of the order changes below.
/** @import { Bytes } from "../common/model" */
/** @import { Decided, Decision } from "../looking/protocol" */
/** @import { FromPython, GridModel } from "./protocol" */
/** @import { Act } from "./keys.js" */

const SIDES_PX = { S: 240, M: 240, L: 420 }; // of thumbnails, the shorter one

class Grid {
  /**
   * @param {GridModel} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    this.place = el; // where windows go
    this.root = element("div", "ta-cleaner");
    this.bars = new Bars(model, (name, label) => this.pressed(name, label));
    this.box = element("div", "ta-box");
    this.space = element("div", "ta-space");
    this.space.setAttribute("role", "listbox");
    this.space.setAttribute("aria-multiselectable", "true");
    this.empty = element("p", "ta-empty");
    this.box.append(this.space);
    this.root.append(this.empty, this.box, this.bars.bottom);
    el.append(this.root);
    this.sheet = new Sheet(this.box, this.space, this.bars.bottom);
    this.store = new Store(model);
    this.choice = new Choice();
    this.near = new NearCard(model, this.root, (key) => this.tiles.node(key), (text) => this.announce(text));
    this.large = new LargeView(this);
    this.order = this.latest = new Uint32Array(0);
    this.sheetNumber = /** @type {number | undefined} */ (undefined);
    this.tiles = new Tiles(this.space, this.sheet, this.store);
    this.frame = oncePerFrame(() => this.draw());
    this.asking = this.again = 0; // timers
    this.askedAt = /** @type {number | undefined} */ (undefined);
    this.seq = 0;
    // keys that go with the next order, while nobody has gone on since the tidying
    this.tidied = /** @type {Set<number>} */ (new Set());
    this.done = /** @type {Map<number, string>} */ (new Map()); // by key, what was decided here since the last tidying
    this.arrival = watchArrival(this);
    watchPointer(this.space, this);
  }

  get labels() { return this.model.get("labels"); }

  // -- what is there, and in which order

  load() {
    this.latest = new Uint32Array(copied(this.model.get("order")));
    const isOther = this.sheetNumber !== this.model.get("sheet");
    const isTidying = this.tidied.size > 0 && this.sheet.view().top <= 0;
    if (isOther || isTidying) this.startAgain();
    else this.rankBelow();
    if (isOther || !this.latest.some((key) => this.tidied.has(key))) this.tidied.clear();
  }

  startAgain() {
    const hadFocus = this.space.contains(document.activeElement);
    if (this.sheetNumber !== undefined) this.sheet.toTop();
    this.sheetNumber = this.model.get("sheet");
    this.order = this.latest;
    this.done.clear();
    this.choice.clear();
    this.choice.current = this.choice.anchor = 0;
    this.measure();
    if (hadFocus) this.focus();
    else this.arrival.arrive();
  }

  rankBelow() {
    const inSight = this.sheet.rows ? this.sheet.range(this.order.length, 0)[1] : 0;
    const kept = this.order.subarray(0, Math.max(inSight, this.order.length ? this.choice.current + 1 : 0));
    const known = new Set(kept);
    const rest = this.latest.filter((key) => !known.has(key));
    this.order = new Uint32Array(kept.length + rest.length);
    this.order.set(kept);
    this.order.set(rest, kept.length);
    this.dropGone();
    this.measure();
  }

  // Nothing is decided about a picture that is not on the page any more, even if it was chosen before.
  dropGone() {
    this.choice.anchor = Math.max(0, Math.min(this.choice.anchor, this.order.length - 1));
    const before = this.choice.keys.size;
    if (!before) return;
    this.choice.keep(new Set(this.order));
    const left = before - this.choice.keys.size;
    if (left) this.announce(`${left} of ${before} selected ${before === 1 ? "picture is" : "pictures are"} no longer on the page.`);
  }

  // -- drawing

  measure() {
    const count = this.order.length;
    this.space.setAttribute("aria-label", `${this.model.get("accessible_name")}: ${count}`);
    this.empty.textContent = this.model.get("empty_text");
    this.empty.hidden = count > 0 || !this.empty.textContent;
    this.root.classList.toggle("ta-nothing", count === 0);
    this.root.dataset.size = this.model.get("size");
    const held = this.sheet.held(this.choice.current, count);
    if (this.sheet.measure(count, this.model.get("size"))) {
      this.sheet.hold(held);
      this.draw();
    }
    this.arrival.measured();
  }

  draw() {
    this.tiles.draw(this.order, this.choice);
    this.bars.draw(this.order.length, this.choice.keys.size, this.done.size);
    this.askSoon();
  }

  drawSoon() { this.frame.soon(); }

  // Words and pictures of what stays in sight; while somebody scrolls fast, nothing is asked for.
  askSoon() {
    if (this.asking) return;
    this.asking = setTimeout(() => {
      this.asking = 0;
      const at = Math.round(this.sheet.view().top);
      const isFast = Math.abs(at - (this.askedAt ?? at)) > window.innerHeight / 2;
      this.askedAt = at;
      if (isFast) this.askSoon();
      else this.ask();
    }, this.askedAt === undefined ? 0 : 50);
  }

  ask() {
    if (!this.space.clientWidth) return;
    const [from, to] = this.sheet.range(this.order.length, 0);
    const [before, after] = this.sheet.range(this.order.length, 3); // in sight first, then what comes next
    const keys = [...this.order.subarray(from, to), ...this.order.subarray(to, after), ...this.order.subarray(before, from)];
    if (this.store.ask(keys, SIDES_PX[this.model.get("size")])) this.again ||= setTimeout(() => {
      this.again = 0; // an answer may have been lost with the connection
      this.ask();
    }, 4200);
  }

  // -- walking and choosing

  /**
   * @param {number} position
   * @param {{ isQuiet?: boolean }} [how] quiet: without scrolling there
   */
  go(position, { isQuiet = false } = {}) {
    this.tidied.clear();
    if (!this.order.length) return;
    this.choice.current = Math.min(Math.max(position, 0), this.order.length - 1);
    this.choice.isLost = false;
    this.near.close();
    if (!isQuiet) this.sheet.reveal(this.choice.current);
    this.draw();
    if (this.large.isOpen) this.look();
    else this.focus();
  }

  focus() {
    this.tiles.node(this.order[this.choice.current])?.focus({ preventScroll: true });
  }

  /** @param {string} text */
  announce(text) {
    this.bars.said.textContent = this.bars.said.title = text;
    this.large.say(text);
  }

  // -- deciding

  /**
   * From a button: the focus goes back to the picture, so that the keys go on working.
   * @param {Act} name
   * @param {string} [label]
   */
  pressed(name, label) {
    this.act(name, label);
    if (name !== "help" && !(name === "relabel" && !label) && !this.large.isOpen) this.focus();
  }

  /**
   * @param {Act} name
   * @param {string} [label]
   */
  act(name, label) {
    if (name === "undo" || name === "redo") tell(this.model, { t: "step", kind: name, seq: (this.seq += 1) });
    else if (name === "help") helpWindow(this.place);
    else if (!this.order.length) return;
    else if (name === "look") this.look();
    else if (name === "near") this.near.toggle(this.order[this.choice.current]);
    else if (name === "tidy") this.tidy();
    else if (name === "all") this.chooseAll();
    else if (name === "relabel" && !label) this.askLabel();
    else this.decide(name, label ?? "");
  }

  askLabel() {
    const keys = this.meant();
    const isOfChosen = !this.large.isOpen && this.choice.keys.size > 0;
    const title = keys.length === 1 ? "New label for this picture" : `New label for ${keys.length} pictures`;
    const offered = new Set(keys.map((key) => this.store.tile(key)?.suggested ?? ""));
    const suggested = this.large.isOpen ? this.large.window?.suggested : offered.size === 1 ? [...offered][0] : "";
    labelWindow(this.place, this.model.get("all_labels"), title, suggested ?? "", (label) => {
      this.choice.isLost ||= isOfChosen && !this.choice.keys.size;
      this.decide("relabel", label);
      if (this.large.isOpen) this.large.window?.box.focus();
      else this.focus();
    });
  }

  /**
   * @param {Decision} action
   * @param {string} label
   */
  decide(action, label) {
    if (this.choice.isLost) {
      this.choice.isLost = false;
      this.announce("The selected pictures are no longer on the page. Nothing was decided.");
      return;
    }
    const keys = this.meant();
    const text = decidedWords(action, label);
    this.seq += 1;
    for (const key of keys) {
      this.store.pending.set(key, { seq: this.seq, text });
      this.done.set(key, text);
    }
    this.announce(keys.length === 1 ? text : `${keys.length} pictures ${text}`);
    this.choice.clear();
    this.choice.anchor = this.large.isVisiting ? this.choice.current : this.next(new Set(keys));
    this.go(this.choice.anchor);
    tell(this.model, { t: "decide", seq: this.seq, action, label }, [new Uint32Array(keys).buffer]);
  }

  /** The pictures that a decision is about: the large one, or those chosen, or the current one. */
  meant() {
    if (this.large.isOpen) return [this.large.key];
    return this.choice.keys.size ? [...this.choice.keys] : [this.order[this.choice.current]];
  }

  /**
   * The next picture that nothing was decided about, after those just decided; else the place stays.
   * @param {Set<number>} decided
   */
  next(decided) {
    const { current } = this.choice;
    let last = current;
    if (decided.size > 1) this.order.forEach((key, i) => { if (decided.has(key)) last = i; });
    for (let i = last + 1; i < this.order.length; i += 1) if (!this.done.has(this.order[i])) return i;
    return current;
  }

  chooseAll() {
    this.choice.keys = new Set(this.order.filter((key) => !this.done.has(key)));
    this.draw();
    this.announce(`${this.choice.keys.size} selected`);
  }

  tidy() {
    this.tidied = new Set(this.done.keys()); // decisions made just before may not be in the order yet
    this.startAgain();
    this.announce("Tidied. Most suspicious pictures first.");
  }

  // -- windows

  look() { this.large.look(); }

  // -- from Python

  /**
   * @param {FromPython} message
   * @param {Bytes[]} buffers
   */
  receive(message, buffers) {
    if (message.t === "tiles") this.store.takeTiles(message);
    else if (message.t === "thumbnails") this.store.takeThumbnails(message, buffers);
    else if (message.t === "changed") {
      this.store.stale();
      this.near.again();
    }
    else if (message.t === "decided") this.decidedThere(message);
    else if (message.t === "near") this.near.show(message, buffers);
    else if (message.t === "large") this.large.show(message, buffers);
    if (message.t !== "near" && message.t !== "large") this.drawSoon();
  }

  /** @param {Decided} message */
  decidedThere({ seq, is_done, text, keys, is_step }) {
    this.store.stale();
    this.announce(text);
    this.bars.said.classList.toggle("ta-refused", !is_done);
    const stays = (/** @type {number} */ key) => [this.done, this.tidied].forEach((decided) => decided.delete(key));
    if (!is_done) {
      for (const [key, pending] of this.store.pending) {
        if (pending.seq !== seq) continue;
        this.store.pending.delete(key);
        stays(key);
      }
    }
    if (is_step) {
      keys.forEach((key) => {
        stays(key);
        this.store.pending.delete(key);
      });
      const first = this.order.findIndex((key) => keys.includes(key));
      if (first >= 0 && (this.large.isOpen || this.space.contains(document.activeElement))) this.go(first);
    }
    this.large.say(text, !is_done);
  }
}

// The grid of the Clean page: this connects it with the page around it and with grid.py.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const grid = new Grid(model, el);
  const load = oncePerFrame(() => grid.load());
  const receive = (/** @type {FromPython} */ message, /** @type {Bytes[]} */ buffers) => grid.receive(message, buffers);
  const redraw = () => grid.measure();
  const drawActs = () => grid.bars.drawActs();
  const enable = () => grid.bars.enable();
  const scrolled = () => {
    grid.near.closeHovered();
    grid.drawSoon();
  };
  // The arrows lead into the grid when nothing else has the focus; letters never do.
  const enter = (/** @type {KeyboardEvent} */ event) => {
    const isFree = document.activeElement === document.body && ["ArrowDown", "ArrowRight"].includes(event.key);
    if (!isFree || !grid.space.clientWidth || !grid.order.length || event.defaultPrevented) return;
    event.preventDefault();
    grid.go(grid.choice.current);
  };
  grid.root.addEventListener("keydown", (event) => {
    if (target(event)?.closest("button") && ["Enter", " "].includes(event.key)) return;
    keydown(event, grid);
  });
  grid.space.addEventListener("pointerover", (event) => grid.near.hover(event));
  grid.space.addEventListener("pointerleave", (event) => grid.near.hover(event));
  const observer = new ResizeObserver(redraw);
  observer.observe(grid.root);
  window.addEventListener("scroll", scrolled, { passive: true });
  grid.box.addEventListener("scroll", scrolled, { passive: true });
  document.addEventListener("keydown", enter);
  model.on("msg:custom", receive);
  model.on("change:order change:sheet", load.soon);
  model.on("change:size change:empty_text change:accessible_name", redraw);
  model.on("change:labels change:all_labels", drawActs);
  model.on("change:can_undo change:can_redo", enable);
  grid.load();
  return () => {
    observer.disconnect();
    [load, grid.frame].forEach((frame) => frame.cancel());
    [grid.asking, grid.again, grid.near.hovering].forEach(clearTimeout);
    window.removeEventListener("scroll", scrolled);
    document.removeEventListener("keydown", enter);
    grid.arrival.drop();
    for (const handler of [receive, load.soon, redraw, drawActs, enable]) model.off(null, null, handler);
    grid.store.forgetPictures();
  };
}

var grid = { render };

export { grid as default };
