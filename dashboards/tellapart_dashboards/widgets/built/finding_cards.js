// Built by `make widgets` from finding_cards/finding_cards.js and the modules it imports: change those, not this file.
// 92ac345825135fe15796eb198e4827dd96334bd6608b255717ce520da48f09dc

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

// The keys of decisions, the same wherever a picture is shown.
/** @import { Act, Decision } from "./protocol" */

/** @type {Record<string, Act>} */
const ACTS = { k: "keep", d: "remove", Delete: "remove", s: "not sure", x: "none of these", r: "relabel", u: "undo" };

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
  return key in ACTS ? { name: ACTS[key] } : undefined;
}

/**
 * What a tile says of a decision until Python's own words are there; the same ones.
 * @param {Decision} action
 * @param {string} label
 */
function decidedWords(action, label) {
  return { keep: "kept", remove: "removed", relabel: `now: ${label}`, "not sure": action, "none of these": action }[action];
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

// A text with its marks, and the cells of a row.
/** @import { Piece } from "./protocol" */

/** @param {Piece[]} pieces */
function markedText(pieces) {
  const text = element("blockquote", "ta-finding-text");
  for (const [words, mark] of pieces) {
    if (mark) text.append(element("mark", `ta-${mark}`, words));
    else text.append(words);
  }
  return text;
}

/** @param {[string, string][]} cells */
function cellList(cells) {
  const list = element("dl", "ta-finding-cells");
  for (const [title, value] of cells) {
    const pair = element("div");
    pair.append(element("dt", "", title), element("dd", "", value || "–"));
    list.append(pair);
  }
  return list;
}

// One card: a thing, why it may be wrong, and what can be said about it.
/** @import { CardData, Send } from "./protocol" */

class Card {
  /**
   * @param {CardData} data
   * @param {Send} send
   * @param {string} options id of the list of labels
   * @param {(card: Card) => void} enlarge
   */
  constructor(data, send, options, enlarge) {
    this.data = data;
    this.enlarge = enlarge;
    this.send = send;
    this.root = element("li", "ta-finding");
    const named = data.label ? `${data.name}, labelled ${data.label}` : data.name;
    this.root.setAttribute("aria-label", `${named}. ${data.reasons.join(" ")}`);
    const head = element("div", "ta-finding-head");
    head.append(element("b", "", data.label || data.name), ...data.reasons.map((one) => element("span", "ta-tag", one)));
    this.root.append(head);
    if (data.picture?.byteLength) this.root.append(this.picture());
    if (data.cells.length) this.root.append(cellList(data.cells));
    else if (data.pieces.length) this.root.append(this.text());
    this.root.append(...data.words.map((one) => element("p", "ta-finding-words", one)));
    if (data.other.text) this.root.append(this.other());
    this.root.append(this.keys(options));
  }

  picture() {
    const figure = element("figure", "ta-finding-picture");
    const image = element("img");
    const url = pictureUrl(this.data.picture);
    image.onload = () => URL.revokeObjectURL(url);
    image.src = url;
    image.alt = this.data.name;
    figure.append(image, element("figcaption", "", this.data.caption));
    return figure;
  }

  /** The text, its words marked, its end folded away. */
  text() {
    const { pieces, rest } = this.data;
    const text = markedText(pieces);
    if (!rest) return text;
    const more = button("ta-link", "… more", () => {
      text.append(rest);
      more.remove();
      this.root.focus();
    });
    text.append(more);
    return text;
  }

  other() {
    const { label = "", text = "" } = this.data.other;
    const box = element("div", "ta-finding-other");
    box.append(element("span", "", `The other one, ${label}:`), element("blockquote", "ta-finding-text", text));
    return box;
  }

  /** @param {string} options */
  keys(options) {
    const { action, suggested, label } = this.data;
    const line = element("div", "ta-finding-keys");
    line.append(keyed("k", label ? `Right: ${label}` : "Right as it is", () => this.decide("keep")));
    if (action === "relabel") line.append(keyed("Enter", `It is ${suggested}`, () => this.suggestion()));
    if (label) line.append(keyed("r", "Other label", () => this.ask()));
    if (this.data.opens) line.append(keyed("o", "Look closer", () => this.open()));
    line.append(keyed("d", "Take out", () => this.decide("remove")));
    if (this.data.has_large) line.append(keyed("v", "Look closer", () => this.look()));
    this.form = element("form", "ta-finding-ask");
    this.form.hidden = true;
    this.field = element("input");
    this.field.type = "text";
    this.field.setAttribute("list", options);
    this.field.setAttribute("aria-label", "Other label");
    this.field.autocomplete = "off";
    const set = button("", "Set");
    set.type = "submit";
    this.form.append(this.field, set);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.field?.value.trim()) this.decide("relabel", this.field.value);
    });
    this.form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.unask();
    });
    line.append(this.form);
    return line;
  }

  /** Ask for another label. */
  ask() {
    if (!this.data.label) return;
    if (this.form) this.form.hidden = false;
    this.field?.focus();
  }

  /** All of it, in a window. */
  look() {
    if (this.data.has_large) this.enlarge(this);
  }

  unask() {
    if (this.form) this.form.hidden = true;
    this.root.focus();
  }

  /** Look at it closer, where that can be done. */
  open() {
    if (this.data.opens) this.send({ t: "open", id: this.data.id });
  }

  suggestion() {
    if (this.data.action === "relabel") this.decide("relabel", this.data.suggested);
  }

  /**
   * @param {string} action
   * @param {string} [label]
   */
  decide(action, label = "") {
    this.send({ t: "decide", id: this.data.id, action, label });
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

// All of a thing in a window of its own: a text to its end, or all cells of a row, and what is most like it.
/** @import { CardData, LargeData } from "./protocol" */

/** @typedef {{ decide: (action: string, label?: string) => void, suggestion: () => void, data: CardData }} Decidable */

class LargeCard {
  /**
   * @param {HTMLElement} root
   * @param {Decidable} card
   * @param {string[]} labels that can be given by number
   * @param {() => void} closed
   */
  constructor(root, card, labels, closed) {
    this.card = card;
    this.labels = labels;
    const { data } = card;
    this.box = dialog(root, data.label ? `${data.name}, labelled ${data.label}` : data.name);
    this.box.classList.add("ta-finding-large");
    this.body = element("div");
    this.body.setAttribute("role", "status");
    this.body.textContent = "Loading …";
    const head = element("h2", "", data.label || data.name);
    const reasons = element("p", "ta-finding-head");
    reasons.append(...data.reasons.map((one) => element("span", "ta-tag", one)));
    const foot = element("div", "ta-finding-keys");
    foot.append(keyed("k", data.label ? `Right: ${data.label}` : "Right as it is", () => this.decide("keep")));
    if (data.action === "relabel") foot.append(keyed("Enter", `It is ${data.suggested}`, () => this.suggestion()));
    foot.append(keyed("d", "Take out", () => this.decide("remove")), keyed("Esc", "Close", () => this.box.close()));
    this.box.append(head, reasons, this.body, foot);
    this.box.addEventListener("keydown", (event) => this.keydown(event));
    this.box.addEventListener("close", closed);
    this.box.tabIndex = -1;
    this.box.showModal();
    this.box.focus();
  }

  /** @param {LargeData} data */
  show(data) {
    const parts = [];
    if (data.cells.length) parts.push(cellList(data.cells));
    if (data.pieces.length) parts.push(markedText(data.pieces));
    if (data.rest) parts.push(element("p", "ta-finding-words", data.rest));
    parts.push(...data.words.map((one) => element("p", "ta-finding-words", one)));
    if (data.near.length) {
      const list = element("ul", "ta-finding-near");
      list.setAttribute("role", "list");
      list.setAttribute("aria-label", "Most like it");
      list.append(...data.near.map(({ label, note, text }) => {
        const item = element("li");
        item.append(element("b", "", label), " ", element("span", "ta-soft", note), element("blockquote", "ta-finding-text", text));
        return item;
      }));
      parts.push(element("h3", "", "Most like it"), list);
    }
    this.body.removeAttribute("role");
    this.body.replaceChildren(...parts);
  }

  suggestion() {
    this.box.close();
    this.card.suggestion();
  }

  /**
   * @param {string} action
   * @param {string} [label]
   */
  decide(action, label) {
    this.box.close();
    this.card.decide(action, label);
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (target(event)?.closest("button") && [" ", "Enter"].includes(event.key)) return;
    const asked = askedFor(event, this.labels);
    if (event.key === "Enter" && this.card.data.action === "relabel") this.suggestion();
    else if (asked?.name === "relabel" && asked.label !== undefined) this.decide("relabel", asked.label);
    else if (asked?.name === "keep" || asked?.name === "remove") this.decide(asked.name);
    else return;
    event.preventDefault();
  }
}

// Cards of findings, the most suspicious first: see finding_cards.py for the traits and the wishes. Arrows walk, keys
// decide as in the grid of pictures; the next card has the focus then. A card opens in a window, see large.js.
/** @import { Context } from "../common/model" */
/** @import { CardData, ToPython, Traits } from "./protocol" */

let n_made = 0; // of lists on the page

/** @param {Context<Traits, ToPython>} context */
function render({ model, el }) {
  const send = (/** @type {ToPython} */ message) => model.send(message);
  const root = element("div", "ta-findings");
  const bar = element("div", "ta-findings-bar");
  const undo = keyed("u", "Undo", () => send({ t: "undo" }));
  const redo = keyed("⇧u", "Redo", () => send({ t: "redo" }));
  redo.setAttribute("aria-keyshortcuts", "Shift+u");
  const said = element("span", "ta-findings-said");
  said.setAttribute("role", "status");
  bar.append(undo, redo, said);
  const list = element("ul", "ta-findings-list");
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", model.get("accessible_name"));
  const options = element("datalist");
  options.id = `ta-findings-labels-${n_made++}`;
  const empty = element("p", "ta-soft");
  const more = button("", "", () => send({ t: "more" }));
  const help = element("p", "ta-findings-help");
  root.append(bar, list, empty, more, help, options);
  el.append(root);

  let cards = /** @type {Map<string, Card>} */ (new Map());
  let current = 0; // place of the card that has the focus, or had it last
  const inOrder = () => [...cards.values()];
  let large = /** @type {LargeCard | null} */ (null);

  /** @param {Card} card */
  function enlarge(card) {
    large = new LargeCard(root, card, model.get("labels"), () => {
      large = null;
      card.root.focus();
    });
    send({ t: "look", id: card.data.id });
  }

  function fill() {
    const found = model.get("large");
    if (found.id && found.id === large?.card.data.id) large?.show(found);
  }

  /** @param {number} place */
  function go(place) {
    const all = inOrder();
    current = Math.min(Math.max(place, 0), all.length - 1);
    all.forEach((card, i) => { card.root.tabIndex = i === current ? 0 : -1; });
    return all[current];
  }

  function draw() {
    const hadFocus = list.contains(document.activeElement) || bar.contains(document.activeElement);
    const found = model.get("cards");
    const before = cards;
    const same = (/** @type {CardData} */ data) => {
      const card = before.get(data.id);
      return card && JSON.stringify(card.data) === JSON.stringify(data) ? card : new Card(data, send, options.id, enlarge);
    };
    cards = new Map(found.map((data) => [data.id, same(data)]));
    arrange(list, inOrder().map((card) => card.root));
    const place = found.findIndex(({ id }) => id === model.get("at"));
    const isBack = place >= 0 && !before.has(model.get("at"));
    const card = go(isBack ? place : current);
    if (hadFocus && !list.contains(document.activeElement)) (card?.root ?? undo).focus();
    else if (hadFocus && isBack) card?.root.focus();
    tell();
  }

  function tell() {
    options.replaceChildren(...model.get("labels").map((label) => {
      const option = element("option");
      option.value = label;
      return option;
    }));
    undo.disabled = !model.get("can_undo");
    redo.disabled = !model.get("can_redo");
    said.textContent = model.get("said");
    bar.hidden = undo.disabled && redo.disabled && !said.textContent;
    empty.textContent = model.get("empty");
    empty.hidden = !empty.textContent;
    more.hidden = !model.get("n_more");
    more.textContent = `Show more (${model.get("n_more").toLocaleString("en")})`;
    help.hidden = !cards.size;
    help.replaceChildren(...model.get("labels").slice(0, 9).flatMap((label, i) => key(String(i + 1), label)),
      ...key("↑ ↓", "move"));
  }

  /**
   * @param {string} name
   * @param {string} does
   */
  function key(name, does) {
    const pair = element("span");
    pair.append(element("kbd", "", name), ` ${does}`);
    return [pair];
  }

  list.addEventListener("focusin", (event) => {
    const at = inOrder().findIndex((card) => card.root.contains(target(event)));
    if (at >= 0) go(at);
  });

  root.addEventListener("keydown", (event) => {
    const from = target(event);
    const card = inOrder()[current];
    const steps = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: cards.size - 1 };
    const asked = askedFor(event, model.get("labels"));
    const isAlone = !(event.ctrlKey || event.metaKey || event.altKey); // or the browser pastes, or opens a file
    if (event.key in steps && list.contains(from)) {
      go(steps[/** @type {keyof typeof steps} */ (event.key)])?.root.focus();
    } else if (asked?.name === "undo" || asked?.name === "redo") {
      if (model.get(asked.name === "undo" ? "can_undo" : "can_redo")) send({ t: asked.name });
    } else if (!card || !list.contains(from)) return;
    else if (event.key === "Enter" && from === card.root) card.suggestion();
    else if (event.key === "v" && isAlone) card.look();
    else if (event.key === "o" && isAlone && from === card.root) card.open();
    else if (asked?.name === "relabel") {
      if (asked.label === undefined) card.ask();
      else card.decide("relabel", asked.label);
    } else if (asked?.name === "keep" || asked?.name === "remove") card.decide(asked.name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  model.on("change:cards change:at", draw);
  model.on("change:large", fill);
  model.on("change:labels change:said change:can_undo change:can_redo change:n_more change:empty", tell);
  draw();
  return () => {
    model.off(null, null, draw);
    model.off(null, null, tell);
    model.off(null, null, fill);
  };
}

var finding_cards = { render };

export { finding_cards as default };
