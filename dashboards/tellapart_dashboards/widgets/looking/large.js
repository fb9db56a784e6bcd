// One picture large, with everything known about it, and the keys to decide about it. Its host walks; the window follows.
/** @import { Bytes } from "../common/model" */
/** @import { Act, Facts, Host, Large } from "./protocol" */
import { pictureUrl } from "../common/bytes.js";
import { element, target } from "../common/elements.js";
import { alikeList } from "./alike.js";
import { askedFor } from "./decision_keys.js";
import { keyed } from "./keyed.js";
import { tell } from "./tell.js";
import { dialog } from "./windows.js";

/** @type {[string, string, Act][]} its key, its text, what it asks for */
const DECISIONS = [
  ["k", "keep", "keep"], ["d", "remove", "remove"], ["r", "relabel", "relabel"], ["s", "not sure", "not sure"],
  ["x", "none of these", "none of these"], ["u", "undo", "undo"],
];
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

export class LargeWindow {
  /**
   * @param {HTMLElement} root
   * @param {Host} host
   * @param {() => void} closed
   */
  constructor(root, host, closed) {
    this.host = host;
    this.key = this.shown = -1; // of the picture it is asked for, and of the one in sight
    this.url = "";
    this.suggested = "";
    this.news = ""; // what was said since the last picture
    this.actedOn = { key: -1, place: "" }; // the picture that was decided about last
    this.told = ""; // what was said last: Python's own words for it are often the same
    this.box = dialog(root, "Picture");
    this.box.classList.add("ta-large");
    this.img = element("img");
    this.side = element("div", "ta-side");
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.verdict = element("span", "ta-verdict");
    this.names = element("div", "ta-names");
    this.names.setAttribute("role", "group");
    this.names.setAttribute("aria-label", "Labels");
    const acts = element("div", "ta-acts");
    acts.append(
      keyed("←", "back", () => this.step(-1)), keyed("→", "next", () => this.step(1)),
      ...DECISIONS.map(([key, text, name]) => keyed(key, text, () => this.act(name))),
      keyed("Esc", "close", () => this.box.close()),
    );
    const foot = element("div", "ta-foot");
    foot.append(this.said, this.names, acts);
    this.box.append(this.img, this.side, foot);
    this.box.addEventListener("keydown", (event) => this.keydown(event));
    this.box.addEventListener("close", () => {
      if (this.url) URL.revokeObjectURL(this.url);
      closed();
    });
    this.drawLabels();
    this.box.showModal();
    this.box.tabIndex = -1;
    this.box.focus();
  }

  get isOpen() { return this.box.open; }

  /** @param {number} key */
  look(key) {
    this.key = key;
    tell(this.host.model, { t: "large", key });
  }

  /** @param {number} by */
  step(by) {
    this.say("");
    this.host.step(by);
  }

  /**
   * The focus stays in the window, so that the keys go on working.
   * @param {Act} name
   * @param {string} [label]
   */
  act(name, label) {
    this.told = "";
    this.actedOn = { key: this.key, place: ["undo", "redo"].includes(name) ? "" : this.host.place() };
    this.host.act(name, label);
    if (this.isOpen && !this.box.contains(document.activeElement)) this.box.focus();
  }

  drawLabels() {
    const labels = this.host.model.get("labels").slice(0, 9);
    this.names.hidden = !labels.length;
    this.names.replaceChildren(...labels.map((label, i) => {
      const node = keyed(String(i + 1), label, () => this.act("relabel", label));
      node.classList.add("ta-to");
      node.prepend(element("span", "ta-heard", "relabel to "));
      return node;
    }));
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (target(event)?.closest("button") && [" ", "Enter"].includes(event.key)) return;
    const asked = askedFor(event, this.host.model.get("labels"));
    if (asked) this.act(asked.name, asked.label);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key in STEPS) this.step(STEPS[event.key]);
    else if ([" ", "Enter"].includes(event.key)) this.box.close();
    else return;
    event.preventDefault();
  }

  /**
   * What was decided, or why not.
   * @param {string} text
   * @param {boolean} [isRefused]
   */
  say(text, isRefused = false) {
    if (text && text === this.told && !isRefused) return;
    this.news = this.told = text;
    this.said.textContent = text;
    this.said.classList.toggle("ta-refused", isRefused);
  }

  drawVerdict() {
    if (this.shown !== this.key) return;
    this.verdict.textContent = this.host.decided();
    this.verdict.hidden = !this.verdict.textContent;
  }

  /**
   * @param {Large} message
   * @param {Bytes[]} buffers
   */
  show({ facts, tile }, buffers) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.shown = this.key;
    this.url = pictureUrl(buffers[0]);
    this.img.src = this.url;
    this.img.alt = tile.label;
    this.img.hidden = !this.url;
    this.suggested = tile.suggested ?? "";
    const place = this.host.place();
    const title = element("h2", "", tile.label);
    if (tile.mark) title.append(" ", element("span", "ta-tag", tile.mark));
    this.drawVerdict();
    title.append(" ", this.verdict);
    this.side.replaceChildren(title, element("p", "ta-whereabouts", place), ...this.known(facts, buffers));
    if (!this.said.classList.contains("ta-refused")) {
      const { key, place: there } = this.actedOn;
      const of = there && key !== this.shown ? `${there}, ` : ""; // else it would read as said of this picture
      const news = this.news && `${of}${this.news.replace(/\.$/, "")}. `;
      this.said.replaceChildren(news, element("span", "ta-heard", `${tile.label}, ${place}`));
    }
    this.news = "";
    if (document.activeElement === document.body) this.box.focus(); // what was pressed is gone
  }

  /**
   * @param {Facts} facts
   * @param {Bytes[]} buffers
   */
  known(facts, buffers) {
    const reasons = element("ul", "ta-reasons");
    facts.reasons.forEach((text) => reasons.append(element("li", "", text)));
    /** @type {HTMLElement[]} */
    const parts = [reasons];
    if (!this.url && facts.file) {
      parts.push(element("p", "ta-file", "This picture cannot be shown; its file may be damaged or missing."));
    }
    if (facts.shares.length) parts.push(element("h3", "", "What the model predicts, not trained on it"), shareBars(facts));
    const near = alikeList(facts.near, buffers.slice(1), (key) => this.host.visit(key));
    if (facts.near.length) parts.push(element("h3", "", "Most similar"), near);
    const list = element("dl", "ta-known");
    for (const [name, text] of [["Part", facts.part], ["Licence", facts.licence], ["File", facts.file]]) {
      if (text) list.append(element("dt", "", name), element("dd", "", text));
    }
    if (list.children.length) parts.push(list);
    return parts;
  }
}

/** @param {Facts} facts */
function shareBars(facts) {
  const shares = element("div", "ta-shares");
  for (const [label, share, text] of facts.shares) {
    const bar = element("meter");
    bar.value = share;
    bar.setAttribute("aria-label", `${label} ${text}`);
    const name = element("span", "", label);
    name.title = label;
    shares.append(name, bar, element("span", "ta-number", text));
  }
  return shares;
}
