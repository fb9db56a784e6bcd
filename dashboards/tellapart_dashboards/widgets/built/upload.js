// Built by `make widgets` from upload/upload.js and the modules it imports: change those, not this file.
// f1068cfeb00d2600128b7bcec752596db5fad053ff0cab7579aacbb6198d7bd4

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

// What was dropped: files, and folders walked to the bottom.
/** @import { Given } from "./sending.js" */

/** @param {DataTransfer} transfer */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  /** @type {Given[]} */
  const found = [];
  const walk = async (/** @type {FileSystemEntry} */ entry) => {
    if (isFile(entry)) {
      const file = await new Promise((/** @type {(file: File) => void} */ resolve, reject) => entry.file(resolve, reject));
      found.push({ file, path: entry.fullPath.replace(/^\//, "") });
      return;
    }
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    for (;;) { // readEntries gives at most a hundred at a time
      const some = await new Promise((/** @type {(some: FileSystemEntry[]) => void} */ resolve, reject) => {
        reader.readEntries(resolve, reject);
      });
      if (!some.length) return;
      for (const child of some) await walk(child);
    }
  };
  for (const entry of entries) await walk(entry);
  return found;
}

/**
 * @param {FileSystemEntry} entry
 * @returns {entry is FileSystemFileEntry}
 */
function isFile(entry) {
  return entry.isFile;
}

// Files on their way: see upload.py. A small batch is one message. Of a larger one, four messages may be unanswered; each
// has one piece of a large file or many small files. What arrived out of place is sent again.
/** @import { FromPython, Progress, ToPython, UploadModel } from "./protocol" */

const LANES = 4;
const MOST_PIECES = 100;
const MOST_ANNOUNCED = 2000; // in one message
const TRIES = 5; // silences in a row
const STOPPED = "Upload stopped. Nothing was added.";
const NO_ANSWER = "The page gets no answer. Reload it and upload again.";

/** @typedef {{ file: File, path: string }} Given by a person; path: with the folders in front */

/**
 * A file of a batch. next: the offset to send, null when all of it is on its way; acked: what has arrived; flying: how many
 * pieces are unanswered; isAstray: a piece was lost, so wait for the others and begin again at acked.
 * @typedef {Given & { id: number, isBegun: boolean, next: number | null, acked: number, flying: number,
 *   isAstray: boolean, problem: string }} Item
 */

/** @typedef {{ item: Item, off: number, end: number }} PieceOf */

/** An upload that cannot go on; the text is for the visitor. */
class Refused extends Error {}

class Connection {
  /** @param {UploadModel} model */
  constructor(model) {
    this.model = model;
    this.messages = 0;
    // by "batch" or "batch/n", what takes the answer
    this.waiting = /** @type {Map<string, (message: FromPython) => void>} */ (new Map());
  }

  /** @param {FromPython} message */
  receive(message) {
    const key = message.t === "at" ? `${message.batch}/${message.n}` : message.batch;
    const whole = message.t === "refused" || message.t === "lost";
    for (const [name, answer] of [...this.waiting]) {
      if (name === key || (whole && name.startsWith(message.batch))) answer(message);
    }
  }

  /**
   * The answer, or null after a silence.
   * @param {Exclude<ToPython, { t: "addresses" }>} content
   * @param {ArrayBuffer[]} [buffers]
   * @returns {Promise<FromPython | null>}
   */
  ask(content, buffers) {
    const key = content.t === "pieces" ? `${content.batch}/${content.n}` : content.batch;
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.waiting.delete(key); resolve(null); }, this.model.get("timeout_s") * 1000);
      this.waiting.set(key, (message) => { clearTimeout(timer); this.waiting.delete(key); resolve(message); });
      this.model.send(content, undefined, buffers);
    });
  }
}

class Batch {
  /**
   * @param {Connection} connection
   * @param {Given[]} given
   * @param {string} [label] of all of them; "" for none
   */
  constructor(connection, given, label = "") {
    this.connection = connection;
    this.label = label;
    this.id = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("-");
    /** @type {Item[]} */
    this.items = given.map((one, id) => (
      { ...one, id, isBegun: false, next: 0, acked: 0, flying: 0, isAstray: false, problem: "" }
    ));
    this.isStopped = false;
    this.begun = 0;
    this.open = /** @type {Set<Item>} */ (new Set());
    this.lastAnswer = 0;
    this.wakers = /** @type {(() => void)[]} */ ([]);
  }

