// Windows above the grid: all keys, a label by typing.
import { element } from "../common/elements.js";
import { keyed } from "./keyed.js";
import { KEYS } from "./keys.js";

/**
 * A dialog that a press beside it closes and that is gone when closed.
 * @param {HTMLElement} root
 * @param {string} name
 */
export function dialog(root, name) {
  const box = element("dialog", "ta-window");
  box.setAttribute("aria-label", name);
  box.dataset.lmSuppressShortcuts = "true";
  box.addEventListener("click", (event) => {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    const isBeside = event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
    if (event.target === box && isBeside) box.close();
  });
  box.addEventListener("keydown", (event) => event.stopPropagation());
  box.addEventListener("close", () => box.remove());
  root.append(box);
  return box;
}

/** @param {HTMLElement} root */
export function helpWindow(root) {
  const box = dialog(root, "All keys");
  const list = element("dl", "ta-keys");
  for (const [keys, meaning] of KEYS) {
    const term = element("dt");
    for (const part of keys.split(", ")) term.append(element("kbd", "", part), " ");
    list.append(term, element("dd", "", meaning));
  }
  const close = keyed("", "Close", () => box.close());
  box.append(element("h2", "", "All keys"), list, close);
  box.showModal();
}

/**
 * A label by typing: the labels that contain the text, the one written as new last.
 * @param {HTMLElement} root
 * @param {string[]} labels
 * @param {string} title
 * @param {(label: string) => void} take
 */
export function labelWindow(root, labels, title, take) {
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
    const isNew = text && !labels.includes(text);
    if (isNew) found = [...found.slice(0, 50), text];
    at = Math.min(Math.max(at, 0), found.length - 1);
    list.replaceChildren(...found.map((label, i) => {
      const item = element("li", "", label);
      if (isNew && i === found.length - 1) item.append(element("small", "", " new label"));
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
