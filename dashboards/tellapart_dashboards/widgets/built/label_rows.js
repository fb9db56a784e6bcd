// Built by `make widgets` from label_rows/label_rows.js and the modules it imports: change those, not this file.
// d7167b0d71a03a7c69ead19ffa5c61665a060af7c1eb6fbbed4689045bdfb925

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

// Decisions about pictures of a page, and these pictures large, one after the other: along those that were in sight when
// the first was opened.
/** @import { Bytes } from "../common/model" */
/** @import { Act, Decided, Decision, FromPython, Host, Large, LookingModel } from "./protocol" */

/**
 * What the pictures are on. draw: something else is decided. say: what was decided or why not, where no window says it.
 * focus: this picture is the current one from now on.
 * @typedef {{ draw: () => void, say: (text: string, isRefused: boolean) => void, focus: (key: number) => void }} Page
 */

/** @implements {Host} */
class Viewing {
  /**
   * @param {LookingModel} model
   * @param {HTMLElement} root where its windows go
   * @param {Page} page
   */
  constructor(model, root, page) {
    this.model = model;
    this.root = root;
    this.page = page;
    this.keys = /** @type {number[]} */ ([]);
    this.at = 0;
    this.window = /** @type {LargeWindow | null} */ (null);
    this.known = ""; // what was decided about the picture in sight, as Python last said it
    this.seq = 0;
    this.pending = /** @type {Map<number, { seq: number, text: string }>} */ (new Map()); // decided, not yet written
    this.words = /** @type {Map<number, string>} */ (new Map()); // as Python said them after a decision
  }

  get isOpen() { return Boolean(this.window?.isOpen); }

  /**
   * What was decided about a picture; known: as the page knew it before.
   * @param {number} key
   * @param {string} [known]
   */
  of(key, known = "") { return this.pending.get(key)?.text ?? this.words.get(key) ?? known; }

  /** The page knows the words of all its pictures anew. */
  forget() { if (!this.pending.size) this.words.clear(); }

  /**
   * Of these pictures this one is current.
   * @param {number[]} keys
   * @param {number} at
   */
  follow(keys, at) {
    this.keys = [...keys];
    this.at = at;
  }

  /**
   * @param {number[]} keys
   * @param {number} at
   */
  open(keys, at) {
    if (this.isOpen || keys[at] === undefined) return;
    this.follow(keys, at);
    this.window = new LargeWindow(this.root, this, () => this.page.focus(this.keys[this.at]));
    this.window.look(keys[at]);
  }

  get isVisiting() { return this.isOpen && this.window?.key !== this.keys[this.at]; }

  place() { return this.isVisiting ? "similar picture" : `${this.at + 1} of ${this.keys.length}`; }

  decided() { return this.window ? this.of(this.window.key, this.known) : ""; }

  /** @param {number} key */
  visit(key) {
    const at = this.keys.indexOf(key);
    if (at >= 0) this.at = at;
    this.window?.look(key);
  }

  /** @param {number} by */
  step(by) {
    if (!this.isVisiting) this.at = Math.min(Math.max(this.at + by, 0), this.keys.length - 1);
    this.window?.look(this.keys[this.at]);
  }

  /**
   * About the picture that is large, or else the current one.
   * @param {Act} name
   * @param {string} [label]
   * @param {string} [suggested] the label to offer first
   */
  act(name, label, suggested) {
    const key = this.window && this.isOpen ? this.window.key : this.keys[this.at];
    if (name === "undo" || name === "redo") tell(this.model, { t: "step", kind: name, seq: (this.seq += 1) });
    else if (name === "relabel" && !label) {
      const first = suggested ?? this.window?.suggested ?? "";
      labelWindow(this.root, this.model.get("all_labels"), "New label for this picture", first, (chosen) => {
        this.decide(key, "relabel", chosen);
        if (this.isOpen) this.window?.box.focus();
      });
    } else this.decide(key, name, label ?? "");
  }

  /**
   * @param {number} key
   * @param {Decision} action
   * @param {string} label
   */
  decide(key, action, label) {
    const text = decidedWords(action, label);
    this.pending.set(key, { seq: (this.seq += 1), text });
    tell(this.model, { t: "decide", seq: this.seq, action, label }, [new Uint32Array([key]).buffer]);
    this.say(text, false);
    if (!this.isVisiting && this.at < this.keys.length - 1) this.at += 1;
    this.goOn();
  }

  /** The current picture is in sight, or has the focus. */
  goOn() {
    if (this.isOpen) this.window?.look(this.keys[this.at]);
    else this.page.focus(this.keys[this.at]);
    this.page.draw();
  }

  /**
   * @param {string} text
   * @param {boolean} isRefused
   */
  say(text, isRefused) {
    if (!this.window || !this.isOpen) this.page.say(text, isRefused);
    else {
      this.window.say(text, isRefused);
      this.window.drawVerdict();
    }
  }

