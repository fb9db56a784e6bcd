// Files on their way: see upload.py. A small batch is one message. Of a larger one, four messages may be unanswered; each
// has one piece of a large file or many small files. What arrived out of place is sent again.
/** @import { FromPython, Progress, ToPython, UploadModel } from "./protocol" */

export const LANES = 4;
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
export class Refused extends Error {}

export class Connection {
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

export class Batch {
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