  /**
   * All files are sent, `changed` is called on the way.
   * @param {() => void} changed
   * @throws {Refused}
   */
  async send(changed) {
    const { connection, items, id: batch } = this;
    const pieceBytes = connection.model.get("piece_bytes");
    const total = items.reduce((sum, item) => sum + item.file.size, 0);
    try {
      if (total <= pieceBytes && items.length <= MOST_PIECES) await this.whole(changed);
      else await this.inPieces(changed, total <= LANES * pieceBytes);
      return items.filter((item) => item.problem).map((item) => `${item.path} ${item.problem}`).join(" · ");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.isStopped = true; // the other lanes leave at their next piece
      connection.model.send({ t: "abort", batch });
      return error.message;
    }
  }

  /**
   * A small batch, in one message. It is sent once more after a silence; Python adds a batch only once.
   * @param {() => void} changed
   */
  async whole(changed) {
    this.items.forEach((item) => { item.isBegun = true; });
    this.begun = this.items.length;
    const data = await Promise.all(this.items.map((item) => read({ item, off: 0, end: item.file.size })));
    const files = this.items.flatMap(({ id, path }, i) => {
      const one = data[i];
      return one ? [{ id, path, size: one.byteLength }] : [];
    });
    const buffers = data.filter((one) => one !== null).filter((one) => one.byteLength);
    if (!files.length) return;
    if (this.isStopped) throw new Refused(STOPPED);
    const message = { t: /** @type {const} */ ("whole"), batch: this.id, label: this.label, files };
    const answer = await this.connection.ask(message, buffers) ?? await this.connection.ask(message, buffers);
    if (answer?.t !== "done") throw new Refused(answer?.t === "refused" ? answer.reason : NO_ANSWER);
    this.items.forEach((item) => { item.acked = item.file.size; });
    changed();
  }

  /**
   * @param {() => void} changed
   * @param {boolean} isAtOnce pieces go before the announcement is answered: no more of them than may be unanswered
   */
  async inPieces(changed, isAtOnce) {
    const announced = this.announce();
    if (!isAtOnce) await announced;
    this.lastAnswer = Date.now();
    await Promise.all([announced, ...Array.from({ length: LANES }, () => this.lane(changed))]);
    if (this.isStopped) throw new Refused(STOPPED);
    await this.connection.ask({ t: "end", batch: this.id });
  }

  async announce() {
    const files = this.items.map(({ id, path, file }) => ({ id, path, size: file.size }));
    let answer = /** @type {FromPython | null} */ (null);
    for (let first = 0; first < files.length; first += MOST_ANNOUNCED) {
      const some = files.slice(first, first + MOST_ANNOUNCED);
      const more = first + MOST_ANNOUNCED < files.length;
      const message = /** @type {Exclude<ToPython, { t: "addresses" }>} */ ({ t: "announce", batch: this.id, label: this.label, files: some, more });
      if (more) this.connection.model.send(message);
      else answer = await this.connection.ask(message);
    }
    if (answer === null) throw new Refused(NO_ANSWER);
    if (answer.t !== "go") throw new Refused(answer.t === "refused" ? answer.reason : "The upload was refused.");
  }

  /** @param {() => void} changed */
  async lane(changed) {
    while (!this.isStopped) {
      const pieces = this.take();
      if (!pieces.length) {
        if (!this.open.size && this.begun === this.items.length) break;
        await new Promise((resolve) => { this.wakers.push(() => resolve(null)); });
        continue;
      }
      const data = await Promise.all(pieces.map(read));
      if (this.isStopped) break; // while they were read
      const good = pieces.filter((_, i) => data[i] !== null);
      const answer = good.length ? await this.ask(good, data.filter((one) => one !== null)) : null;
      if (answer) this.lastAnswer = Date.now();
      else if (Date.now() - this.lastAnswer > TRIES * this.connection.model.get("timeout_s") * 1000) {
        throw new Refused("The connection was lost. Reload the page and upload again.");
      }
      const at = new Map((answer ?? []).map((one) => [one.id, one]));
      pieces.forEach(({ item, end }) => this.settle(item, end, at.get(item.id)));
      changed();
      this.wake();
    }
    this.wake();
  }

  wake() {
    this.wakers.forEach((go) => go());
    this.wakers = [];
  }

