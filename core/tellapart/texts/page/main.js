import { answerOf, isFaithful, modelOf } from "./model.js";

const MOST_SHOWN = 10; // labels
const byId = (id) => document.getElementById(id);
const model = modelOf(JSON.parse(byId("model").textContent));
let chosen = null; // label whose words are marked; null for the likeliest

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function bar(label, share, isMarked) {
  const item = element("li");
  const button = element("button", "choice");
  button.type = "button";
  button.setAttribute("aria-pressed", String(isMarked));
  const track = element("span", "bar");
  const filled = element("i");
  track.append(filled);
  filled.style.setProperty("width", `${100 * share}%`);
  button.append(element("span", "label", label), track, element("span", "percent", percent(share)));
  button.addEventListener("click", () => {
    chosen = label;
    show();
    byId("bars").querySelector("[aria-pressed=true]")?.focus();
  });
  item.append(button);
  return item;
}

function marked(text, places, k) {
  const strongest = Math.max(1e-9, ...places.map((one) => Math.abs(one.weights[k])));
  const parts = [];
  let end = 0;
  for (const place of places) {
    parts.push(text.slice(end, place.start));
    const share = place.weights[k] / strongest;
    const word = text.slice(place.start, place.end);
    if (Math.abs(share) < 0.15) parts.push(word);
    else {
      const mark = element("mark", share > 0 ? "for" : "against", word);
      mark.dataset.strength = String(Math.ceil(Math.abs(share) * 3));
      parts.push(mark);
    }
    end = place.end;
  }
  parts.push(text.slice(end));
  return parts;
}

function show() {
  const text = byId("text").value;
  const isEmpty = text.trim() === "";
  byId("answer").hidden = isEmpty;
  byId("spoken").textContent = "";
  if (isEmpty) {
    chosen = null;
    return;
  }
  const { probabilities, places, isStrange } = answerOf(model, text);
  const order = model.labels.map((_, k) => k).sort((one, other) => probabilities[other] - probabilities[one]);
  const k = chosen === null ? order[0] : model.labels.indexOf(chosen);
  byId("said").textContent = `${model.labels[order[0]]}, ${percent(probabilities[order[0]])}`;
  byId("strange").hidden = !isStrange;
  byId("bars").replaceChildren(
    ...order.slice(0, MOST_SHOWN).map((one) => bar(model.labels[one], probabilities[one], one === k)));
  byId("which").textContent = model.labels[k];
  byId("marked").replaceChildren(...marked(text, places, k));
  byId("spoken").textContent = byId("said").textContent;
}

byId("text").addEventListener("input", () => {
  chosen = null;
  show();
});
byId("clear").addEventListener("click", () => {
  byId("text").value = "";
  show();
  byId("text").focus();
});
byId("obstacle").hidden = isFaithful(model);
document.documentElement.dataset.ready = "";
show();
