// Fields for one line of text.
import { element } from "../common/elements.js";

/**
 * @param {string} name
 * @param {string} [placeholder]
 */
export function field(name, placeholder) {
  const node = element("input");
  node.type = "text";
  node.placeholder = placeholder ?? "";
  node.setAttribute("aria-label", name);
  node.addEventListener("keydown", (event) => event.stopPropagation()); // else JupyterLab takes keys
  return node;
}

/**
 * A field and its button: Enter and a press do the same.
 * @param {HTMLInputElement} input
 * @param {string} label
 * @param {(text: string) => void} onText
 */
export function oneLine(input, label, onText) {
  const form = element("form", "ta-oneline");
  const go = element("button", "ta-action", label);
  go.type = "submit";
  form.append(input, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onText(input.value);
  });
  return { form, go };
}

/**
 * A list to choose one from; the first says what it is for and stands for none.
 * @param {HTMLSelectElement} select
 * @param {string} first
 * @param {string[]} names
 */
export function offer(select, first, names) {
  select.replaceChildren(...[first, ...names].map((name, i) => {
    const option = element("option", "", name);
    option.value = i ? name : "";
    return option;
  }));
}
