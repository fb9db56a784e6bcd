// A picture as large as the window, with its answer; left and right go on to the next one.
/** @import { Answered, Ask } from "./protocol" */
import { isBeside } from "../common/beside.js";
import { button, element } from "../common/elements.js";

export class Large {
  /**
   * @param {HTMLElement} parent
   * @param {Ask} ask
   * @param {(number: number, step: number) => Answered | undefined} beside the answer that many after this one
   */
  constructor(parent, ask, beside) {
    this.ask = ask;
    this.beside = beside;
    this.number = 0;
    this.url = "";
    this.opener = /** @type {HTMLElement | null} */ (null);
    this.root = element("dialog", "ta-largebox");
    this.root.tabIndex = -1; // after a press on its edge the arrows go on working
    this.title = element("b");
    this.words = element("span", "ta-file");
    this.img = element("img");
    this.note = element("p", "ta-said");
    this.note.setAttribute("role", "status");
    this.before = button("ta-action", "Previous", () => this.go(-1));
    this.after = button("ta-action", "Next", () => this.go(1));
    const line = element("div", "ta-keys");
    line.append(this.before, this.after, button("ta-action", "Close", () => this.close()));
    const head = element("p", "ta-largehead");
    head.append(this.title, " ", this.words);
    this.root.append(head, this.img, this.note, line);
    parent.append(this.root);
    this.root.addEventListener("close", () => this.closed());
    this.root.addEventListener("click", (event) => { if (isBeside(event, this.root)) this.close(); });
    this.root.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) this.go(step);
    });
  }

  /** @param {Answered} answer @param {HTMLElement} [opener] */
  async open(answer, opener) {
    this.opener = opener ?? this.opener;
    this.number = answer.number;
    this.title.textContent = answer.is_none ? `none of these? closest: ${answer.label}` : `${answer.label}, ${answer.shares[0]?.[1] ?? ""}`;
    this.words.textContent = answer.name;
    this.root.setAttribute("aria-label", `${answer.name}, larger`);
    this.img.alt = answer.name;
    this.before.disabled = !this.readable(-1);
    this.after.disabled = !this.readable(1);
    this.note.textContent = "Loading …";
    if (!this.root.open) this.root.showModal();
    const { reply, url } = await this.ask("larger", answer.number);
    if (this.number !== answer.number || !this.root.open) {
      if (url) URL.revokeObjectURL(url);
      return;
    }
    this.show(url);
    this.note.textContent = reply.problem ?? "";
  }

  /** @param {string} url */
  show(url) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = url;
    this.img.hidden = !url;
    if (url) this.img.src = url;
    else this.img.removeAttribute("src");
  }

  /**
   * The next one in that direction that has an answer.
   * @param {number} step
   */
  readable(step) {
    for (let at = step; ; at += step) {
      const found = this.beside(this.number, at);
      if (!found || !found.reason) return found;
    }
  }

  /** @param {number} step */
  go(step) {
    const next = this.readable(step);
    if (next) this.open(next);
  }

  close() {
    if (this.root.open) this.root.close();
  }

  closed() {
    this.number = 0;
    this.show("");
    this.opener?.focus();
  }
}
