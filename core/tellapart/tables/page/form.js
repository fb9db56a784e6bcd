// The fields of the form: one for each column that the classifier asks for.
import { made } from "../../deploy/html/page/elements.js";
import { dayOf, isMissing, numberOf } from "./model.js";

const NOT_KNOWN = "";

function choiceOf(feature) {
  const field = made("select", "");
  field.append(new Option("not known", NOT_KNOWN), ...feature.categories.map((one) => new Option(one, one)));
  return field;
}

function dateOf(feature) {
  const field = made("input", "");
  field.type = feature.style.includes("%H") ? "datetime-local" : "date";
  return field;
}

function numberFieldOf() {
  const field = made("input", "");
  field.type = "text";
  field.inputMode = "decimal";
  field.autocomplete = "off";
  return field;
}

// How a number of that style is written: 3.5 or 3,5.
function shown(value, style) {
  const text = String(Number(value.toPrecision(3)));
  return style === "comma" ? text.replace(".", ",") : text;
}

function hintOf(feature) {
  return feature.kind === "number" ? `on average ${shown(feature.centre, feature.style)}` : "";
}

// Why what stands in a field does not count; "" where it does, or nothing stands there.
function complaintAbout(feature, cell) {
  if (isMissing(cell)) return "";
  if (feature.kind === "number" && Number.isNaN(numberOf(cell, feature.style))) {
    return `“${cell.trim().slice(0, 40)}” is no number, so it counts as not known.`;
  }
  return feature.kind === "date" && Number.isNaN(dayOf(cell)) ? "This is no date, so it counts as not known." : "";
}

/**
 * A field with its name; { row, cell() } where cell gives what stands in it. sensitive: titles of columns about people.
 */
export function fieldOf(feature, number, sensitive) {
  const row = made("div", "field");
  const label = made("label", "", feature.title);
  let field;
  if (feature.kind === "category") field = choiceOf(feature);
  else field = feature.kind === "date" ? dateOf(feature) : numberFieldOf();
  field.id = `field-${number}`;
  label.htmlFor = field.id;
  if (sensitive.includes(feature.title)) label.append(" ", made("span", "about-people", "about who people are"));
  const hint = made("p", "soft hint", hintOf(feature));
  hint.id = `hint-${number}`;
  field.setAttribute("aria-describedby", hint.id);
  row.append(label, field, hint);
  field.addEventListener("input", () => {
    const complaint = complaintAbout(feature, field.value);
    hint.textContent = complaint || hintOf(feature);
    hint.classList.toggle("complaint", complaint !== "");
    field.setAttribute("aria-invalid", String(complaint !== ""));
  });
  return { row, cell: () => field.value };
}
