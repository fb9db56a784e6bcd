// Names of which one is chosen; a name may have a colour before it and a number behind it.
import { element } from "../common/elements.js";

let n_made = 0; // of groups on the page

/**
 * @typedef {{ key: string, label: string, colour?: [number, number, number], isHatched?: boolean }} Option
 */

export class Radios {
  /**
   * @param {string} label
   * @param {(key: string) => void} choose
   */
  constructor(label, choose) {
    this.root = element("div", "ta-mask-radios");
    this.root.setAttribute("role", "radiogroup");
    this.root.setAttribute("aria-label", label);
    this.name = `ta-mask-${n_made++}`;
    this.choose = choose;
    this.made = /** @type {Map<string, { node: HTMLElement, input: HTMLInputElement, number: HTMLElement }>} */ (new Map());
  }

  /** @param {Option[]} options */
  offer(options) {
    this.made.clear();
    this.root.replaceChildren(...options.map((option) => this.make(option)));
  }

  /** @param {Option} option */
  make({ key, label, colour, isHatched }) {
    const node = element("label");
    const input = element("input");
    input.type = "radio";
    input.name = this.name;
    input.value = key;
    input.addEventListener("change", () => this.choose(key));
    const number = element("small");
    node.append(input);
    if (colour || isHatched) {
      const swatch = element("span", isHatched ? "ta-mask-swatch ta-hatched" : "ta-mask-swatch");
      if (colour) swatch.style.background = `rgb(${colour.join(" ")})`;
      node.append(swatch);
    }
    node.append(element("span", "", label), number);
    this.made.set(key, { node, input, number });
    return node;
  }

  /** @param {string} key */
  check(key) {
    const one = this.made.get(key);
    if (one) one.input.checked = true;
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  number(key, text) {
    const one = this.made.get(key);
    if (one) one.number.textContent = text;
  }

  /**
   * @param {string} key
   * @param {boolean} isShown
   */
  shown(key, isShown) {
    const one = this.made.get(key);
    if (one) one.node.hidden = !isShown;
  }
}
