// The list of answers: a row for each picture, the newest pictures on top, and what they come to.

import { NONE, THUMBNAIL_PX, showAnswer, verdict } from "./bars.js";
import { CORRECTION_PX } from "./corrections.js";
import { made, the } from "./elements.js";
import { counted, percent, refusal } from "./words.js";

/**
 * @typedef {import("./bars.js").Classes} Classes
 * @typedef {{name: string, said: string, answer: import("./classifier.js").Answered | null, row: HTMLElement,
 *   file: File | null}} Entry
 */

export class Answers {
  /**
   * @param {import("./classifier.js").Classifier} classifier @param {Classes} known
   * @param {import("./corrections.js").Corrections | null} corrections null where visitors are not asked
   */
  constructor(classifier, known, corrections) {
    this.corrections = corrections;
    this.side = corrections === null ? THUMBNAIL_PX : CORRECTION_PX;
    this.classifier = classifier;
    this.known = known;
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Entry[]} */
    this.pending = [];
    this.isRunning = false;
    the("clear").addEventListener("click", () => this.clear());
    the("save").addEventListener("click", () => this.save());
  }

  /**
   * Classify files; they stand in their order above what is there.
   * @param {File[]} files
   */
  add(files) {
    const fresh = files.map((file) => this.entryOf(file.name || "pasted picture", file));
    the("rows").prepend(...fresh.map((entry) => entry.row));
    this.entries.push(...fresh);
    this.pending.push(...fresh);
    this.summarise();
    if (!this.isRunning) this.run();
  }

  /**
   * A picture that has its answer already.
   * @param {string} name @param {import("./classifier.js").Answered} answer
   */
  addAnswered(name, answer) {
    const entry = this.entryOf(name, null);
    the("rows").prepend(entry.row);
    this.entries.push(entry);
    this.show(entry, answer);
    this.summarise();
  }

  /** @param {string} name @param {File | null} file */
  entryOf(name, file) {
    const row = made("li", "answer");
    row.append(made("div", "picture"), made("div", "said"));
    row.children[1].append(made("h2", "verdict soft", "Waiting …"), made("p", "soft name", name));
    return { name, said: "", answer: null, row, file };
  }

  async run() {
    this.isRunning = true;
    for (let entry = this.pending.shift(); entry !== undefined; entry = this.pending.shift()) {
      try {
        this.show(entry, await this.classifier.classifyFile(/** @type {File} */ (entry.file), this.side));
      } catch (why) {
        this.refuse(entry, why);
      }
      entry.file = null; // the browser may forget it
      this.summarise();
    }
    this.isRunning = false;
  }

  /** @param {Entry} entry @param {import("./classifier.js").Answered} answer */
  show(entry, answer) {
    entry.answer = answer;
    entry.said = verdict(answer, this.known).text;
    const place = /** @type {HTMLElement} */ (entry.row.children[1]);
    showAnswer(place, answer, this.known);
    place.append(made("p", "soft name", entry.name));
    if (answer.thumbnail) {
      const image = /** @type {HTMLImageElement} */ (made("img", ""));
      image.alt = entry.name;
      image.src = URL.createObjectURL(answer.thumbnail);
      entry.row.children[0].replaceChildren(image);
      if (this.corrections !== null) place.append(this.corrections.below(this.shown(entry, answer, answer.thumbnail)));
    }
  }

  /**
   * An answer as a correction speaks of it.
   * @param {Entry} entry @param {import("./classifier.js").Answered} answer @param {Blob} thumbnail
   */
  shown(entry, answer, thumbnail) {
    const { isNone, label } = verdict(answer, this.known);
    const probability = answer.probabilities[this.known.classes.indexOf(label)];
    return { answered: label, probability, isNone, thumbnail, name: entry.name };
  }

  /** @param {Entry} entry @param {any} why */
  refuse(entry, why) {
    const text = refusal(why?.code ?? "failed", why?.format ?? "");
    entry.said = "";
    entry.row.classList.add("refused");
    entry.row.children[1].replaceChildren(made("h2", "verdict", "Not classified"), made("p", "", text), made("p", "soft name", entry.name));
  }

  /** What all of them come to; said aloud as well, once at the end of many. */
  summarise() {
    const n = this.entries.length;
    the("answers").hidden = n === 0;
    the("tools").hidden = n < 2;
    const nLeft = this.pending.length + (this.isRunning && this.entries.some((one) => one.file) ? 1 : 0);
    const summary = nLeft > 0 ? `${n - nLeft} of ${counted(n, "picture")} done` : this.tally();
    the("summary").textContent = n < 2 ? "" : summary;
    const last = this.entries[n - 1];
    if (n === 1 && last.answer) {
      the("spoken").textContent = `${last.said}, ${percent(Math.max(...last.answer.probabilities))}. ${last.name}`;
    } else if (n === 1) {
      the("spoken").textContent = last.row.classList.contains("refused") ? last.row.children[1].textContent : "";
    } else if (nLeft === 0) the("spoken").textContent = summary;
  }

  tally() {
    const counts = new Map();
    for (const { said } of this.entries) counts.set(said, (counts.get(said) ?? 0) + 1);
    const nRefused = counts.get("") ?? 0;
    counts.delete("");
    const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([said, n]) => `${n} ${shortened(said)}`);
    if (nRefused > 0) parts.push(`${nRefused} not classified`);
    return `${counted(this.entries.length, "picture")}: ${parts.slice(0, 8).join(", ")}${parts.length > 8 ? ", …" : ""}`;
  }

  clear() {
    for (const image of the("rows").querySelectorAll("img")) URL.revokeObjectURL(image.src);
    the("rows").replaceChildren();
    this.entries = [];
    this.pending = [];
    this.summarise();
    the("spoken").textContent = "The list is empty.";
    the("choose").focus();
  }

  save() {
    const { classes } = this.known;
    const rows = [["picture", "answer", ...classes]];
    for (const { name, said, answer } of this.entries) {
      const numbers = answer ? answer.probabilities.map((value) => value.toFixed(4)) : classes.map(() => "");
      rows.push([name, answer ? said : "not classified", ...numbers]);
    }
    const text = rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
    const link = /** @type {HTMLAnchorElement} */ (made("a", ""));
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    link.download = "answers.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

/**
 * An answer inside a sentence.
 * @param {string} said
 */
function shortened(said) {
  if (said === NONE) return "none of these";
  return said.length > 40 ? `${said.slice(0, 40)}…` : said;
}

/**
 * A cell that no spreadsheet calculates.
 * @param {string} text
 */
function cell(text) {
  const plain = text.replace(/[\u0000-\u001f\u007f]/g, " ");
  const safe = /^'*[=+\-@＝＋－＠]/.test(plain) && !/^-?[\d.]+$/.test(plain) ? `'${plain}` : plain;
  return /[",]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
