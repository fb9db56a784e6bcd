// The likeliest classes as bars.

import { made } from "./elements.js";
import { percent } from "./words.js";

const N_SHOWN = 3;

export const NONE = "None of these";

export const THUMBNAIL_PX = 192; // twice as it is shown, for sharp screens

/**
 * @typedef {{classes: string[], threshold: number}} Classes
 * @typedef {{probabilities: number[], novelty: number}} Answer
 */

/**
 * Places of the likeliest classes, likeliest first; ties keep class order.
 * @param {number[]} probabilities
 */
export function likeliest(probabilities) {
  const order = probabilities.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return order.slice(0, N_SHOWN);
}

/**
 * What an answer is called: the likeliest class, or none of these.
 * @param {Answer} answer @param {Classes} known
 */
export function verdict({ probabilities, novelty }, { classes, threshold }) {
  const isNone = novelty > threshold;
  const label = classes[likeliest(probabilities)[0]];
  return { isNone, label, text: isNone ? NONE : label };
}

/**
 * Fills an element with the verdict and the bars.
 * @param {HTMLElement} place @param {Answer} answer @param {Classes} known
 */
export function showAnswer(place, answer, known) {
  const said = verdict(answer, known);
  const parts = [made("h2", "verdict", said.text)];
  if (said.isNone) {
    parts.push(made("p", "soft", "It looks unlike everything this classifier has learned. The nearest:"));
  }
  const list = made("ul", said.isNone ? "bars faint" : "bars");
  for (const i of likeliest(answer.probabilities)) {
    const bar = made("span", "bar");
    const filled = made("i", "");
    filled.style.width = `${100 * answer.probabilities[i]}%`;
    bar.append(filled);
    bar.setAttribute("aria-hidden", "true");
    const row = made("li", "");
    row.append(made("span", "label", known.classes[i]), bar, made("span", "percent", percent(answer.probabilities[i])));
    list.append(row);
  }
  parts.push(list);
  place.replaceChildren(...parts);
}
