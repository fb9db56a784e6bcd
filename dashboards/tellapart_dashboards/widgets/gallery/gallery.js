// A packed picture grid: only the rows in sight exist in the page. Left, right, up, down, Home, End walk.
function render({ model, el }) {
  const gap = 12;
  const root = document.createElement("div");
  root.className = "ta-gallery";
  const box = document.createElement("div");
  box.className = "ta-grid";
  box.tabIndex = 0;
  box.setAttribute("role", "listbox");
  const space = document.createElement("div");
  space.className = "ta-space";
  space.setAttribute("role", "presentation");
  const said = document.createElement("p");
  said.className = "ta-said";
  said.setAttribute("aria-live", "polite");
  box.append(space);
  root.append(box, said);
  el.append(root);

  const prefix = `ta${Math.random().toString(36).slice(2)}`;
  let offsets = new Uint32Array(1);
  let urls = [];
  let tiles = new Map(); // position -> element
  let columns = 1;
  let width = 0;
  let rowHeight = 0;

  const count = () => offsets.length - 1;
  const caption = (i) => model.get("captions")[i] ?? "";
  const badge = (i) => model.get("badges")[i] ?? "";
  const mark = (i) => model.get("marks")[i] ?? "";
  const words = (i) => [caption(i), badge(i), mark(i)].filter(Boolean).join(", ");

  function url(i) {
    if (urls[i] === undefined) {
      const blob = model.get("blob");
      const bytes = new Uint8Array(blob.buffer, blob.byteOffset + offsets[i], offsets[i + 1] - offsets[i]);
      urls[i] = bytes.length ? URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })) : "";
    }
    return urls[i];
  }

  function tile(i) {
    const node = document.createElement("div");
    node.className = "ta-tile";
    node.id = `${prefix}-${i}`;
    node.setAttribute("role", "option");
    node.setAttribute("aria-posinset", i + 1);
    node.setAttribute("aria-setsize", count());
    node.setAttribute("aria-label", words(i));
    const address = url(i);
    if (address) {
      const img = document.createElement("img");
      img.src = address;
      img.alt = "";
      img.draggable = false;
      node.append(img);
    } else {
      const missing = document.createElement("div");
      missing.className = "ta-missing";
      missing.textContent = "cannot be shown";
      node.append(missing);
    }
    if (mark(i)) {
      const corner = document.createElement("span");
      corner.className = "ta-mark";
      corner.textContent = mark(i);
      node.append(corner);
    }
    const lines = document.createElement("p");
    const name = document.createElement("span");
    name.className = "ta-name";
    name.textContent = caption(i);
    lines.append(name);
    if (badge(i)) {
      const tag = document.createElement("span");
      tag.className = "ta-tag";
      tag.textContent = badge(i);
      tag.title = badge(i);
      lines.append(tag);
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
      node.setAttribute("aria-selected", isSelected);
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
    const blob = model.get("blob");
    const raw = model.get("offsets");
    // a copy: the view may start at an odd byte
    const next = new Uint32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
    if (!next.length || next[next.length - 1] !== blob.byteLength) return; // the other half is still on its way
    urls.filter(Boolean).forEach((address) => URL.revokeObjectURL(address));
    urls = [];
    offsets = next;
    tiles.forEach((node) => node.remove());
    tiles = new Map();
    box.scrollTop = 0;
    said.textContent = "";
    box.setAttribute("aria-label", `${model.get("accessible_name")}: ${count()}`);
    root.hidden = count() === 0;
    measure();
  }

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
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    let to;
    if (event.key in steps) to = at < 0 ? 0 : at + steps[event.key];
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
  let frame = 0; // several traits arrive together: draw once
  const loadSoon = () => { frame ||= requestAnimationFrame(() => { frame = 0; load(); }); };
  model.on("change:blob change:offsets change:captions change:badges", loadSoon);
  model.on("change:selected", selectedChanged);
  load();
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    model.off(null, null, loadSoon);
    model.off(null, null, selectedChanged);
    urls.filter(Boolean).forEach((address) => URL.revokeObjectURL(address));
  };
}

export default { render };
