// Which answers are in sight: by label and by certainty. And all of them in one sentence.
/** @import { Answered } from "./protocol" */
import { element } from "../common/elements.js";

const LABEL = "label "; // before the label of a kind
const NONE = "none";
const UNREAD = "unread";
const SURE = /** @type {[string, string, (share: number) => boolean][]} */ ([
  ["", "Any certainty", () => true],
  ["low", "Below 60 %", (share) => share < 0.6],
  ["middle", "60 % to 90 %", (share) => share >= 0.6 && share < 0.9],
  ["high", "90 % and more", (share) => share >= 0.9],
]);

/** @param {Answered} answer */
function kindOf(answer) {
  if (answer.reason) return UNREAD;
  return answer.is_none ? NONE : LABEL + answer.label;
}

/**
 * How many of each kind: labels by number, then what is none of them, then what cannot be read.
 * @param {Answered[]} answers
 */
function tally(answers) {
  const counts = /** @type {Map<string, number>} */ (new Map());
  for (const answer of answers) counts.set(kindOf(answer), (counts.get(kindOf(answer)) ?? 0) + 1);
  const rank = (/** @type {string} */ kind) => [NONE, UNREAD].indexOf(kind);
  return [...counts].sort(([a, n], [b, m]) => rank(a) - rank(b) || m - n || a.localeCompare(b));
}

/** @param {string} kind */
const nameOf = (kind) => ({ [NONE]: "none of these", [UNREAD]: "unreadable" })[kind] ?? kind.slice(LABEL.length);

/**
 * "24 bear, 3 none of these, 2 unreadable".
 * @param {Answered[]} answers
 */
export function summary(answers) {
  return tally(answers).map(([kind, n]) => `${n.toLocaleString("en")} ${nameOf(kind)}`).join(", ");
}

export class Filters {
  /** @param {() => void} changed */
  constructor(changed) {
    this.root = element("div", "ta-filters");
    this.label = element("select");
    this.label.setAttribute("aria-label", "Show answers");
    this.sure = element("select");
    this.sure.setAttribute("aria-label", "Certainty");
    for (const [value, text] of SURE) {
      const option = element("option", "", text);
      option.value = value;
      this.sure.append(option);
    }
    this.names = "";
    for (const one of [this.label, this.sure]) one.addEventListener("change", changed);
    this.root.append(this.label, this.sure);
  }

  /** @param {Answered[]} answers */
  show(answers) {
    const counts = tally(answers);
    const names = JSON.stringify(counts);
    if (names === this.names) return;
    this.names = names;
    const before = this.label.value;
    const all = /** @type {[string, number][]} */ ([["", answers.length], ...counts]);
    this.label.replaceChildren(...all.map(([kind, n]) => {
      const option = element("option", "", `${kind ? nameOf(kind) : "All"} (${n.toLocaleString("en")})`);
      option.value = kind;
      return option;
    }));
    this.label.value = before;
    if (this.label.selectedIndex < 0) this.label.value = "";
  }

  /** @param {Answered} answer */
  takes(answer) {
    if (this.label.value && kindOf(answer) !== this.label.value) return false;
    const rule = SURE.find(([value]) => value === this.sure.value);
    if (!this.sure.value || !rule) return true;
    return !answer.reason && !answer.is_none && rule[2](answer.shares[0]?.[2] ?? 0);
  }

  reset() {
    this.label.value = "";
    this.sure.value = "";
  }
}
