// "That is wrong": what a visitor says of an answer, kept in this page until it is saved or sent.

import { made, the } from "./elements.js";
import { counted } from "./words.js";
import { zipped } from "./zip.js";

const MOST = 200; // of one page
const MAX_SAID = 200;
const NONE_OF_THESE = "none of these";

export const CORRECTION_PX = 448; // twice what the usual network sees

/**
 * @typedef {{consent: string, version: string, address: string, model: string}} Asking
 * @typedef {{answered: string, probability: number, isNone: boolean, thumbnail: Blob, name: string}} Shown
 * @typedef {{facts: Record<string, any>, jpeg: Blob}} Kept
 */

export class Corrections {
  /** @param {Asking} asking @param {string[]} classes */
  constructor(asking, classes) {
    this.asking = asking;
    this.classes = classes;
    /** @type {Kept[]} */
    this.kept = [];
    this.nTaken = 0; // kept, sent or on their way
    the("corrections-save").addEventListener("click", () => this.save());
  }

  /**
   * What stands under an answer.
   * @param {Shown} shown
   */
  below(shown) {
    const place = made("div", "correction");
    const wrong = made("button", "", "That is wrong");
    wrong.setAttribute("type", "button");
    wrong.setAttribute("aria-label", `That is wrong: ${shown.name}`);
    wrong.addEventListener("click", () => this.open(place, wrong, shown));
    place.append(wrong);
    return place;
  }

  /** @param {HTMLElement} place @param {HTMLElement} wrong @param {Shown} shown */
  open(place, wrong, shown) {
    const what = /** @type {HTMLSelectElement} */ (made("select", ""));
    const words = /** @type {HTMLInputElement} */ (made("input", ""));
    const send = /** @type {HTMLButtonElement} */ (made("button", "primary", this.asking.address ? "Send" : "Keep it"));
    const cancel = made("button", "", "Cancel");
    const said = made("p", "soft");
    said.setAttribute("role", "status");
    send.type = "button";
    cancel.setAttribute("type", "button");
    words.maxLength = MAX_SAID;
    what.append(option("", "Choose …"));
    this.classes.forEach((label, i) => {
      if (shown.isNone || label !== shown.answered) what.append(option(String(i), label));
    });
    if (!shown.isNone) what.append(option("none", "None of these"));
    what.append(option("other", "Something else …"));
    const asked = made("label", "", "What is it?");
    asked.append(what);
    const inWords = made("label", "", "In your words");
    inWords.append(words);
    const draw = () => {
      inWords.hidden = what.value !== "other";
      send.disabled = what.value === "" || (what.value === "other" && words.value.trim() === "");
    };
    what.addEventListener("change", draw);
    words.addEventListener("input", draw);
    cancel.addEventListener("click", () => {
      place.replaceChildren(wrong);
      wrong.focus();
    });
    send.addEventListener("click", async () => {
      send.disabled = true;
      said.textContent = "One moment …";
      place.replaceChildren(made("p", "soft", await this.take(shown, what.value, words.value)));
    });
    const buttons = made("div", "buttons");
    buttons.append(send, cancel);
    place.replaceChildren(asked, inWords, made("p", "soft consent", this.asking.consent), buttons, said);
    draw();
    what.focus();
  }

  /**
   * Keep or send it; what to tell the visitor.
   * @param {Shown} shown @param {string} what @param {string} words
   */
  async take(shown, what, words) {
    if (this.nTaken >= MOST) return `This page takes ${MOST} corrections, and has them. Thank you.`;
    const kind = what === "none" ? NONE_OF_THESE : what === "other" ? "other" : "label";
    const said = kind === "label" ? this.classes[Number(what)] : kind === "other" ? words.trim().slice(0, MAX_SAID) : "";
    const facts = {
      format: 1, picture: (++this.nTaken).toString(16), answered: shown.answered,
      probability: Math.round(shown.probability * 1e4) / 1e4, none_of_these: shown.isNone, kind, said,
      at: `${new Date().toISOString().slice(0, 19)}Z`, consent: this.asking.version, model: this.asking.model,
    };
    if (this.asking.address !== "" && (await this.isSent(facts, shown.thumbnail))) {
      return "Thank you. A person will look at it before anything is learned from it.";
    }
    this.kept.push({ facts, jpeg: shown.thumbnail });
    this.summarise();
    return this.asking.address === ""
      ? "Kept in this page. Save it as a file below before you close the page."
      : "It could not be sent. Save it as a file below, and give that to whoever shares this page.";
  }

  /** @param {object} facts @param {Blob} jpeg */
  async isSent(facts, jpeg) {
    const body = new FormData();
    body.append("correction", new Blob([JSON.stringify(facts)], { type: "application/json" }), "correction.json");
    body.append("picture", jpeg, "picture.jpg");
    try {
      const options = { method: "POST", body, credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" };
      return (await fetch(this.asking.address, /** @type {RequestInit} */ (options))).ok;
    } catch {
      return false;
    }
  }

  summarise() {
    the("corrections").hidden = this.kept.length === 0;
    the("corrections-said").textContent =
      `${counted(this.kept.length, "correction")} in this page. Save them and give the file to whoever shares it.`;
  }

  async save() {
    const files = [];
    for (const { facts, jpeg } of this.kept) {
      files.push({ name: `pictures/${facts.picture}.jpg`, data: new Uint8Array(await jpeg.arrayBuffer()) });
    }
    const lines = this.kept.map(({ facts }) => `${JSON.stringify(facts)}\n`).join("");
    files.push({ name: "corrections.jsonl", data: new TextEncoder().encode(lines) });
    const link = /** @type {HTMLAnchorElement} */ (made("a", ""));
    link.href = URL.createObjectURL(zipped(files));
    link.download = "corrections.zip";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

/** @param {string} value @param {string} text */
function option(value, text) {
  const element = /** @type {HTMLOptionElement} */ (made("option", "", text));
  element.value = value;
  return element;
}
