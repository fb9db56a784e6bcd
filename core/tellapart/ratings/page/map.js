// The map of items: a point each, large where many rated; names on hover, and by arrow keys from point to point.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 800;
const HEIGHT = 560;
const MARGIN = 28;
const LONGEST = 40; // characters of a name beside its point
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function drawn(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

// Of the points [{ x, y }], the one next to `from` in a direction, by distance along it and twice that across; else null.
export function nextPoint(points, from, [dx, dy]) {
  let best = null;
  let least = Infinity;
  points.forEach((point, i) => {
    const along = (point.x - points[from].x) * dx + (point.y - points[from].y) * dy;
    const across = Math.abs((point.x - points[from].x) * dy) + Math.abs((point.y - points[from].y) * dx);
    if (i !== from && along > 0 && along + 2 * across < least) [best, least] = [i, along + 2 * across];
  });
  return best;
}

// Fills the svg; places: [[place, x, y]] from -1 to 1; show(place) is called with the point that is looked at.
export function drawMap(svg, places, nameOfPlace, countOf, show) {
  const most = Math.max(1, ...places.map(([place]) => countOf(place)));
  const reach = (axis) => Math.max(1e-6, ...places.map((one) => Math.abs(one[axis])));
  const scale = Math.min((WIDTH / 2 - MARGIN) / reach(1), (HEIGHT / 2 - MARGIN) / reach(2));
  const points = places.map(([place, x, y]) => ({
    place,
    x: WIDTH / 2 + x * scale,
    y: HEIGHT / 2 - y * scale,
    r: 4 + 8 * Math.sqrt(countOf(place) / most),
  }));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  const name = drawn("text", { class: "name", "text-anchor": "middle", "aria-hidden": "true" });
  const dots = points.map((point, i) => {
    const dot = drawn("circle", { cx: point.x, cy: point.y, r: point.r, id: `dot-${i}`, role: "option" });
    dot.setAttribute("aria-label", nameOfPlace(point.place));
    dot.setAttribute("aria-selected", "false");
    dot.addEventListener("pointerenter", () => look(i));
    dot.addEventListener("click", () => look(i));
    return dot;
  });
  let now = -1;
  function look(i) {
    if (now >= 0) dots[now].setAttribute("aria-selected", "false");
    now = i;
    const { x, y, r, place } = points[i];
    dots[i].setAttribute("aria-selected", "true");
    svg.setAttribute("aria-activedescendant", dots[i].id);
    const whole = nameOfPlace(place);
    name.textContent = whole.length > LONGEST ? `${whole.slice(0, LONGEST - 1)}…` : whole;
    const half = name.getComputedTextLength() / 2;
    name.setAttribute("x", String(Math.min(Math.max(x, half + 8), WIDTH - half - 8)));
    name.setAttribute("y", String(y < HEIGHT / 2 ? y + r + 30 : y - r - 10));
    show(place);
  }
  svg.addEventListener("keydown", (event) => {
    const direction = DIRECTIONS[event.key];
    if (direction === undefined || !points.length) return;
    event.preventDefault();
    const next = now < 0 ? 0 : nextPoint(points, now, direction);
    if (next !== null) look(next);
  });
  svg.addEventListener("focus", () => {
    if (now < 0 && points.length) look(0);
  });
  svg.append(...dots, name);
  return (rated) => dots.forEach((dot, i) => dot.classList.toggle("rated", rated.has(points[i].place)));
}
