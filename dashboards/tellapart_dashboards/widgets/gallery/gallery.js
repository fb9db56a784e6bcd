// A packed picture grid: only the rows in sight exist in the page. Left, right, up, down, Home, End walk.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { PackedPictures } from "../common/packed.js";

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const gap = 12;
  const root = element("div", "ta-gallery");
  const box = element("div", "ta-grid");
  box.tabIndex = 0;
  box.setAttribute("role", "listbox");
  const space = element("div", "ta-space");
  space.setAttribute("role", "presentation");
  const said = element("p", "ta-said");
  said.setAttribute("aria-live", "polite");
  box.append(space);
  root.append(box, said);
  el.append(root);

  const prefix = `ta${Math.random().toString(36).slice(2)}`;
  const pictures = new PackedPictures();
  let tiles = /** @type {Map<number, HTMLElement>} */ (new Map()); // by position
  let columns = 1;
  let width = 0;
  let rowHeight = 0;

  const count = () => pictures.count;
  const textsOf = (/** @type {number} */ i) => ({
    caption: model.get("captions")[i] ?? "", badge: model.get("badges")[i] ?? "", mark: model.get("marks")[i] ?? "",
  });
  const words = (/** @type {number} */ i) => Object.values(textsOf(i)).filter(Boolean).join(", ");

  /** @param {number} i */
  function tile(i) {
    const { caption, badge, mark } = textsOf(i);
    const node = element("div", "ta-tile");
    node.id = `${prefix}-${i}`;
    node.setAttribute("role", "option");
    node.setAttribute("aria-posinset", String(i + 1));
    node.setAttribute("aria-setsize", String(count()));
    node.setAttribute("aria-label", words(i));
    const address = pictures.url(i);
    if (address) {
      const img = element("img");
      img.src = address;
      img.alt = "";
      img.draggable = false;
      node.append(img);
    } else node.append(element("div", "ta-missing", "cannot be shown"));
    if (mark) node.append(element("span", "ta-mark", mark));
    const lines = element("p");
    lines.append(element("span", "ta-name", caption));
    if (badge) {
      const tag = element("span", "ta-tag", badge);
      tag.title = badge;
      lines.append(" ", tag); // two words to a screen reader as well
    }
    node.append(lines);
    node.addEventListener("click", () => select(i));
    return node;
  }

  function draw() {
    const rows = Math.ceil(count() / columns);
    space.style.height = `${Math.max(0, rows * (rowHeight + gap) - gap)}px`;
    const first = Math.max(0, Math.floor(box.scrollTop / (rowHeight + gap)) - 1);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / (rowHeight + gap)) + 1;
    const from = first * columns;
    const to = Math.min(count(), last * columns);
    for (const [i, node] of tiles) {
      if (i < from || i >= to) {
        node.remove();
        tiles.delete(i);
      }
    }
    for (let i = from; i < to; i += 1) {
      let node = tiles.get(i);
      if (!node) {
        node = tile(i);
        tiles.set(i, node);
        space.append(node);
      }
      const row = Math.floor(i / columns);
      node.style.width = `${width}px`;
      node.style.height = `${rowHeight}px`;
      node.style.transform = `translate(${(i % columns) * (width + gap)}px, ${row * (rowHeight + gap)}px)`;
      const isSelected = i === model.get("selected");
      node.classList.toggle("ta-selected", isSelected);
      node.setAttribute("aria-selected", String(isSelected));
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
    tiles.forEach((node) => node.remove());
    tiles = new Map();
    box.scrollTop = 0;
    said.textContent = "";
    box.setAttribute("aria-label", `${model.get("accessible_name")}: ${count()}`);
    root.hidden = count() === 0;
    measure();
  }

  /** @param {number} i */
  function select(i) {
    if (i < 0 || i >= count()) return;
    model.set("selected", i);
    model.save_changes();
  }

  function selectedChanged() {
    const i = model.get("selected");
    if (i >= 0) {
      const top = Math.floor(i / columns) * (rowHeight + gap);
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
      said.textContent = `${i + 1} of ${count()}: ${words(i)}`;
      box.setAttribute("aria-activedescendant", `${prefix}-${i}`);
    } else {
      said.textContent = "";
      box.removeAttribute("aria-activedescendant");
    }
    draw();
    if (i >= 0 && document.activeElement === box) tiles.get(i)?.scrollIntoView({ block: "nearest" });
  }

  box.addEventListener("keydown", (event) => {
    const at = model.get("selected");
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    let to;
    if (step !== undefined) to = at < 0 ? 0 : at + step;
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = count() - 1;
    else return;
    event.preventDefault();
    event.stopPropagation(); // else JupyterLab takes the key
    select(Math.min(Math.max(to, 0), count() - 1));
  });
  box.addEventListener("scroll", draw, { passive: true });
  const observer = new ResizeObserver(measure);
  observer.observe(box);
  const loading = oncePerFrame(load);
  model.on("change:blob change:offsets change:captions change:badges", loading.soon);
  model.on("change:selected", selectedChanged);
  load();
  return () => {
    observer.disconnect();
    loading.cancel();
    model.off(null, null, loading.soon);
    model.off(null, null, selectedChanged);
    pictures.forget();
  };
}

export default { render };
