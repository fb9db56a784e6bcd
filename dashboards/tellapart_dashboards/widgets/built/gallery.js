// Built by `make widgets` from gallery/gallery.js and the modules it imports: change those, not this file.
// 53804ddd0988d9aa8112b30dde95e669ffdd80b600c478009c1002890f150b69

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

// Many pictures as packed.py sends them: all JPEGs joined, and where each begins.
/** @import { Bytes } from "./model" */

class PackedPictures {
  constructor() {
    this.blob = /** @type {Bytes} */ (new DataView(new ArrayBuffer(0)));
    this.offsets = new Uint32Array(1);
    this.urls = /** @type {string[]} */ ([]);
  }

  get count() { return this.offsets.length - 1; }

  /**
   * Whether the two belong together: else one of them is still on its way, and those before stay.
   * @param {Bytes} blob
   * @param {Bytes} offsets
   */
  take(blob, offsets) {
    const next = new Uint32Array(copied(offsets));
    if (!next.length || next[next.length - 1] !== blob.byteLength) return false;
    this.forget();
    this.blob = blob;
    this.offsets = next;
    return true;
  }

  /**
   * The address of a picture, made when it is first asked for; "" for one that cannot be shown.
   * @param {number} i
   */
  url(i) {
    const begin = this.offsets[i];
    this.urls[i] ??= pictureUrl(new Uint8Array(this.blob.buffer, this.blob.byteOffset + begin, this.offsets[i + 1] - begin));
    return this.urls[i];
  }

  /** No address is valid any more. */
  forget() {
    this.urls.filter(Boolean).forEach((address) => URL.revokeObjectURL(address));
    this.urls = [];
  }
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

// A place of the gallery: a picture, its words, what was decided about it.

/** @typedef {{ caption: string, badge: string, mark: string, decided: string }} Texts */

/** @param {Texts} texts */
const words = ({ caption, badge, mark, decided }) => [caption, badge, mark, decided].filter(Boolean).join(", ");

class Tile {
  /**
   * @param {string} id
   * @param {number} i its position
   * @param {number} count
   * @param {string} address "" for a picture that cannot be shown
   */
  constructor(id, i, count, address) {
    this.node = element("div", "ta-tile");
    this.node.id = id;
    this.node.setAttribute("role", "option");
    this.node.setAttribute("aria-posinset", String(i + 1));
    this.node.setAttribute("aria-setsize", String(count));
    const frame = element("div", "ta-frame");
    if (address) {
      const img = element("img");
      img.src = address;
      img.alt = "";
      img.draggable = false;
      frame.append(img);
    } else frame.append(element("div", "ta-missing", "cannot be shown"), " ");
    this.mark = element("span", "ta-mark");
    this.decided = element("b", "ta-decided");
    frame.append(this.mark, " ", this.decided, " "); // words of their own to a screen reader as well
    this.name = element("span", "ta-name");
    this.badge = element("span", "ta-tag");
    const lines = element("p");
    lines.append(this.name, " ", this.badge);
    this.node.append(frame, lines);
  }

  /** @param {Texts} texts */
  fill(texts) {
    this.mark.textContent = texts.mark;
    this.name.textContent = this.name.title = texts.caption;
    this.badge.textContent = this.badge.title = texts.badge.replaceAll(" %", "\u00a0%");
    this.badge.hidden = !texts.badge;
    this.decided.textContent = texts.decided;
    this.node.classList.toggle("ta-done", Boolean(texts.decided));
    this.node.classList.toggle("ta-gone", texts.decided === "removed");
  }

  /**
   * @param {boolean} isSelected
   * @param {boolean} isCurrent the one that has or gets the focus
   */
  choose(isSelected, isCurrent) {
    this.node.classList.toggle("ta-selected", isSelected);
    this.node.setAttribute("aria-selected", String(isSelected));
    this.node.tabIndex = isCurrent ? 0 : -1;
  }
}

// A packed picture grid: only the rows in sight exist in the page. Arrows, Home, End walk; Enter or a press opens a picture
// large, where it has a number.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython } from "../looking/protocol" */
/** @import { Traits } from "./protocol" */

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const gap = 12;
  const root = element("div", "ta-gallery");
  const box = element("div", "ta-grid");
  const space = element("div", "ta-space");
  space.setAttribute("role", "listbox");
  const said = element("p", "ta-said");
  said.setAttribute("role", "status");
  box.append(space);
  root.append(box, said);
  el.append(root);

  const prefix = `ta${Math.random().toString(36).slice(2)}`;
  const pictures = new PackedPictures();
  let tiles = /** @type {Map<number, Tile>} */ (new Map()); // by position
  let columns = 1;
  let width = 0;
  let rowHeight = 0;
  let news = ""; // what was decided just now
  const viewing = new Viewing(model, el, {
    draw: () => drawing.soon(),
    focus: (key) => focus(Math.max(0, model.get("picture_keys").indexOf(key))),
    say: (text, isRefused) => {
      news = said.textContent = text;
      said.classList.toggle("ta-refused", isRefused);
    },
  });

  const count = () => pictures.count;
  const canOpen = () => model.get("picture_keys").length > 0;
  const current = () => Math.min(Math.max(model.get("selected"), 0), Math.max(0, count() - 1));
  const textsOf = (/** @type {number} */ i) => ({
    caption: model.get("captions")[i] ?? "", badge: model.get("badges")[i] ?? "", mark: model.get("marks")[i] ?? "",
    decided: viewing.of(model.get("picture_keys")[i] ?? -1, model.get("decided")[i]),
  });

