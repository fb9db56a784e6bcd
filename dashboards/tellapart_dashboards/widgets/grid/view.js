// The grid of the Clean page: see grid.py for the messages. Only what is in sight exists in the page. A decision shows at
// once; when the queue is ranked anew, nothing moves down to the last row in sight: the rest of the order changes below.
/** @import { Bytes } from "../common/model" */
/** @import { Decided, Decision } from "../looking/protocol" */
/** @import { FromPython, GridModel } from "./protocol" */
/** @import { Act } from "./keys.js" */
import { copied } from "../common/bytes.js";
import { element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { decidedWords } from "../looking/decision_keys.js";
import { tell } from "../looking/tell.js";
import { labelWindow } from "../looking/windows.js";
import { watchArrival } from "./arrival.js";
import { Bars } from "./bars.js";
import { Choice } from "./choice.js";
import { helpWindow } from "./help.js";
import { LargeView } from "./large_view.js";
import { NearCard } from "./near.js";
import { watchPointer } from "./pointer.js";
import { Sheet } from "./sheet.js";
import { Store } from "./store.js";
import { Tiles } from "./tiles.js";

const SIDES_PX = { S: 240, M: 240, L: 420 }; // of thumbnails, the shorter one

export class Grid {
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
