// The window with all keys of the grid.
import { element } from "../common/elements.js";
import { keyed } from "../looking/keyed.js";
import { dialog } from "../looking/windows.js";
import { KEYS } from "./keys.js";

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
