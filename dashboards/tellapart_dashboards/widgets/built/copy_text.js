// Built by `make widgets` from copy_text/copy_text.js and the modules it imports: change those, not this file.
// c89c87763e06f807f8c2baf8e0da55812569c2ed0c6e33c034c8d82813c8c160

// Parts of a page. Texts go in as text, never as HTML: labels may look like it.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string | number} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== "") node.textContent = String(text);
  return node;
}

/**
 * A button that submits no form.
 * @param {string} className
 * @param {string | number} text
 * @param {(event: MouseEvent) => void} [press]
 */
function button(className, text, press) {
  const node = element("button", className, text);
  node.type = "button";
  if (press) node.addEventListener("click", press);
  return node;
}

/**
 * The children become these, in this order. Those that were there are not touched, so that they keep the focus and a
 * press that has begun.
 * @param {Element} parent
 * @param {Element[]} nodes
 */
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  [...parent.children].filter((node) => !wanted.has(node)).forEach((node) => node.remove());
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
}

/**
 * The element that an event came from.
 * @param {Event} event
 */
function target(event) {
  return event.target instanceof Element ? event.target : null;
}

// A text in sight, and a button that copies it. Where the browser lets no page write to the clipboard (over plain http, for
// instance) the text is selected, so that one key copies it.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-copy-text");
  const text = element("code");
  const copy = button("ta-action", "", () => take());
  const status = element("p");
  status.setAttribute("role", "status");
  root.append(text, copy, status);
  el.append(root);

  function draw() {
    root.hidden = !model.get("text");
    text.textContent = model.get("text");
    copy.textContent = model.get("description");
    status.textContent = "";
  }

  async function take() {
    try {
      await navigator.clipboard.writeText(model.get("text"));
      status.textContent = "Copied.";
    } catch {
      getSelection()?.selectAllChildren(text);
      status.textContent = "Selected: press Ctrl+C, or ⌘C on a Mac.";
    }
  }

  model.on("change:text change:description", draw);
  draw();
  return () => model.off(null, null, draw);
}

var copy_text = { render };

export { copy_text as default };
