// The grid of the Clean page: see grid.py for the messages. Only what is in sight exists in the page. A decision shows at
// once; when the queue is ranked anew, nothing moves down to the last row in sight: the rest of the order changes below.
const HOVER_MS = 650;
const SIDES_PX = { S: 240, M: 240, L: 420 };

class Grid {
  constructor(model, el) {
    this.model = model;
    this.prefix = `ta${Math.random().toString(36).slice(2)}`;
    this.root = element("div", "ta-cleaner");
    this.bars = new Bars(model, (name, label) => this.pressed(name, label));
    this.box = element("div", "ta-box");
    this.space = element("div", "ta-space");
    this.space.setAttribute("role", "listbox");
    this.space.setAttribute("aria-multiselectable", "true");
    this.empty = element("p", "ta-empty");
    this.box.append(this.space);
    this.root.append(this.bars.top, this.empty, this.box, this.bars.bottom);
    el.append(this.root);
    this.sheet = new Sheet(this.box, this.space, this.bars.bottom);
    this.store = new Store(model);
    this.choice = new Choice();
    this.order = new Uint32Array(0);
    this.tiles = new Map(); // key -> Tile
    this.free = [];
    this.seq = 0;
    this.tidied = new Set(); // keys that go with the next order, while nobody has gone on since the tidying
    this.done = new Map(); // key -> what was decided here since the last tidying
    watchPointer(this.space, this);
  }

  get labels() { return this.model.get("labels"); }

  // -- what is there, and in which order

