// What the page knows of the pictures: words and thumbnails asked for as they come into sight, dropped when there are many.
/** @import { Bytes } from "../common/model" */
/** @import { Words } from "../looking/protocol" */
/** @import { GridModel, Thumbnails, Tiles } from "./protocol" */
import { pictureUrl } from "../common/bytes.js";
import { tell } from "../looking/tell.js";

const ASK_AGAIN_MS = 4000;
const MOST_TEXTS = 6000;
const MOST_URLS = 1200;

export class Store {
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
