// A text with its marks, and the cells of a row.
/** @import { Piece } from "./protocol" */
import { element } from "../common/elements.js";

/** @param {Piece[]} pieces */
export function markedText(pieces) {
  const text = element("blockquote", "ta-finding-text");
  for (const [words, mark] of pieces) {
    if (mark) text.append(element("mark", `ta-${mark}`, words));
    else text.append(words);
  }
  return text;
}

/** @param {[string, string][]} cells */
export function cellList(cells) {
  const list = element("dl", "ta-finding-cells");
  for (const [title, value] of cells) {
    const pair = element("div");
    pair.append(element("dt", "", title), element("dd", "", value || "–"));
    list.append(pair);
  }
  return list;
}
