// A map of all pictures: points coloured by label on one canvas, drawn once; the rectangle lies on another one above it.
// Keys: arrows move the cross, shift + arrows draw a rectangle from it, Enter shows what is inside, Esc shows all.
const POINTER_PX = 14;
const STEP = 0.02;

function render({ model, el }) {
  const make = (tag, className) => {
    const node = document.createElement(tag);
    node.className = className;
    return node;
  };
  const root = make("div", "ta-map");
  const field = make("div", "ta-field");
  field.tabIndex = 0;
  field.setAttribute("role", "application");
  field.setAttribute("aria-label", "Map of all pictures: similar ones are close together. Arrow keys move the cross, shift and arrow keys draw a rectangle, Enter shows the pictures inside, Escape shows all.");
  field.dataset.lmSuppressShortcuts = "true";
  const canvas = make("canvas", "ta-dots");
  const above = make("canvas", "ta-above");
  const card = make("div", "ta-point");
  card.hidden = true;
  const said = make("p", "ta-said");
  said.setAttribute("role", "status");
  const legend = make("div", "ta-legend");
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", "Show one label only");
  field.append(canvas, above, card);
  root.append(field, said, legend);
  el.append(root);

  let points = new Float32Array(0);
  let targets = new Uint16Array(0);
  let open = new Set();
  let only = -1; // the label shown alone
  let start = null;
  let region = model.get("region");
  let cross = null;
  let ofLabel = []; // places of each label's points
  let buckets = new Map(); // cell -> places, for what is below the pointer
  let address = "";
  let lookedAt = -1;
  const size = () => ({ width: field.clientWidth, height: field.clientHeight });
  const PAD = 12;
  const toX = (x) => PAD + x * (size().width - 2 * PAD);
  const toY = (y) => PAD + y * (size().height - 2 * PAD);
  const fromX = (x) => (x - PAD) / (size().width - 2 * PAD);
  const fromY = (y) => (y - PAD) / (size().height - 2 * PAD);

  const copy = (raw) => raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength);
  const isDark = () => getComputedStyle(root).colorScheme.includes("dark");
  const colour = (i, n) => {
    const hue = (i * 360 * (n > 12 ? 0.381966 : 1 / Math.max(n, 1)) + 200) % 360;
    return `hsl(${hue} ${isDark() ? "70% 68%" : "75% 38%"})`;
  };

  function load() {
    const next = new Float32Array(copy(model.get("points")));
    const nextTargets = new Uint16Array(copy(model.get("targets")));
    if (nextTargets.length * 2 !== next.length) return; // the other half is on its way
    points = next;
    targets = nextTargets;
    buckets = new Map();
    ofLabel = model.get("labels").map(() => []);
    for (let i = 0; i < targets.length; i += 1) {
      const cell = Math.floor(points[2 * i] * 60) * 64 + Math.floor(points[2 * i + 1] * 60);
      if (!buckets.has(cell)) buckets.set(cell, []);
      buckets.get(cell).push(i);
      ofLabel[targets[i]]?.push(i);
    }
    drawLegend();
    mark();
  }

  function mark() {
    open = new Set(new Uint32Array(copy(model.get("open_findings"))));
    draw();
  }

  function sized(one) {
    const { width, height } = size();
    const scale = window.devicePixelRatio || 1;
    one.width = width * scale;
    one.height = height * scale;
    const context = one.getContext("2d");
    context.scale(scale, scale);
    return context;
  }

  function draw() {
    if (!field.clientWidth) return;
    const context = sized(canvas);
    const n = targets.length;
    const [across, down] = [size().width - 2 * PAD, size().height - 2 * PAD]; // asked once: layout is slow to answer
    const side = n > 20000 ? 1.6 : n > 2000 ? 3 : 6;
    const labels = model.get("labels");
    labels.forEach((_, target) => {
      context.fillStyle = colour(target, labels.length);
      context.globalAlpha = only < 0 || only === target ? 0.85 : 0.08;
      for (const i of ofLabel[target] ?? []) {
        context.fillRect(PAD + points[2 * i] * across - side / 2, PAD + points[2 * i + 1] * down - side / 2, side, side);
      }
    });
    context.globalAlpha = 1;
    context.strokeStyle = getComputedStyle(root).color;
    for (const i of open) {
      if (only >= 0 && targets[i] !== only) continue;
      context.beginPath();
      context.arc(toX(points[2 * i]), toY(points[2 * i + 1]), side / 2 + 3, 0, 2 * Math.PI);
      context.stroke();
    }
    drawAbove();
  }

  function drawAbove() {
    const context = sized(above);
    const accent = getComputedStyle(root).getPropertyValue("--ta-accent");
    context.strokeStyle = accent;
    context.fillStyle = accent;
    context.lineWidth = 2;
    if (region.length) {
      const [left, top, right, bottom] = [toX(region[0]), toY(region[1]), toX(region[2]), toY(region[3])];
      context.globalAlpha = 0.14;
      context.fillRect(left, top, right - left, bottom - top);
      context.globalAlpha = 1;
      context.strokeRect(left, top, right - left, bottom - top);
    }
    if (cross) {
      context.beginPath();
      context.moveTo(toX(cross.x) - 9, toY(cross.y));
      context.lineTo(toX(cross.x) + 9, toY(cross.y));
      context.moveTo(toX(cross.x), toY(cross.y) - 9);
      context.lineTo(toX(cross.x), toY(cross.y) + 9);
      context.stroke();
    }
  }

  function drawLegend() {
    const labels = model.get("labels");
    legend.replaceChildren(...labels.map((label, i) => {
      const button = make("button", "");
      button.type = "button";
      const dot = make("i", "");
      dot.style.background = colour(i, labels.length);
      button.append(dot, label);
      button.setAttribute("aria-pressed", only === i);
      button.addEventListener("click", () => {
        only = only === i ? -1 : i;
        [...legend.children].forEach((one, at) => one.setAttribute("aria-pressed", only === at));
        draw();
      });
      return button;
    }));
  }

  function inside() {
    let n = 0;
    for (let i = 0; i < targets.length; i += 1) {
      const [x, y] = [points[2 * i], points[2 * i + 1]];
      if (x >= region[0] && x <= region[2] && y >= region[1] && y <= region[3]) n += 1;
    }
    return n;
  }

  function choose(next) {
    region = next;
    drawAbove();
    said.textContent = region.length ? `${inside()} pictures inside` : "all pictures";
    model.set("region", region);
    model.save_changes();
  }

  function nearest(x, y) {
    const [column, row] = [Math.floor(fromX(x) * 60), Math.floor(fromY(y) * 60)];
    const reach = 2;
    let best = -1;
    let shortest = POINTER_PX;
    for (let i = column - reach; i <= column + reach; i += 1) {
      for (let j = row - reach; j <= row + reach; j += 1) {
        for (const place of buckets.get(i * 64 + j) ?? []) {
          if (only >= 0 && targets[place] !== only) continue;
          const away = Math.hypot(toX(points[2 * place]) - x, toY(points[2 * place + 1]) - y);
          if (away < shortest) [best, shortest] = [place, away];
        }
      }
    }
    return best;
  }

  function look(place) {
    if (place === lookedAt) return;
    lookedAt = place;
    card.hidden = true;
    if (place >= 0) model.send({ t: "look", place });
  }

  function looked(message, buffers) {
    if (message.t !== "look" || message.place !== lookedAt) return;
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(new Blob([buffers[0]], { type: "image/jpeg" }));
    const img = make("img", "");
    img.alt = "";
    img.src = address;
    const words = make("span", "");
    words.textContent = message.words;
    card.replaceChildren(img, words);
    card.hidden = false;
    const [x, y] = [toX(points[2 * lookedAt]), toY(points[2 * lookedAt + 1])];
    card.style.left = `${Math.min(x + 14, size().width - card.offsetWidth - 4)}px`;
    card.style.top = `${Math.min(Math.max(4, y - 40), size().height - card.offsetHeight - 4)}px`;
    if (cross) said.textContent = message.words;
  }

  const point = (event) => {
    const at = field.getBoundingClientRect();
    return { x: event.clientX - at.left, y: event.clientY - at.top };
  };
  const between = (one, other) => [
    Math.min(one.x, other.x), Math.min(one.y, other.y), Math.max(one.x, other.x), Math.max(one.y, other.y),
  ];

  field.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const { x, y } = point(event);
    start = { x: fromX(x), y: fromY(y) };
    cross = null;
    field.setPointerCapture(event.pointerId);
  });
  field.addEventListener("pointermove", (event) => {
    const { x, y } = point(event);
    if (!start) {
      look(nearest(x, y));
      return;
    }
    look(-1);
    region = between(start, { x: fromX(x), y: fromY(y) });
    drawAbove();
  });
  field.addEventListener("pointerup", (event) => {
    if (!start) return;
    const { x, y } = point(event);
    const next = between(start, { x: fromX(x), y: fromY(y) });
    start = null;
    const isClick = (next[2] - next[0]) * size().width < 5 && (next[3] - next[1]) * size().height < 5;
    choose(isClick ? [] : next);
  });
  field.addEventListener("pointerleave", () => !start && look(-1));
  field.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) {
      cross ??= { x: 0.5, y: 0.5, from: null };
      if (event.shiftKey) cross.from ??= { x: cross.x, y: cross.y };
      else cross.from = null;
      cross.x = Math.min(1, Math.max(0, cross.x + STEP * step[0]));
      cross.y = Math.min(1, Math.max(0, cross.y + STEP * step[1]));
      region = cross.from ? between(cross.from, cross) : [];
      drawAbove();
      if (cross.from) said.textContent = `${inside()} pictures inside; Enter shows them`;
      else look(nearest(toX(cross.x), toY(cross.y)));
    } else if (event.key === "Enter" && region.length) choose(region);
    else if (event.key === "Escape") {
      cross = null;
      choose([]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const observer = new ResizeObserver(draw);
  observer.observe(field);
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => { drawLegend(); draw(); };
  const regionChanged = () => {
    if (start || (cross?.from && document.activeElement === field)) return; // somebody is drawing the next one
    region = model.get("region");
    drawAbove();
  };
  let frame = 0;
  const loadSoon = () => { frame ||= requestAnimationFrame(() => { frame = 0; load(); }); };
  scheme.addEventListener("change", recolour);
  model.on("change:points change:targets change:labels", loadSoon);
  model.on("change:open_findings", mark);
  model.on("change:region", regionChanged);
  model.on("msg:custom", looked);
  load();
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    scheme.removeEventListener("change", recolour);
    for (const handler of [loadSoon, mark, regionChanged, looked]) model.off(null, null, handler);
    if (address) URL.revokeObjectURL(address);
  };
}

export default { render };
