// One answer: its picture, the likeliest labels as bars, why, and what it is where that is wrong.
/** @import { Answered, AnswersModel, Ask } from "./protocol" */
import { button, element } from "../common/elements.js";
import { Alike } from "./alike.js";
import { PutRight } from "./put_right.js";

export class Row {
  /**
   * @param {Answered} answer
   * @param {string} url of its thumbnail, "" for none
   * @param {Ask} ask
   * @param {AnswersModel} model
   * @param {() => void} enlarge
   */
  constructor(answer, url, ask, model, enlarge) {
    this.answer = answer;
    this.ask = ask;
    this.root = element("div", "ta-answer");
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", answer.name);
    this.zoom = button("ta-zoom", "", enlarge);
    if (url) {
      this.zoom.setAttribute("aria-label", `Show ${answer.name} larger`);
      const img = element("img");
      img.src = url;
      img.alt = "";
      this.zoom.append(img);
      this.root.append(this.zoom);
    } else {
      const box = element("div", "ta-noimage");
      box.setAttribute("aria-hidden", "true");
      this.root.append(box);
    }
    this.body = element("div");
    this.root.append(this.body);
    if (answer.reason) this.unread();
    else this.answered(model);
  }

  unread() {
    const { name, reason } = this.answer;
    this.body.append(
      element("b", "ta-bad", "Cannot be read"), " ", element("span", "ta-file", name),
      element("div", "", `${reason}.`),
    );
  }

  /** @param {AnswersModel} model */
  answered(model) {
    const { name, label, shares, is_none: isNone, number } = this.answer;
    this.body.append(element("b", "", isNone ? "none of these?" : label), " ");
    if (isNone) this.body.append(element("span", "ta-tag", "unlike its training pictures"), " ");
    this.body.append(element("span", "ta-file", name));
    if (isNone) this.body.append(element("div", "ta-closest", `closest: ${label}`));
    else this.body.append(...shares.map(bar));
    this.place = element("div", "ta-why");
    this.place.hidden = true;
    const why = button("ta-link", "Why?", () => this.explain(why));
    why.setAttribute("aria-label", `Why? ${name}`);
    why.setAttribute("aria-expanded", "false");
    this.right = model.get("can_put_right") ? new PutRight(this.answer, this.ask, model) : null;
    const line = element("div", "ta-answerkeys");
    line.append(why, ...(this.right ? [this.right.opener] : []));
    this.body.append(line, this.place, ...(this.right ? [this.right.root] : []));
    this.number = number;
  }

  /** @param {HTMLButtonElement} why */
  async explain(why) {
    if (!this.place) return;
    const isOpen = this.place.hidden;
    this.place.hidden = !isOpen;
    why.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen || this.place.hasChildNodes()) return;
    const wait = element("p", "ta-soft", "Looking …");
    wait.setAttribute("role", "status");
    this.place.append(wait);
    const { reply, url } = await this.ask("why", this.answer.number);
    this.whyUrl = url;
    this.place.replaceChildren(reply.problem ? problem(reply.problem) : figure(url, reply.alt ?? "", reply.words ?? ""));
    if (reply.problem) return;
    this.alike = new Alike(this.answer, this.ask);
    this.place.append(this.alike.root);
  }

  labelsChanged() {
    this.right?.labelsChanged();
  }

  clear() {
    if (this.whyUrl) URL.revokeObjectURL(this.whyUrl);
    this.alike?.clear();
    this.root.remove();
  }
}

/** @param {[string, string, number]} share */
function bar([label, text, fraction]) {
  const line = element("div", "ta-share");
  const name = element("span", "", label);
  name.title = label;
  const box = element("div", "ta-bar");
  box.setAttribute("aria-hidden", "true");
  const fill = element("i");
  fill.style.width = `${(100 * fraction).toFixed(1)}%`;
  box.append(fill);
  line.append(name, box, element("span", "ta-number", text));
  return line;
}

/** @param {string} text */
function problem(text) {
  const note = element("p", "ta-problem", text);
  note.setAttribute("role", "status");
  return note;
}

/** @param {string} url @param {string} alt @param {string} words */
function figure(url, alt, words) {
  const made = element("figure");
  const img = element("img");
  img.src = url;
  img.alt = alt;
  const caption = element("figcaption", "", words);
  const scale = element("span", "ta-heat");
  scale.setAttribute("aria-hidden", "true");
  const soft = "Purple is weak evidence, yellow strong; where the picture is plain there is little.";
  caption.append(scale, element("span", "ta-soft", soft));
  made.append(img, caption);
  return made;
}
