// Built by `make widgets` from finding_cards/finding_cards.js and the modules it imports: change those, not this file.
// 1ee516e1cbf24d3efd3f584b90191f654b3cdbc387e698f0b733436643f9b7a0

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

// One card: a thing, why it may be wrong, and what can be said about it.
/** @import { CardData, Send } from "./protocol" */

class Card {
  /**
   * @param {CardData} data
   * @param {Send} send
   * @param {string} options id of the list of labels
   */
  constructor(data, send, options) {
    this.data = data;
    this.send = send;
    this.root = element("li", "ta-finding");
    const named = data.label ? `${data.name}, labelled ${data.label}` : data.name;
    this.root.setAttribute("aria-label", `${named}. ${data.reasons.join(" ")}`);
    const head = element("div", "ta-finding-head");
    head.append(element("b", "", data.label || data.name), ...data.reasons.map((one) => element("span", "ta-tag", one)));
    this.root.append(head);
    if (data.cells.length) this.root.append(this.row());
    else if (data.pieces.length) this.root.append(this.text());
    this.root.append(...data.words.map((one) => element("p", "ta-finding-words", one)));
    if (data.other.text) this.root.append(this.other());
    this.root.append(this.keys(options));
  }

  /** The text, its words marked, its end folded away. */
  text() {
    const { pieces, rest } = this.data;
    const text = element("blockquote", "ta-finding-text");
    for (const [words, mark] of pieces) {
      if (mark) text.append(element("mark", `ta-${mark}`, words));
      else text.append(words);
    }
    if (!rest) return text;
    const more = button("ta-link", "… more", () => {
      text.append(rest);
      more.remove();
      this.root.focus();
    });
    text.append(more);
    return text;
  }

  row() {
    const list = element("dl", "ta-finding-cells");
    for (const [title, value] of this.data.cells) {
      const pair = element("div");
      pair.append(element("dt", "", title), element("dd", "", value || "–"));
      list.append(pair);
    }
    return list;
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
    line.append(keyed("d", "Take out", () => this.decide("remove")));
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

  unask() {
    if (this.form) this.form.hidden = true;
    this.root.focus();
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

// Cards of findings, the most suspicious first: see finding_cards.py for the traits and the wishes. Arrows walk, keys
// decide as in the grid of pictures; the next card has the focus then.
/** @import { Context } from "../common/model" */
/** @import { CardData, ToPython, Traits } from "./protocol" */

let n_made = 0; // of lists on the page

/** @param {Context<Traits, ToPython>} context */
function render({ model, el }) {
  const send = (/** @type {ToPython} */ message) => model.send(message);
  const root = element("div", "ta-findings");
  const bar = element("div", "ta-findings-bar");
  const undo = keyed("u", "Undo", () => send({ t: "undo" }));
  const said = element("span", "ta-findings-said");
  said.setAttribute("role", "status");
  bar.append(undo, said);
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

  /** @param {number} place */
  function go(place) {
    const all = inOrder();
    current = Math.min(Math.max(place, 0), all.length - 1);
    all.forEach((card, i) => { card.root.tabIndex = i === current ? 0 : -1; });
    return all[current];
  }

  function draw() {
    const hadFocus = list.contains(document.activeElement) || document.activeElement === undo;
    const found = model.get("cards");
    const before = cards;
    const same = (/** @type {CardData} */ data) => {
      const card = before.get(data.id);
      return card && JSON.stringify(card.data) === JSON.stringify(data) ? card : new Card(data, send, options.id);
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
    said.textContent = model.get("said");
    bar.hidden = undo.disabled && !said.textContent;
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
    if (event.key in steps && list.contains(from)) {
      go(steps[/** @type {keyof typeof steps} */ (event.key)])?.root.focus();
    } else if (asked?.name === "undo") {
      if (model.get("can_undo")) send({ t: "undo" });
    } else if (!card || !list.contains(from)) return;
    else if (event.key === "Enter" && from === card.root) card.suggestion();
    else if (asked?.name === "relabel") {
      if (asked.label === undefined) card.ask();
      else card.decide("relabel", asked.label);
    } else if (asked?.name === "keep" || asked?.name === "remove") card.decide(asked.name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  model.on("change:cards change:at", draw);
  model.on("change:labels change:said change:can_undo change:n_more change:empty", tell);
  draw();
  return () => {
    model.off(null, null, draw);
    model.off(null, null, tell);
  };
}

var finding_cards = { render };

export { finding_cards as default };
