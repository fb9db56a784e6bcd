// “That's wrong, it is …”: a press on a label puts the picture into the project under it, one on “none of these” puts it
// there marked so; both can be taken back.
/** @import { Answered, AnswersModel, Ask, Question } from "./protocol" */
import { button, element } from "../common/elements.js";
import { isStillIn } from "../common/focus.js";

const MOST_BUTTONS = 12; // with more labels they are a list

export class PutRight {
  /**
   * @param {Answered} answer
   * @param {Ask} ask
   * @param {AnswersModel} model
   */
  constructor(answer, ask, model) {
    this.answer = answer;
    this.ask = ask;
    this.model = model;
    this.opener = button("ta-link", answer.is_none ? "It is …" : "That’s wrong, it is …", () => this.turn());
    this.opener.setAttribute("aria-label", `${this.opener.textContent} (${answer.name})`);
    this.opener.setAttribute("aria-expanded", "false");
    this.root = element("div", "ta-right");
    this.form = element("div", "ta-rightform");
    this.form.setAttribute("role", "group");
    this.form.setAttribute("aria-label", `What ${answer.name} is`);
    this.form.hidden = true;
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.undo = button("ta-link", "Undo", () => this.send("take back"));
    this.undo.setAttribute("aria-label", `Undo what was said of ${answer.name}`);
    this.undo.hidden = true;
    this.root.append(this.form, this.said, this.undo);
    this.form.addEventListener("keydown", (event) => {
      event.stopPropagation(); // else JupyterLab takes letters
      if (event.key === "Escape") this.close();
    });
  }

  turn() {
    if (!this.form.hidden) {
      this.close();
      return;
    }
    this.fill();
    this.form.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    /** @type {HTMLElement | null} */ (this.form.querySelector("button, select, input"))?.focus();
  }

  close() {
    this.fold();
    this.opener.focus();
  }

  fold() {
    this.form.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
  }

  labelsChanged() {
    if (!this.form.hidden) this.fill();
  }

  fill() {
    const labels = this.model.get("labels").filter((label) => this.answer.is_none || label !== this.answer.label);
    const other = element("form", "ta-oneline");
    const words = element("input");
    words.type = "text";
    words.placeholder = "another label";
    words.setAttribute("aria-label", `Another label for ${this.answer.name}`);
    const give = element("button", "ta-action", "Add");
    give.type = "submit";
    other.append(words, give);
    other.addEventListener("submit", (event) => {
      event.preventDefault();
      if (words.value.trim()) this.send("put right", words.value);
    });
    const none = button("ta-action ta-chip ta-none", "none of these", () => this.send("none of these"));
    const named = labels.length > MOST_BUTTONS ? [this.list(labels)] : labels.map((label) => this.chip(label));
    this.form.replaceChildren(...named, none, other);
  }

  /** @param {string} label */
  chip(label) {
    return button("ta-action ta-chip", label, () => this.send("put right", label));
  }

  /** @param {string[]} labels */
  list(labels) {
    const choice = element("select");
    choice.setAttribute("aria-label", `Label for ${this.answer.name}`);
    choice.append(...["Choose a label …", ...labels].map((label, i) => {
      const option = element("option", "", label);
      option.value = i ? label : "";
      return option;
    }));
    choice.addEventListener("change", () => { if (choice.value) this.send("put right", choice.value); });
    return choice;
  }

  /** @param {Question} question @param {string} [label] */
  async send(question, label) {
    if (this.isBusy) return; // pressed twice
    this.isBusy = true;
    this.said.textContent = "Saving …";
    const { reply } = await this.ask(question, this.answer.number, label);
    this.isBusy = false;
    const isHere = isStillIn(this.opener, this.root);
    this.said.classList.toggle("ta-bad", Boolean(reply.problem));
    this.said.textContent = reply.problem ?? reply.sentence ?? "";
    if (reply.problem) return; // what was chosen stays, to be tried again
    this.undo.hidden = !reply.can_undo;
    this.fold();
    if (isHere) (reply.can_undo ? this.undo : this.opener).focus();
  }
}
