// A packed picture grid: only the rows in sight exist in the page. Arrows, Home, End walk; Enter or a press opens a picture
// large, where it has a number.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython } from "../looking/protocol" */
/** @import { Traits } from "./protocol" */
import { element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { PackedPictures } from "../common/packed.js";
import { askedFor } from "../looking/decision_keys.js";
import { Viewing } from "../looking/viewing.js";
import { Tile, words } from "./tile.js";

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

export default { render };
