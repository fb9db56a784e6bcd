// Built by `make widgets` from choices/choices.js and the modules it imports: change those, not this file.
// a3c17f377adef2c686d0978090b2eb26e8fd9c4fa2b87d091f6a67dd313bfbc1

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

// Buttons with a name and a number. Each is made once: while its number changes it keeps the focus, and a press that has
// begun.

/**
 * @param {"radio" | "tab"} role
 * @param {(key: string) => void} press
 */
function numbered(role, press) {
  /** @type {Map<string, { node: HTMLButtonElement, name: Text, number: HTMLElement }>} */
  const made = new Map();

  /** @param {string} key */
  function make(key) {
    const node = button("", "", () => press(key));
    const [name, number] = [document.createTextNode(""), element("small")];
    node.dataset.key = key;
    node.setAttribute("role", role);
    node.append(name, " ", number);
    const parts = { node, name, number };
    made.set(key, parts);
    return parts;
  }

  return {
    /**
     * The button of this key, saying this.
     * @param {string} key
     * @param {string} name
     * @param {string} number "" for none
     */
    show(key, name, number) {
      const parts = made.get(key) ?? make(key);
      parts.name.data = name;
      parts.number.textContent = number;
      parts.number.hidden = !number;
      return parts.node;
    },
    /** @param {string} key */
    of: (key) => made.get(key)?.node,
  };
}

// Names with numbers side by side, one of them pressed. Left and right walk and press.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-choices");
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-label", model.get("accessible_name"));
  el.append(root);

  const radios = numbered("radio", choose);
  function draw() {
    const focused = root.contains(document.activeElement);
    const chosen = model.get("chosen");
    arrange(root, model.get("options").map(({ key, label, n }) => {
      const radio = radios.show(key, label, n);
      const isChosen = key === chosen;
      radio.setAttribute("aria-checked", String(isChosen));
      radio.tabIndex = isChosen ? 0 : -1;
      return radio;
    }));
    if (focused) radios.of(chosen)?.focus();
  }

  /** @param {string} key */
  function choose(key) {
    model.set("chosen", key);
    model.save_changes();
  }

  root.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const keys = model.get("options").map((option) => option.key);
    choose(keys[(keys.indexOf(model.get("chosen")) + step + keys.length) % keys.length]);
  });
  model.on("change:options change:chosen", draw);
  draw();
  return () => model.off(null, null, draw);
}

var choices = { render };

export { choices as default };
