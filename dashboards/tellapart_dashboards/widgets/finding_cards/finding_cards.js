// Cards of findings, the most suspicious first: see finding_cards.py for the traits and the wishes. Arrows walk, keys
// decide as in the grid of pictures; the next card has the focus then. A card opens in a window, see large.js.
/** @import { Context } from "../common/model" */
/** @import { CardData, ToPython, Traits } from "./protocol" */
import { arrange, button, element, target } from "../common/elements.js";
import { askedFor } from "../looking/decision_keys.js";
import { keyed } from "../looking/keyed.js";
import { Card } from "./card.js";
import { LargeCard } from "./large.js";

let n_made = 0; // of lists on the page

/** @param {Context<Traits, ToPython>} context */
function render({ model, el }) {
  const send = (/** @type {ToPython} */ message) => model.send(message);
  const root = element("div", "ta-findings");
  const bar = element("div", "ta-findings-bar");
  const undo = keyed("u", "Undo", () => send({ t: "undo" }));
  const redo = keyed("⇧u", "Redo", () => send({ t: "redo" }));
  redo.setAttribute("aria-keyshortcuts", "Shift+u");
  const said = element("span", "ta-findings-said");
  said.setAttribute("role", "status");
  bar.append(undo, redo, said);
  const list = element("ul", "ta-findings-list");
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", model.get("accessible_name"));
  const options = element("datalist");
  options.id = `ta-findings-labels-${n_made++}`;
  const empty = element("p", "ta-soft");
  const more = button("", "", () => send({ t: "more" }));
  const help = element("p", "ta-findings-help");
  root.append(bar, list, empty, more, help, options);
  el.append(root);

  let cards = /** @type {Map<string, Card>} */ (new Map());
  let current = 0; // place of the card that has the focus, or had it last
  const inOrder = () => [...cards.values()];
  let large = /** @type {LargeCard | null} */ (null);

  /** @param {Card} card */
  function enlarge(card) {
    large = new LargeCard(root, card, model.get("labels"), () => {
      large = null;
      card.root.focus();
    });
    send({ t: "look", id: card.data.id });
  }

  function fill() {
    const found = model.get("large");
    if (found.id && found.id === large?.card.data.id) large?.show(found);
  }

  /** @param {number} place */
  function go(place) {
    const all = inOrder();
    current = Math.min(Math.max(place, 0), all.length - 1);
    all.forEach((card, i) => { card.root.tabIndex = i === current ? 0 : -1; });
    return all[current];
  }

  function draw() {
    const hadFocus = list.contains(document.activeElement) || bar.contains(document.activeElement);
    const found = model.get("cards");
    const before = cards;
    const same = (/** @type {CardData} */ data) => {
      const card = before.get(data.id);
      return card && JSON.stringify(card.data) === JSON.stringify(data) ? card : new Card(data, send, options.id, enlarge);
    };
    cards = new Map(found.map((data) => [data.id, same(data)]));
    arrange(list, inOrder().map((card) => card.root));
    const place = found.findIndex(({ id }) => id === model.get("at"));
    const isBack = place >= 0 && !before.has(model.get("at"));
    const card = go(isBack ? place : current);
    if (hadFocus && !list.contains(document.activeElement)) (card?.root ?? undo).focus();
    else if (hadFocus && isBack) card?.root.focus();
    tell();
  }

  function tell() {
    options.replaceChildren(...model.get("labels").map((label) => {
      const option = element("option");
      option.value = label;
      return option;
    }));
    undo.disabled = !model.get("can_undo");
    redo.disabled = !model.get("can_redo");
    said.textContent = model.get("said");
    bar.hidden = undo.disabled && redo.disabled && !said.textContent;
    empty.textContent = model.get("empty");
    empty.hidden = !empty.textContent;
    more.hidden = !model.get("n_more");
    more.textContent = `Show more (${model.get("n_more").toLocaleString("en")})`;
    help.hidden = !cards.size;
    help.replaceChildren(...model.get("labels").slice(0, 9).flatMap((label, i) => key(String(i + 1), label)),
      ...key("↑ ↓", "move"));
  }

  /**
   * @param {string} name
   * @param {string} does
   */
  function key(name, does) {
    const pair = element("span");
    pair.append(element("kbd", "", name), ` ${does}`);
    return [pair];
  }

  list.addEventListener("focusin", (event) => {
    const at = inOrder().findIndex((card) => card.root.contains(target(event)));
    if (at >= 0) go(at);
  });

  root.addEventListener("keydown", (event) => {
    const from = target(event);
    const card = inOrder()[current];
    const steps = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: cards.size - 1 };
    const asked = askedFor(event, model.get("labels"));
    const isAlone = !(event.ctrlKey || event.metaKey || event.altKey); // or the browser pastes, or opens a file
    if (event.key in steps && list.contains(from)) {
      go(steps[/** @type {keyof typeof steps} */ (event.key)])?.root.focus();
    } else if (asked?.name === "undo" || asked?.name === "redo") {
      if (model.get(asked.name === "undo" ? "can_undo" : "can_redo")) send({ t: asked.name });
    } else if (!card || !list.contains(from)) return;
    else if (event.key === "Enter" && from === card.root) card.suggestion();
    else if (event.key === "v" && isAlone) card.look();
    else if (event.key === "o" && isAlone && from === card.root) card.open();
    else if (asked?.name === "relabel") {
      if (asked.label === undefined) card.ask();
      else card.decide("relabel", asked.label);
    } else if (asked?.name === "keep" || asked?.name === "remove") card.decide(asked.name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  model.on("change:cards change:at", draw);
  model.on("change:large", fill);
  model.on("change:labels change:said change:can_undo change:can_redo change:n_more change:empty", tell);
  draw();
  return () => {
    model.off(null, null, draw);
    model.off(null, null, tell);
    model.off(null, null, fill);
  };
}

export default { render };
