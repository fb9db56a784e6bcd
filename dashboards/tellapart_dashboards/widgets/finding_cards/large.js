// All of a thing in a window of its own: a text to its end, or all cells of a row, and what is most like it.
/** @import { CardData, LargeData } from "./protocol" */
import { element, target } from "../common/elements.js";
import { askedFor } from "../looking/decision_keys.js";
import { keyed } from "../looking/keyed.js";
import { dialog } from "../looking/windows.js";
import { cellList, markedText } from "./parts.js";

/** @typedef {{ decide: (action: string, label?: string) => void, suggestion: () => void, data: CardData }} Decidable */

export class LargeCard {
  /**
   * @param {HTMLElement} root
   * @param {Decidable} card
   * @param {string[]} labels that can be given by number
   * @param {() => void} closed
   */
  constructor(root, card, labels, closed) {
    this.card = card;
    this.labels = labels;
    const { data } = card;
    this.box = dialog(root, data.label ? `${data.name}, labelled ${data.label}` : data.name);
    this.box.classList.add("ta-finding-large");
    this.body = element("div");
    this.body.setAttribute("role", "status");
    this.body.textContent = "Loading …";
    const head = element("h2", "", data.label || data.name);
    const reasons = element("p", "ta-finding-head");
    reasons.append(...data.reasons.map((one) => element("span", "ta-tag", one)));
    const foot = element("div", "ta-finding-keys");
    foot.append(keyed("k", data.label ? `Right: ${data.label}` : "Right as it is", () => this.decide("keep")));
    if (data.action === "relabel") foot.append(keyed("Enter", `It is ${data.suggested}`, () => this.suggestion()));
    foot.append(keyed("d", "Take out", () => this.decide("remove")), keyed("Esc", "Close", () => this.box.close()));
    this.box.append(head, reasons, this.body, foot);
    this.box.addEventListener("keydown", (event) => this.keydown(event));
    this.box.addEventListener("close", closed);
    this.box.tabIndex = -1;
    this.box.showModal();
    this.box.focus();
  }

  /** @param {LargeData} data */
  show(data) {
    const parts = [];
    if (data.cells.length) parts.push(cellList(data.cells));
    if (data.pieces.length) parts.push(markedText(data.pieces));
    if (data.rest) parts.push(element("p", "ta-finding-words", data.rest));
    parts.push(...data.words.map((one) => element("p", "ta-finding-words", one)));
    if (data.near.length) {
      const list = element("ul", "ta-finding-near");
      list.setAttribute("role", "list");
      list.setAttribute("aria-label", "Most like it");
      list.append(...data.near.map(({ label, note, text }) => {
        const item = element("li");
        item.append(element("b", "", label), " ", element("span", "ta-soft", note), element("blockquote", "ta-finding-text", text));
        return item;
      }));
      parts.push(element("h3", "", "Most like it"), list);
    }
    this.body.removeAttribute("role");
    this.body.replaceChildren(...parts);
  }

  suggestion() {
    this.box.close();
    this.card.suggestion();
  }

  /**
   * @param {string} action
   * @param {string} [label]
   */
  decide(action, label) {
    this.box.close();
    this.card.decide(action, label);
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (target(event)?.closest("button") && [" ", "Enter"].includes(event.key)) return;
    const asked = askedFor(event, this.labels);
    if (event.key === "Enter" && this.card.data.action === "relabel") this.suggestion();
    else if (asked?.name === "relabel" && asked.label !== undefined) this.decide("relabel", asked.label);
    else if (asked?.name === "keep" || asked?.name === "remove") this.decide(asked.name);
    else return;
    event.preventDefault();
  }
}
