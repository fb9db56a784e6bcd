// What the page knows of the pictures: words and thumbnails asked for as they come into sight, dropped when there are many.
const ASK_AGAIN_MS = 4000;
const MOST_TEXTS = 6000;
const MOST_URLS = 1200;

// A message to the kernel. While the page is being left there is nobody to send it to.
export function tell(model, message, buffers) {
  try {
    model.send(message, undefined, buffers);
  } catch (error) {
    console.debug("not sent:", message.t, error);
  }
}

export class Store {
  constructor(model) {
    this.model = model;
    this.texts = new Map(); // key -> {tile, version}
    this.urls = new Map(); // key -> address, "" for a picture that cannot be shown
    this.pending = new Map(); // key -> {seq, text}: decided here, not yet in the tile's own words
    this.asked = new Map(); // key -> {version, at}
    this.version = 0;
    this.side = 0;
    this.wanted = "";
  }

  tile(key) { return this.texts.get(key)?.tile; }

  decided(key) { return this.pending.get(key)?.text ?? this.tile(key)?.decided ?? ""; }

  // Everything known may be out of date; it stays in sight until the new words are there.
  stale() { this.version += 1; }

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

  takeTiles({ tiles, version, seq }) {
    for (const tile of tiles) {
      this.texts.set(tile.key, { tile, version });
      this.asked.delete(tile.key);
      if (this.pending.has(tile.key) && this.pending.get(tile.key).seq <= seq) this.pending.delete(tile.key);
    }
    for (const key of this.texts.keys()) {
      if (this.texts.size <= MOST_TEXTS) break;
      this.texts.delete(key); // the oldest first
    }
  }

  takeThumbnails({ keys, side }, buffers) {
    if (side !== this.side) return;
    keys.forEach((key, i) => {
      if (this.urls.get(key)) URL.revokeObjectURL(this.urls.get(key));
      this.urls.delete(key);
      this.urls.set(key, pictureUrl(buffers[i]));
    });
    for (const [key, url] of this.urls) {
      if (this.urls.size <= MOST_URLS) break;
      if (url) URL.revokeObjectURL(url);
      this.urls.delete(key);
    }
  }

  forgetPictures() {
    this.urls.forEach((url) => url && URL.revokeObjectURL(url));
    this.urls.clear();
    this.wanted = "";
  }
}

export function pictureUrl(buffer) {
  return buffer?.byteLength ? URL.createObjectURL(new Blob([buffer], { type: "image/jpeg" })) : "";
}
