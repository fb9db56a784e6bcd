// How stars are given: a group of radio buttons, drawn as stars where the scale is 1 to 5, else as numbers.
const MOST_STEPS = 10;

export function made(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// The ratings to choose from.
export function stepsOf([low, high]) {
  const first = Math.ceil(low);
  if (high - first >= 1 && high - first <= MOST_STEPS && Number.isInteger(high)) {
    return Array.from({ length: high - first + 1 }, (_, i) => first + i);
  }
  return [0, 1, 2, 3, 4].map((i) => Number((low + ((high - low) * i) / 4).toPrecision(6)));
}

export function starsText(stars, high) {
  return `${stars.toFixed(1)} of ${Number(high.toPrecision(6))}`;
}

let nGroups = 0;

// A group for one item; give(stars) is called with what is chosen.
export function starGroup(place, name, scale, given, give) {
  const group = made("fieldset", "stars");
  const steps = stepsOf(scale);
  group.dataset.place = String(place);
  group.dataset.drawn = steps.join() === "1,2,3,4,5" ? "stars" : "numbers";
  group.append(made("legend", "spoken", `Your stars for ${name}`));
  nGroups += 1;
  for (const step of steps) {
    const label = made("label");
    const input = made("input");
    input.type = "radio";
    input.name = `stars-${nGroups}`;
    input.value = String(step);
    input.setAttribute("aria-label", `${step}${group.dataset.drawn === "stars" ? (step === 1 ? " star" : " stars") : ""}`);
    input.addEventListener("change", () => give(step));
    const face = made("span", "face");
    face.setAttribute("aria-hidden", "true");
    label.append(input, face);
    group.append(label);
  }
  drawStars(group, given);
  return group;
}

// Shows what was given; undefined for nothing.
export function drawStars(group, given) {
  for (const label of group.querySelectorAll("label")) {
    const input = label.querySelector("input");
    const value = Number(input.value);
    input.checked = value === given;
    const isLit = given !== undefined && value <= given;
    label.querySelector(".face").textContent = group.dataset.drawn === "stars" ? (isLit ? "★" : "☆") : input.value;
    label.classList.toggle("lit", group.dataset.drawn === "stars" ? isLit : value === given);
  }
}