  load() {
    const raw = this.model.get("order");
    this.latest = new Uint32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength)); // alignment
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
    if (this.sheet.measure(count, this.model.get("size"))) this.draw();
  }

  draw() {
    const count = this.order.length;
    const [from, to] = this.sheet.range(count, 1);
    const positions = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    const { current } = this.choice;
    if (current < count && (current < from || current >= to)) positions.push(current); // it may have the focus
    const wanted = new Set(positions.map((position) => this.order[position]));
    for (const [key, tile] of this.tiles) {
      if (wanted.has(key)) continue;
      tile.node.remove();
      this.tiles.delete(key);
      this.free.push(tile);
    }
    for (const position of positions) this.drawTile(position, count);
    this.free.length = Math.min(this.free.length, 200);
    this.bars.draw(count, this.choice.keys.size, this.done.size);
    this.askSoon();
  }

  drawTile(position, count) {
    const key = this.order[position];
    let tile = this.tiles.get(key);
    if (!tile) {
      tile = this.free.pop() ?? new Tile(this.prefix);
      this.tiles.set(key, tile);
      this.space.append(tile.node);
    }
    tile.fill(key, position, count, this.store.tile(key), this.store.urls.get(key), this.store.decided(key));
    tile.mark(this.choice.keys.has(key), position === this.choice.current);
    this.sheet.place(tile.node, position);
  }

  drawSoon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

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

  go(position, { isQuiet = false } = {}) {
    this.tidied.clear();
    if (!this.order.length) return;
    this.choice.current = Math.min(Math.max(position, 0), this.order.length - 1);
    this.choice.isLost = false;
    this.closeNear();
    if (!isQuiet) this.sheet.reveal(this.choice.current);
    this.draw();
    if (this.large?.box.open) this.look();
    else this.focus();
  }

  focus() {
    this.tiles.get(this.order[this.choice.current])?.node.focus({ preventScroll: true });
  }

  announce(text) { this.bars.said.textContent = text; }

  // -- deciding

  // From a button: the focus goes back to the picture, so that the keys go on working.
  pressed(name, label) {
    this.act(name, label);
    if (name !== "help" && !(name === "relabel" && !label) && !this.large?.box.open) this.focus();
  }

  act(name, label) {
    if (name === "undo" || name === "redo") tell(this.model, { t: name, seq: (this.seq += 1) });
    else if (name === "help") helpWindow(this.root);
    else if (!this.order.length) return;
    else if (name === "look") this.look();
    else if (name === "near") this.toggleNear();
    else if (name === "tidy") this.tidy();
    else if (name === "all") this.chooseAll();
    else if (name === "relabel" && !label) this.askLabel();
    else this.decide(name, label ?? "");
  }

  askLabel() {
    const n = this.choice.keys.size || 1;
    const isOfChosen = this.choice.keys.size > 0;
    const title = n === 1 ? "New label for this picture" : `New label for ${n} pictures`;
    labelWindow(this.root, this.model.get("all_labels"), title, (label) => {
      this.choice.isLost ||= isOfChosen && !this.choice.keys.size;
      this.decide("relabel", label);
      if (!this.large?.box.open) this.focus();
    });
  }

  decide(action, label) {
    if (this.choice.isLost) {
      this.choice.isLost = false;
      this.announce("The selected pictures are no longer on the page. Nothing was decided.");
      return;
    }
    const keys = this.choice.keys.size ? [...this.choice.keys] : [this.order[this.choice.current]];
    const text = { keep: "kept", remove: "removed", relabel: `→ ${label}` }[action] ?? action;
    this.seq += 1;
    for (const key of keys) {
      this.store.pending.set(key, { seq: this.seq, text });
      this.done.set(key, text);
    }
    this.announce(keys.length === 1 ? text : `${keys.length} pictures ${text}`);
    this.choice.clear();
    this.choice.anchor = this.next(new Set(keys));
    this.go(this.choice.anchor);
    tell(this.model, { t: "decide", seq: this.seq, action, label }, [new Uint32Array(keys).buffer]);
  }

  // The next picture that nothing was decided about, after those just decided; else the place stays.
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

  look() {
    const key = this.order[this.choice.current];
    if (!this.large?.box.open) {
      this.large = new LargeWindow(this.root, this);
      this.large.box.addEventListener("close", () => this.focus());
    }
    this.large.key = key;
    tell(this.model, { t: "large", key });
  }

  toggleNear() {
    if (this.near) this.closeNear();
    else this.openNear(this.order[this.choice.current], true);
  }

  openNear(key, isAnnounced) {
    this.closeNear();
    this.near = element("div", "ta-pop");
    this.near.dataset.key = key;
    this.near.setAttribute("role", "region");
    this.near.setAttribute("aria-label", "Most similar");
    this.near.hidden = true;
    this.nearIsAnnounced = isAnnounced;
    this.root.append(this.near);
    tell(this.model, { t: "near", key });
  }

  showNear({ key, near }, buffers) {
    const tile = this.tiles.get(key);
    if (this.near?.dataset.key !== String(key) || !tile) return;
    const words = near.map((one) => `${one.label} ${one.note}`).join(", ") || "none yet: the check has not finished";
    if (this.nearIsAnnounced) this.announce(`Most similar: ${words}`);
    this.near.replaceChildren(element("b", "", "Most similar"), near.length ? likeList(near, buffers) : element("p", "", words));
    this.near.hidden = false;
    const at = tile.node.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.near;
    const right = at.right + 8 + width < window.innerWidth ? at.right + 8 : at.left - 8 - width;
    const beside = right >= 8;
    const x = beside ? right : Math.min(Math.max(8, at.left), window.innerWidth - width - 8);
    const y = beside ? at.top : at.bottom + 8 + height < window.innerHeight ? at.bottom + 8 : at.top - 8 - height;
    this.near.style.left = `${x}px`;
    this.near.style.top = `${Math.min(Math.max(8, y), Math.max(8, window.innerHeight - height - 8))}px`;
  }

  closeNear() {
    this.near?.remove();
    this.near = undefined;
  }

  hover(event) {
    clearTimeout(this.hovering);
    const node = event.target.closest?.(".ta-tile");
    if (event.pointerType !== "mouse" || event.buttons) return;
    if (!node) {
      if (this.near && !this.nearIsAnnounced) this.closeNear();
      return;
    }
    if (this.near?.dataset.key === node.dataset.key) return;
    if (this.near && !this.nearIsAnnounced) this.closeNear();
    this.hovering = setTimeout(() => this.near || this.openNear(Number(node.dataset.key), false), HOVER_MS);
  }

  // -- from the kernel

  receive(message, buffers) {
    if (message.t === "tiles") this.store.takeTiles(message);
    else if (message.t === "thumbnails") this.store.takeThumbnails(message, buffers);
    else if (message.t === "changed") this.store.stale();
    else if (message.t === "decided") this.decidedThere(message);
    else if (message.t === "near") return this.showNear(message, buffers);
    else if (message.t === "large") {
      if (this.large?.key === message.key) this.large.show({ ...message, decided: this.store.decided(message.key) }, buffers);
      return;
    }
    this.drawSoon();
  }

  decidedThere({ seq, is_done, text, keys, is_step }) {
    this.store.stale();
    this.announce(text);
    this.bars.said.classList.toggle("ta-refused", !is_done);
    const stays = (key) => [this.done, this.tidied].forEach((decided) => decided.delete(key));
    if (!is_done) {
      for (const [key, pending] of this.store.pending) {
        if (pending.seq !== seq) continue;
        this.store.pending.delete(key);
        stays(key);
      }
    }
    if (is_step) {
      keys.forEach(stays);
      const first = this.order.findIndex((key) => keys.includes(key));
      if (first >= 0 && this.space.contains(document.activeElement)) this.go(first);
    }
  }
}