  /**
   * @param {{ t: string }} message
   * @param {Bytes[]} buffers
   */
  receive(message, buffers) {
    const one = /** @type {FromPython} */ (message);
    if (one.t === "decided") this.decidedThere(one);
    else if (one.t === "large") this.show(one, buffers);
  }

  /**
   * @param {Large} message
   * @param {Bytes[]} buffers
   */
  show(message, buffers) {
    if (!this.isOpen || this.window?.key !== message.key) return;
    this.known = message.tile.decided;
    this.window.show(message, buffers);
  }

  /** @param {Decided} message */
  decidedThere({ seq, is_done, text, keys, is_step, words }) {
    for (const [key, pending] of this.pending) if (pending.seq === seq || seq < 0) this.pending.delete(key);
    for (const [key, word] of words) this.words.set(key, word);
    this.say(text, !is_done);
    const back = is_step ? this.keys.findIndex((key) => keys.includes(key)) : -1;
    if (back >= 0) {
      this.at = back;
      this.goOn();
    }
    this.page.draw();
  }
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
    this.keep = button("ta-action", "", () => wish({ t: "keep", label, without: [...this.without] }));
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
/** @import { Wishing, Wish } from "./protocol" */

class Menu {
  /**
   * @param {Wish} wish
   * @param {string} label
   */
  constructor(wish, label) {
    this.names = "";
    this.root = element("details", "ta-menu");
    this.summary = element("summary", "", "Change");
    this.summary.setAttribute("aria-label", `Change ${label}: rename, merge or remove`);
    const box = element("div", "ta-menubox");
    const rename = field(`New name of ${label}`);
    rename.value = label;
    this.into = element("select");
    this.into.setAttribute("aria-label", `Merge ${label} into`);
    this.mergeLine = element("div", "ta-oneline");
    const send = (/** @type {Wishing} */ message) => {
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

// A few small pictures of a label side by side; a press opens one large.
/** @import { Pictures } from "./protocol" */

class Strip {
  /**
   * @param {string} label
   * @param {(keys: number[], at: number) => void} open
   */
  constructor(label, open) {
    this.label = label;
    this.open = open;
    this.box = element("div", "ta-thumbs");
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", `Pictures of ${label}`);
    this.keys = /** @type {number[]} */ ([]);
    this.urls = /** @type {string[]} */ ([]);
  }

  /**
   * The same ones again cost nothing.
   * @param {Pictures} pictures
   */
  show({ keys, jpegs }) {
    if (keys.length === this.keys.length && keys.every((key, i) => key === this.keys[i])) return;
    const hadFocus = this.box.contains(document.activeElement);
    this.clear();
    this.keys = [...keys];
    this.urls = jpegs.map(pictureUrl);
    this.box.hidden = !keys.length;
    this.box.replaceChildren(...this.urls.map((url, i) => {
      const node = button("ta-thumb", "", () => this.open(this.keys, i));
      node.setAttribute("aria-label", `${this.label}, picture ${i + 1} of ${keys.length}: open`);
      node.dataset.key = String(keys[i]);
      if (url) {
        const img = element("img");
        img.src = url;
        img.alt = "";
        node.append(img);
      }
      return node;
    }));
    if (hadFocus) this.focus(-1);
  }

  /**
   * Whether there is a picture to give the focus to; another one where that one has gone.
   * @param {number} key
   */
  focus(key) {
    const at = Math.max(0, this.keys.indexOf(key));
    const node = /** @type {HTMLElement | undefined} */ (this.box.children[at]);
    node?.focus();
    return Boolean(node);
  }

  clear() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    this.keys = [];
  }
}

// A row: a label, its pictures, the words to search for, how the search goes and what it found.
/** @import { LabelRow, RowsModel, Wish } from "./protocol" */

const EMPTY = { keys: [], jpegs: [] };
const NOTHING = { ids: [], jpegs: [], names: [], marks: [] };

class Row {
  /**
   * @param {RowsModel} model
   * @param {Wish} wish
   * @param {string} label
   * @param {(keys: number[], at: number) => void} open a picture large
   */
  constructor(model, wish, label, open) {
    this.model = model;
    this.wish = wish;
    this.label = label;
    this.told = /** @type {string | undefined} */ (undefined); // the words that the project has
    this.menu = new Menu(wish, label);
    this.root = element("li", "ta-label");
    this.root.setAttribute("aria-label", label);
    this.root.dataset.dropLabel = label; // the upload gives what is dropped here this label
    const head = element("div", "ta-head");
    const name = element("b", "ta-name", label);
    this.number = element("span", "ta-count");
    head.append(name, this.number, this.menu.root);
    this.share = element("i");
    const bar = element("div", "ta-bar");
    bar.setAttribute("aria-hidden", "true");
    bar.append(this.share);
    this.strip = new Strip(label, open);
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
    this.strip.show(this.model.get("strips")[this.label] ?? EMPTY);
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
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits, Wishing } from "./protocol" */

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

var label_rows = { render };

export { label_rows as default };
