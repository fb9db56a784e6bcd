// Buttons with a name and a number. Each is made once: while its number changes it keeps the focus, and a press that has
// begun.
import { button, element } from "./elements.js";

/**
 * @param {"radio" | "tab"} role
 * @param {(key: string) => void} press
 */
export function numbered(role, press) {
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