  /** The pieces of the next message. */
  take() {
    const pieces = /** @type {PieceOf[]} */ ([]);
    let room = this.connection.model.get("piece_bytes");
    while (room > 0 && pieces.length < MOST_PIECES) {
      let item = [...this.open].find((one) => one.next !== null && !one.isAstray);
      if (!item) {
        if (this.begun === this.items.length) break;
        item = this.items[this.begun];
        item.isBegun = true;
        this.begun += 1;
        this.open.add(item);
      }
      const off = item.next ?? 0;
      const end = Math.min(off + room, item.file.size);
      pieces.push({ item, off, end });
      room -= Math.max(end - off, 1);
      item.next = end === item.file.size ? null : end;
      item.flying += 1;
    }
    return pieces;
  }

  /**
   * What has arrived of these pieces' files, or null after a silence.
   * @param {PieceOf[]} pieces
   * @param {ArrayBuffer[]} data
   */
  async ask(pieces, data) {
    const answer = await this.connection.ask({
      t: "pieces", batch: this.id, n: (this.connection.messages += 1),
      pieces: pieces.map(({ item, off, end }) => ({ id: item.id, off, size: end - off })),
    }, data.filter((one) => one.byteLength));
    if (answer?.t === "lost") throw new Refused("The page was restarted. Upload again.");
    if (answer?.t === "refused") throw new Refused(answer.reason);
    return answer?.t === "at" ? answer.files : null;
  }

  /**
   * @param {Item} item
   * @param {number} end of the piece
   * @param {Progress | undefined} answer
   */
  settle(item, end, answer) {
    item.flying -= 1;
    if (answer) item.acked = Math.max(item.acked, answer.off);
    if (answer?.done || item.problem) this.open.delete(item);
    else if (!answer || answer.off < end) item.isAstray = true;
    if (item.isAstray && item.flying === 0) Object.assign(item, { isAstray: false, next: item.acked });
  }
}

/** @param {PieceOf} piece */
async function read({ item, off, end }) {
  try {
    return await item.file.slice(off, end).arrayBuffer();
  } catch {
    item.problem = "can no longer be read. Was it moved or changed?";
    return null;
  }
}

// Drop, paste or choose files and folders; what is on its way has a row. How it gets there: sending.js.
/** @import { Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */
/** @import { Given } from "./sending.js" */

const MOST_PASTED = 2000000; // characters

