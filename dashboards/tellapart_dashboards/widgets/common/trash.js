// What lies in the trash: a list that unfolds, with a way back for each.
import { arrange, button, element } from "./elements.js";

/** @typedef {{ key: string, name: string, text: string }} Deleted text: when it was deleted, or what it is */

export class Trash {
  /** @param {(key: string) => void} restore */
  constructor(restore) {
    this.restore = restore;
    this.root = element("details");
    this.summary = element("summary");
    this.list = element("ul");
    this.list.setAttribute("role", "list");
    this.root.append(this.summary, this.list);
    this.items = /** @type {Map<string, HTMLElement>} */ (new Map());
  }

  /**
   * Those that were there keep their element: a press that has begun is one on the button that it began on.
   * @param {Deleted[]} deleted
   */
  show(deleted) {
    this.root.hidden = !deleted.length;
    this.summary.textContent = `In the trash (${deleted.length})`;
    this.items = new Map(deleted.map((one) => {
      const id = JSON.stringify([one.key, one.name, one.text]);
      return [id, this.items.get(id) ?? this.item(one)];
    }));
    arrange(this.list, [...this.items.values()]);
  }

  /** @param {Deleted} deleted */
  item({ key, name, text }) {
    const item = element("li");
    const back = button("ta-action", "Bring back", () => this.restore(key));
    back.setAttribute("aria-label", `Bring back: ${name || text}`);
    item.append(element("b", "", name), " ", element("span", "ta-soft", text), " ", back);
    return item;
  }
}
