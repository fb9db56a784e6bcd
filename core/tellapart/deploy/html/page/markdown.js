// Our own Markdown (model card, credits) as elements: headings, lists, tables, bold, links to the web, nothing else.

import { made } from "./elements.js";

const PIECE = /\*\*(?<strong>(?:\\.|[^*\\])+)\*\*|\*(?<soft>(?:\\.|[^*\\])+)\*|`(?<code>[^`]+)`|\[(?<text>(?:\\.|[^[\]\\])+)\]\(<?(?<url>https?:\/\/[^\s<>)]{1,2000})>?\)|\\(?<plain>[\\`*_{}[\]()#+!|~:@$.=-])/g;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/**
 * Fills an element.
 * @param {HTMLElement} place @param {string} text
 */
export function showMarkdown(place, text) {
  place.replaceChildren(...text.trim().split(/\n{2,}/).flatMap(block));
}

/** @param {string} text */
function block(text) {
  const parts = [];
  const heading = /(#{1,6}) (.*)\s*/y;
  let at = 0;
  for (let found = heading.exec(text); found !== null; found = heading.exec(text)) {
    parts.push(filled(made(found[1].length === 1 ? "h2" : "h3", ""), found[2]));
    at = heading.lastIndex;
  }
  const rest = at > 0 ? text.slice(at).trim() : text;
  if (at === 0 || rest !== "") parts.push(withoutHeading(rest.split("\n")));
  return parts;
}

/** @param {string[]} lines */
function withoutHeading(lines) {
  if (lines.length > 1 && lines[0].startsWith("|") && /^\|[-: |]+$/.test(lines[1])) return table(lines);
  if (lines[0].startsWith("- ")) return list(lines);
  return filled(made("p", ""), lines.join(" "));
}

/** @param {string[]} lines */
function list(lines) {
  const items = lines.join("\n").slice(2).split(/\n- /);
  const place = made("ul", "");
  place.append(...items.map((item) => filled(made("li", ""), item.replace(/\n\s*/g, " "))));
  return place;
}

/** @param {string[]} lines */
function table(lines) {
  const place = made("div", "table");
  place.tabIndex = 0; // a wide one is moved sideways with the keyboard
  place.setAttribute("role", "region");
  const inner = made("table", "");
  lines.forEach((line, i) => {
    if (i === 1) return;
    const cells = line.replace(/^\|/, "").replace(/\s*\|\s*$/, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
    const row = made("tr", "");
    row.append(...cells.map((cell) => filled(made(i === 0 && cell !== "" ? "th" : "td", ""), cell)));
    inner.append(row);
  });
  const columns = [...inner.querySelectorAll("th")].map((head) => head.textContent);
  place.setAttribute("aria-label", `Table: ${columns.join(", ")}`);
  place.append(inner);
  return place;
}

/** @param {HTMLElement} place @param {string} text */
function filled(place, text) {
  let end = 0;
  for (const found of text.matchAll(PIECE)) {
    const groups = /** @type {Record<string, string>} */ (found.groups);
    place.append(unescaped(text.slice(end, found.index)));
    end = found.index + found[0].length;
    if (groups.strong) place.append(filled(made("strong", ""), groups.strong));
    else if (groups.soft) place.append(filled(made("em", ""), groups.soft));
    else if (groups.code) place.append(made("code", "", groups.code));
    else if (groups.plain) place.append(groups.plain);
    else {
      const link = /** @type {HTMLAnchorElement} */ (filled(made("a", ""), groups.text));
      link.href = groups.url;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      place.append(link);
    }
  }
  place.append(unescaped(text.slice(end)));
  return place;
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}
