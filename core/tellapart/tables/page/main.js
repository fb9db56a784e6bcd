import { made, the } from "../../deploy/html/page/elements.js";
import { fieldOf } from "./form.js";
import { askedFor, encodedOf, isFaithful, modelOf, probabilitiesOf } from "./model.js";

const MOST_SHOWN = 10; // labels
const MOST_FIELDS = 40; // the rest is folded away
const model = modelOf(JSON.parse(the("model").textContent));
const sensitive = JSON.parse(the("sensitive").textContent);
const isAsked = askedFor(model);
const fields = model.features.map((feature, i) => (isAsked[i] ? fieldOf(feature, i + 1, sensitive) : null));

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function bar(label, share) {
  const item = made("li", "");
  const track = made("span", "bar");
  const filled = made("i", "");
  track.append(filled);
  track.setAttribute("aria-hidden", "true");
  filled.style.setProperty("width", `${100 * share}%`);
  item.append(made("span", "label", label), track, made("span", "percent", percent(share)));
  return item;
}

function show() {
  const inputs = encodedOf(model, fields.map((field) => (field === null ? "" : field.cell())));
  const probabilities = probabilitiesOf(model, inputs);
  const order = model.labels.map((_, k) => k).sort((one, other) => probabilities[other] - probabilities[one]);
  const n = fields.filter((field) => field !== null).length;
  const known = inputs.filter((value, i) => fields[i] !== null && !Number.isNaN(value)).length;
  const said = `${model.labels[order[0]]}, ${percent(probabilities[order[0]])}`;
  the("said").textContent = said;
  the("short").textContent = said;
  the("known").textContent = known === 0
    ? "Nothing is known yet, so this only says what is usual."
    : `${known} of ${n} fields filled in; the others count as not known.`;
  the("bars").replaceChildren(...order.slice(0, MOST_SHOWN).map((k) => bar(model.labels[k], probabilities[k])));
  the("spoken").textContent = known === 0 ? "" : said;
}

const rows = fields.filter((field) => field !== null).map((field) => field.row);
the("fields").append(...rows.slice(0, MOST_FIELDS));
the("other-fields").append(...rows.slice(MOST_FIELDS));
the("more").hidden = rows.length <= MOST_FIELDS;
the("form").addEventListener("input", show);
the("form").addEventListener("submit", (event) => event.preventDefault());
the("form").addEventListener("reset", () => {
  setTimeout(() => { // after the browser has emptied the fields
    for (const field of the("form").elements) field.dispatchEvent(new Event("input"));
    show();
  });
});
the("obstacle").hidden = isFaithful(model);
document.documentElement.dataset.ready = "";
show();
