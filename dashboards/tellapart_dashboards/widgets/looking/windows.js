// Windows above a page: a dialog, a label by typing.
import { isBeside } from "../common/beside.js";
import { element } from "../common/elements.js";

/**
 * A dialog that a press beside it closes and that is gone when closed.
 * @param {HTMLElement} root
 * @param {string} name
 */
export function dialog(root, name) {
  const box = element("dialog", "ta-window");
  box.setAttribute("aria-label", name);
  box.dataset.lmSuppressShortcuts = "true";
  box.addEventListener("click", (event) => { if (isBeside(event, box)) box.close(); });
  box.addEventListener("keydown", (event) => event.stopPropagation());
  box.addEventListener("close", () => box.remove());
  root.append(box);
  return box;
}

/**
 * A label by typing: the labels that contain the text, the one written as new last. While nothing is typed the suggested
 * one is the first.
 * @param {HTMLElement} root
 * @param {string[]} labels
 * @param {string} title
 * @param {string} suggested "" for none
 * @param {(label: string) => void} take
 */
export function labelWindow(root, labels, title, suggested, take) {
  const box = dialog(root, title);
  const input = element("input");
  const id = `ta-labels-${Math.random().toString(36).slice(2)}`;
  const attributes = {
    type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "true",
    "aria-controls": id, "aria-label": "New label", placeholder: "type a label",
  };
  Object.entries(attributes).forEach(([name, value]) => input.setAttribute(name, value));
  const list = element("ul", "ta-options");
  list.id = id;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Labels");
  /** @type {string[]} */
  let found = [];
  let at = 0;
  const accept = (/** @type {string} */ label) => {
    box.close();
    take(label);
  };
  function draw() {
    const text = input.value.trim();
    const small = text.toLowerCase();
    const begins = (/** @type {string} */ label) => Number(!label.toLowerCase().startsWith(small));
    found = labels.filter((label) => label.toLowerCase().includes(small)).sort((a, b) => begins(a) - begins(b));
    if (!text && labels.includes(suggested)) found = [suggested, ...found.filter((label) => label !== suggested)];
    const isNew = text && !labels.includes(text);
    if (isNew) found = [...found.slice(0, 50), text];
    at = Math.min(Math.max(at, 0), found.length - 1);
    list.replaceChildren(...found.map((label, i) => {
      const item = element("li", "", label);
      if (isNew && i === found.length - 1) item.append(element("small", "", " new label"));
      if (label === suggested) item.append(element("small", "", " suggested"));
      item.id = `${id}-${i}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(i === at));
      item.addEventListener("click", () => accept(label));
      return item;
    }));
    input.setAttribute("aria-activedescendant", found.length ? `${id}-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  input.addEventListener("input", () => { at = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") at += 1;
    else if (event.key === "ArrowUp") at -= 1;
    else if (event.key === "Enter" && found[at] !== undefined) { event.preventDefault(); accept(found[at]); return; }
    else return;
    event.preventDefault();
    draw();
  });
  box.append(element("h2", "", title), input, list);
  draw();
  box.showModal();
  input.focus();
}