/** @param {number} bytes */
function sizeText(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const root = element("div", "ta-upload");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", model.get("accessible_name"));
  const zone = element("div", "ta-drop");
  const line = element("p");
  const input = element("input");
  const folderInput = element("input");
  for (const one of [input, folderInput]) {
    one.type = "file";
    one.multiple = true;
    one.hidden = true;
    one.tabIndex = -1;
  }
  input.accept = model.get("accept");
  input.setAttribute("aria-label", "Files");
  folderInput.setAttribute("aria-label", "Folder");
  folderInput.webkitdirectory = true;
  const isForVisitors = model.get("is_for_visitors");
  const choose = button("ta-choose", isForVisitors ? "Choose pictures" : "choose files", () => input.click());
  const chooseFolder = button("ta-choose", "choose a folder", () => folderInput.click());
  if (isForVisitors) line.append(choose, element("span", "ta-ways", "or drop or paste them anywhere on this page"));
  else line.append(`Drop ${model.get("what")} here, paste, `, choose);
  if (model.get("takes_folders")) line.append(" or ", chooseFolder);
  zone.append(line, input, folderInput);
  const progress = element("div", "ta-sending");
  progress.hidden = true;
  const status = element("p", "ta-status");
  status.setAttribute("role", "status");
  const bar = element("progress");
  bar.setAttribute("aria-label", "Upload");
  const rows = element("ul", "ta-files");
  const stop = button("ta-choose", "Stop", () => { if (batch) batch.isStopped = true; });
  progress.append(bar, rows, stop);
  root.append(zone, status, progress);
  el.append(root);

  const connection = new Connection(model);
  const receive = (/** @type {FromPython} */ message) => connection.receive(message);
  const queue = /** @type {{ given: Given[], label: string }[]} */ ([]);
  let batch = /** @type {Batch | null} */ (null); // the one on its way
  model.on("msg:custom", receive);

  /** @param {Batch} batch */
  async function send(batch) {
    const { items } = batch;
    const total = items.reduce((sum, item) => sum + item.file.size, 0);
    progress.hidden = false;
    bar.max = Math.max(1, total);
    const draw = () => {
      const begun = items.filter((item) => item.isBegun);
      const sent = begun.reduce((sum, item) => sum + item.acked, 0);
      const finished = begun.filter((item) => item.acked === item.file.size).length;
      bar.value = sent;
      status.textContent = `Uploading: ${finished} of ${items.length} files, ${sizeText(sent)} of ${sizeText(total)}`;
      const active = begun.filter((item) => item.acked < item.file.size);
      rows.replaceChildren(...active.slice(0, LANES).map((item) => {
        const row = element("li");
        row.append(element("span", "", item.path));
        row.append(element("span", "ta-percent", `${Math.round((100 * item.acked) / item.file.size)} %`));
        return row;
      }));
    };
    const drawing = oncePerFrame(() => { if (!progress.hidden) draw(); });
    draw();
    let words = "";
    try {
      words = await batch.send(drawing.soon);
    } finally {
      drawing.cancel();
      status.textContent = words;
      progress.hidden = true;
    }
  }

  /**
   * @param {Given[]} given
   * @param {string} [label] of the place where they were dropped
   */
  async function add(given, label = "") {
    if (!given.length) return;
    queue.push({ given, label });
    if (batch) return;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        batch = new Batch(connection, next.given, next.label);
        await send(batch);
      }
    } finally {
      batch = null;
    }
  }

  const fromInput = (/** @type {HTMLInputElement} */ one) => {
    const given = [...one.files ?? []].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
    one.value = ""; // so that the same file can be chosen again
    add(given);
  };
  input.addEventListener("change", () => fromInput(input));
  folderInput.addEventListener("change", () => fromInput(folderInput));

  const isVisible = () => root.isConnected && root.offsetParent !== null;
  const hasFiles = (/** @type {DragEvent} */ event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let lit = /** @type {Element | null} */ (null); // where a drop would go: the zone, or a place that has a label
  const light = (/** @type {Element | null} */ place) => {
    if (lit === place) return;
    lit?.classList.remove("ta-over");
    place?.classList.add("ta-over");
    lit = place;
  };
  const placeOf = (/** @type {DragEvent} */ event) => /** @type {HTMLElement | null | undefined} */ (
    model.get("takes_labels") ? target(event)?.closest("[data-drop-label]") : null
  );
  const over = (/** @type {DragEvent} */ event) => {
    if (!isVisible() || !hasFiles(event)) return;
    event.preventDefault(); // beside the zone too: else the browser leaves the page and opens the picture
    light(placeOf(event) ?? zone);
  };
  const leave = (/** @type {DragEvent} */ event) => { if (!event.relatedTarget) light(null); };
  const drop = async (/** @type {DragEvent} */ event) => {
    if (!isVisible() || !hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const label = placeOf(event)?.dataset.dropLabel;
    light(null);
    if (event.dataTransfer) add(await dropped(event.dataTransfer), label);
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!isVisible()) return;
    if (!files.length) {
      if (model.get("what") === "pictures") pasteText(event);
      return;
    }
    event.preventDefault();
    add(files.map((file) => ({ file, path: file.name || "pasted.png" })));
  };

  /**
   * Text that was meant for no field: addresses of pictures where those are taken, else it is said that it is no picture.
   * @param {ClipboardEvent} event
   */
  function pasteText(event) {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!text || target(event)?.closest("input, textarea, select, [contenteditable]")) return;
    const isAddress = text.split(/\s+/).some((word) => /^https?:\/\/./i.test(word));
    if (isAddress && model.get("takes_addresses")) {
      model.send({ t: "addresses", text: text.slice(0, MOST_PASTED) });
      return;
    }
    const start = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    status.textContent = `“${start}” is ${isAddress ? "an address" : "text"} and no picture. `
      + (model.get("takes_addresses") ? "Copy a picture, or the address of one, and paste that."
        : "Copy a picture and paste that.");
  }
  window.addEventListener("dragover", over);
  window.addEventListener("dragleave", leave);
  window.addEventListener("drop", drop);
  window.addEventListener("paste", paste);
  model.set("is_drawn", true);
  model.save_changes();
  return () => {
    queue.length = 0;
    if (batch) batch.isStopped = true;
    model.off("msg:custom", receive);
    window.removeEventListener("dragover", over);
    window.removeEventListener("dragleave", leave);
    window.removeEventListener("drop", drop);
    window.removeEventListener("paste", paste);
  };
}

var upload = { render };

export { upload as default };
