// Keys: walking and choosing here, all else by name in `grid.act`. What each does stands below them, for people.
/** @import { Grid } from "./view.js" */

import { askedFor } from "../looking/decision_keys.js";

/** @typedef {import("../looking/protocol").Act | "near" | "tidy" | "help" | "look" | "all"} Act */

/** @type {Record<string, Act>} */
const ACTS = { n: "near", t: "tidy", "?": "help", Enter: "look" };

export const KEYS = [
  ["arrows, Home, End, Page up, Page down", "move"],
  ["shift + arrows, shift + click, drag", "select several"],
  ["ctrl + click, ctrl + space, long press", "select or deselect one"],
  ["a", "select all"], ["Esc", "select none"],
  ["k", "keep: the label is right"], ["d", "remove: moves to the trash"],
  ["1 – 9", "relabel to the label with that number"], ["r", "relabel to any label: type it"],
  ["s", "not sure"], ["x", "none of these: fits no label"],
  ["u", "undo, as often as you like"], ["shift + u, ctrl + y", "redo"],
  ["n", "show the most similar pictures"], ["Enter, space, double click", "enlarge"],
  ["t", "tidy: hide decided pictures, most suspicious first"], ["?", "show these keys"],
];

/**
 * @param {KeyboardEvent} event
 * @param {Grid} grid
 */
export function keydown(event, grid) {
  const { choice, sheet } = grid;
  const last = grid.order.length - 1;
  if (event.altKey || last < 0) return;
  const isControl = event.ctrlKey || event.metaKey;
  const page = Math.max(1, Math.floor(sheet.view().height / sheet.row) - 1) * sheet.columns;
  /** @type {Record<string, number>} */
  const steps = {
    ArrowRight: 1, ArrowLeft: -1, ArrowDown: sheet.columns, ArrowUp: -sheet.columns,
    PageDown: page, PageUp: -page, Home: -last, End: last,
  };
  const asked = askedFor(event, grid.labels);
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.key in steps) {
    const to = Math.min(Math.max(choice.current + steps[event.key], 0), last);
    if (event.shiftKey) {
      choice.current = to;
      choice.span(grid.order);
    } else {
      choice.anchor = to;
      if (!isControl) choice.clear();
    }
    grid.go(to);
  } else if (event.key === " " && (isControl || choice.keys.size)) {
    choice.toggle(grid.order[choice.current]);
    choice.anchor = choice.current;
    grid.draw();
    grid.announce(`${choice.keys.size} selected`);
  } else if (event.key === " ") grid.act("look");
  else if (letter === "a") grid.act("all");
  else if (asked) grid.act(asked.name, asked.label);
  else if (isControl) return;
  else if (event.key === "Escape") {
    if (!choice.keys.size) return; // a dialog or JupyterLab may want it
    choice.clear();
    grid.draw();
    grid.announce("none selected");
  } else if (letter in ACTS) grid.act(ACTS[letter]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
