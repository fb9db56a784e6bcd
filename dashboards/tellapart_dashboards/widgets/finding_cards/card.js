// One card: a thing, why it may be wrong, and what can be said about it.
/** @import { CardData, Send } from "./protocol" */
import { pictureUrl } from "../common/bytes.js";
import { button, element } from "../common/elements.js";
import { keyed } from "../looking/keyed.js";
import { cellList, markedText } from "./parts.js";

export class Card {
  /**
   * @param {CardData} data
   * @param {Send} send
   * @param {string} options id of the list of labels
   * @param {(card: Card) => void} enlarge
   */
  constructor(data, send, options, enlarge) {
    this.data = data;
    this.enlarge = enlarge;
    this.send = send;
    this.root = element("li", "ta-finding");
    const named = data.label ? `${data.name}, labelled ${data.label}` : data.name;
    this.root.setAttribute("aria-label", `${named}. ${data.reasons.join(" ")}`);
    const head = element("div", "ta-finding-head");
    head.append(element("b", "", data.label || data.name), ...data.reasons.map((one) => element("span", "ta-tag", one)));
    this.root.append(head);
    if (data.picture?.byteLength) this.root.append(this.picture());
    if (data.cells.length) this.root.append(cellList(data.cells));
    else if (data.pieces.length) this.root.append(this.text());
    this.root.append(...data.words.map((one) => element("p", "ta-finding-words", one)));
    if (data.other.text) this.root.append(this.other());
    this.root.append(this.keys(options));
  }

  picture() {
    const figure = element("figure", "ta-finding-picture");
    const image = element("img");
    const url = pictureUrl(this.data.picture);
    image.onload = () => URL.revokeObjectURL(url);
    image.src = url;
    image.alt = this.data.name;
    figure.append(image, element("figcaption", "", this.data.caption));
    return figure;
  }

  /** The text, its words marked, its end folded away. */
  text() {
    const { pieces, rest } = this.data;
    const text = markedText(pieces);
    if (!rest) return text;
    const more = button("ta-link", "… more", () => {
      text.append(rest);
      more.remove();
      this.root.focus();
    });
    text.append(more);
    return text;
  }

  other() {
    const { label = "", text = "" } = this.data.other;
    const box = element("div", "ta-finding-other");
    box.append(element("span", "", `The other one, ${label}:`), element("blockquote", "ta-finding-text", text));
    return box;
  }

  /** @param {string} options */
  keys(options) {
    const { action, suggested, label } = this.data;
    const line = element("div", "ta-finding-keys");
    line.append(keyed("k", label ? `Right: ${label}` : "Right as it is", () => this.decide("keep")));
    if (action === "relabel") line.append(keyed("Enter", `It is ${suggested}`, () => this.suggestion()));
    if (label) line.append(keyed("r", "Other label", () => this.ask()));
    if (this.data.opens) line.append(keyed("o", "Look closer", () => this.open()));
    line.append(keyed("d", "Take out", () => this.decide("remove")));
    if (this.data.has_large) line.append(keyed("v", "Look closer", () => this.look()));
    this.form = element("form", "ta-finding-ask");
    this.form.hidden = true;
    this.field = element("input");
    this.field.type = "text";
    this.field.setAttribute("list", options);
    this.field.setAttribute("aria-label", "Other label");
    this.field.autocomplete = "off";
    const set = button("", "Set");
    set.type = "submit";
    this.form.append(this.field, set);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.field?.value.trim()) this.decide("relabel", this.field.value);
    });
    this.form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.unask();
    });
    line.append(this.form);
    return line;
  }

  /** Ask for another label. */
  ask() {
    if (!this.data.label) return;
    if (this.form) this.form.hidden = false;
    this.field?.focus();
  }

  /** All of it, in a window. */
  look() {
    if (this.data.has_large) this.enlarge(this);
  }

  unask() {
    if (this.form) this.form.hidden = true;
    this.root.focus();
  }

  /** Look at it closer, where that can be done. */
  open() {
    if (this.data.opens) this.send({ t: "open", id: this.data.id });
  }

  suggestion() {
    if (this.data.action === "relabel") this.decide("relabel", this.data.suggested);
  }

  /**
   * @param {string} action
   * @param {string} [label]
   */
  decide(action, label = "") {
    this.send({ t: "decide", id: this.data.id, action, label });
  }
}