  /** @param {number} i */
  function make(i) {
    const tile = new Tile(`${prefix}-${i}`, i, count(), pictures.url(i));
    tile.node.addEventListener("click", () => {
      select(i);
      open(i);
    });
    tiles.set(i, tile);
    space.append(tile.node);
    return tile;
  }

  function draw() {
    const rows = Math.ceil(count() / columns);
    space.style.height = `${Math.max(0, rows * (rowHeight + gap) - gap)}px`;
    const first = Math.max(0, Math.floor(box.scrollTop / (rowHeight + gap)) - 1);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / (rowHeight + gap)) + 1;
    const [from, to] = [first * columns, Math.min(count(), last * columns)];
    const isThere = (/** @type {number} */ i) => (i >= from && i < to) || (i === current() && i < count()); // it may have the focus
    for (const [i, tile] of tiles) {
      if (isThere(i)) continue;
      tile.node.remove();
      tiles.delete(i);
    }
    for (let i = 0; i < count(); i += 1) {
      if (!isThere(i)) continue;
      const tile = tiles.get(i) ?? make(i);
      const row = Math.floor(i / columns);
      tile.node.style.width = `${width}px`;
      tile.node.style.height = `${rowHeight}px`;
      tile.node.style.transform = `translate(${(i % columns) * (width + gap)}px, ${row * (rowHeight + gap)}px)`;
      tile.fill(textsOf(i));
      tile.choose(i === model.get("selected"), i === current());
    }
  }

  function measure() {
    const whole = space.clientWidth;
    if (!whole) return;
    columns = Math.max(1, Math.floor((whole + gap) / (model.get("tile_px") + gap)));
    width = Math.floor((whole - gap * (columns - 1)) / columns);
    if (count() < columns) width = Math.min(width, Math.round(model.get("tile_px") * 1.25));
    const hasBadges = model.get("badges").some(Boolean);
    const hasLong = model.get("badges").some((text) => text.length * 6.5 > width - 34);
    rowHeight = width + (hasBadges ? (hasLong ? 78 : 60) : 36);
    box.classList.toggle("ta-many", count() > columns * 6);
    draw();
  }

  function load() {
    if (!pictures.take(model.get("blob"), model.get("offsets"))) return;
    const hadFocus = space.contains(document.activeElement);
    tiles.forEach((tile) => tile.node.remove());
    tiles = new Map();
    box.scrollTop = 0;
    said.textContent = "";
    space.setAttribute("aria-label", `${model.get("accessible_name")}: ${count()}`);
    root.hidden = count() === 0;
    root.classList.toggle("ta-opens", canOpen());
    measure();
    if (hadFocus) focus(current(), false);
  }

  /**
   * @param {number} i
   * @param {boolean} [isScrolled]
   */
  function focus(i, isScrolled = true) {
    if (!count() || !space.clientWidth || viewing.isOpen) return;
    if (i !== current()) select(i);
    draw();
    tiles.get(i)?.node.focus({ preventScroll: !isScrolled });
  }

  /** @param {number} i */
  function select(i) {
    if (i < 0 || i >= count()) return;
    model.set("selected", i);
    model.save_changes();
  }

  /** @param {number} i */
  function open(i) { if (canOpen()) viewing.open(model.get("picture_keys"), i); }

  function selectedChanged() {
    const i = model.get("selected");
    if (i >= 0) {
      const top = Math.floor(i / columns) * (rowHeight + gap);
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
      const text = `${i + 1} of ${count()}: ${words(textsOf(i))}`;
      if (!said.classList.contains("ta-refused")) said.textContent = news ? `${news}. ${text}` : text;
    } else said.textContent = "";
    news = "";
    draw();
    if (i >= 0 && space.contains(document.activeElement)) tiles.get(i)?.node.focus();
  }

  space.addEventListener("keydown", (event) => {
    const at = current();
    const asked = canOpen() ? askedFor(event, model.get("labels")) : undefined;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    said.classList.remove("ta-refused");
    if (step !== undefined) select(Math.min(Math.max(at + step, 0), count() - 1));
    else if (event.key === "Home") select(0);
    else if (event.key === "End") select(count() - 1);
    else if (["Enter", " "].includes(event.key) && canOpen()) open(at);
    else if (asked) {
      viewing.follow(model.get("picture_keys"), at);
      viewing.act(asked.name, asked.label, model.get("suggested")[at] ?? "");
    } else return;
    event.preventDefault();
    event.stopPropagation(); // else JupyterLab takes the key
  });
  const drawing = oncePerFrame(draw);
  const receive = (/** @type {FromPython} */ message, /** @type {Bytes[]} */ buffers) => viewing.receive(message, buffers);
  const decidedElsewhere = () => {
    viewing.forget();
    drawing.soon();
  };
  const arriving = oncePerFrame(() => focus(current())); // after the pictures, which came just before
  const labelsChanged = () => viewing.window?.drawLabels();
  box.addEventListener("scroll", draw, { passive: true });
  const observer = new ResizeObserver(measure);
  observer.observe(box);
  const loading = oncePerFrame(load);
  model.on("change:blob change:offsets change:captions change:badges change:picture_keys", loading.soon);
  model.on("change:selected", selectedChanged);
  model.on("change:decided", decidedElsewhere);
  model.on("change:arrivals", arriving.soon);
  model.on("change:labels", labelsChanged);
  model.on("msg:custom", receive);
  load();
  return () => {
    observer.disconnect();
    [loading, drawing, arriving].forEach((frame) => frame.cancel());
    for (const handler of [loading.soon, selectedChanged, decidedElsewhere, arriving.soon, labelsChanged, receive]) {
      model.off(null, null, handler);
    }
    pictures.forget();
  };
}

var gallery = { render };

export { gallery as default };