function render({ model, el }) {
  const grid = new Grid(model, el);
  let frame = 0; // several traits arrive together
  const loadSoon = () => { frame ||= requestAnimationFrame(() => { frame = 0; grid.load(); }); };
  const receive = (message, buffers) => grid.receive(message, buffers);
  const redraw = () => grid.measure();
  const drawActs = () => grid.bars.drawActs();
  const enable = () => grid.bars.enable();
  const scrolled = () => {
    if (grid.near && !grid.nearIsAnnounced) grid.closeNear();
    grid.drawSoon();
  };
  // The arrows lead into the grid when nothing else has the focus; letters never do.
  const enter = (event) => {
    const isFree = document.activeElement === document.body && ["ArrowDown", "ArrowRight"].includes(event.key);
    if (!isFree || !grid.space.clientWidth || !grid.order.length || event.defaultPrevented) return;
    event.preventDefault();
    grid.go(grid.choice.current);
  };
  grid.root.addEventListener("keydown", (event) => {
    if (event.target.closest("button") && ["Enter", " "].includes(event.key)) return;
    keydown(event, grid);
  });
  grid.space.addEventListener("pointerover", (event) => grid.hover(event));
  grid.space.addEventListener("pointerleave", (event) => grid.hover(event));
  const observer = new ResizeObserver(redraw);
  observer.observe(grid.root);
  window.addEventListener("scroll", scrolled, { passive: true });
  grid.box.addEventListener("scroll", scrolled, { passive: true });
  document.addEventListener("keydown", enter);
  model.on("msg:custom", receive);
  model.on("change:order change:sheet", loadSoon);
  model.on("change:size change:empty_text change:accessible_name", redraw);
  model.on("change:labels", drawActs);
  model.on("change:can_undo change:can_redo", enable);
  grid.load();
  return () => {
    observer.disconnect();
    [frame, grid.frame].forEach(cancelAnimationFrame);
    [grid.asking, grid.again, grid.hovering].forEach(clearTimeout);
    window.removeEventListener("scroll", scrolled);
    document.removeEventListener("keydown", enter);
    for (const handler of [receive, loadSoon, redraw, drawActs, enable]) model.off(null, null, handler);
    grid.store.forgetPictures();
  };
}

export default { render };
