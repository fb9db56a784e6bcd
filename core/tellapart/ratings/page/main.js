import { expectedFor, found, isFaithful, modelOf, nameOf, recommended, similarTo, usualStars } from "./model.js";
import { drawStars, made, starGroup, starsText } from "./stars.js";
import { drawMap } from "./map.js";

const ENOUGH = 5; // ratings that show a taste
const MOST_FOUND = 8;
const AT_ONCE = 10; // recommendations
const MOST_LIKE = 6;
const byId = (id) => document.getElementById(id);
const model = modelOf(JSON.parse(byId("model").textContent));
const places = JSON.parse(byId("places").textContent);
const [low, high] = model.scale;
const usual = usualStars(model);
const rated = new Map(); // place -> stars
let nShown = AT_ONCE;
let looked = null; // place on the map
let markRated = () => {};

function people(place) {
  return `rated by ${model.counts[place]} ${model.counts[place] === 1 ? "person" : "people"}`;
}

function give(place, stars) {
  const isNew = !rated.has(place);
  rated.set(place, stars);
  if (isNew) showRated();
  for (const group of document.querySelectorAll(`fieldset[data-place="${place}"]`)) drawStars(group, stars);
  answer();
}

function takeBack(place) {
  rated.delete(place);
  for (const group of document.querySelectorAll(`fieldset[data-place="${place}"]`)) drawStars(group, undefined);
  showRated();
  answer();
  byId("wanted").focus();
}

function itemRow(place) {
  const item = made("li", "item");
  const name = made("div");
  name.append(made("span", "name", nameOf(model, place)), made("span", "soft", people(place)));
  item.append(name, starGroup(place, nameOf(model, place), model.scale, rated.get(place), (stars) => give(place, stars)));
  return item;
}

function search() {
  const all = found(model, byId("wanted").value);
  byId("found").replaceChildren(...all.slice(0, MOST_FOUND).map(itemRow));
  const n = all.length;
  byId("how-many").textContent = n === 0 ? "Nothing is called so. Try fewer letters."
    : n > MOST_FOUND ? `The first ${MOST_FOUND} of ${n}. Write more of the name to find others.` : `${n} found.`;
}

function showRated() {
  byId("rated").replaceChildren(...[...rated.keys()].map((place) => {
    const item = itemRow(place);
    const button = made("button", "", "Remove");
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${nameOf(model, place)}`);
    button.addEventListener("click", () => takeBack(place));
    item.append(button);
    return item;
  }));
  byId("yours").hidden = rated.size === 0;
}

function likeList(place) {
  const list = made("ul", "alike");
  const near = similarTo(model, place).slice(0, MOST_LIKE);
  list.append(...near.map((one) => {
    const item = made("li", "", nameOf(model, one.place));
    item.append(made("span", "soft", ` likeness ${one.likeness.toFixed(2)}, ${people(one.place)}`));
    return item;
  }));
  if (!near.length) list.append(made("li", "soft", "No item is like it."));
  return list;
}

function likeButton(place) {
  const button = made("button", "quiet", "People who liked this");
  button.type = "button";
  button.setAttribute("aria-label", `People who liked this also liked: ${nameOf(model, place)}`);
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) button.nextElementSibling.remove();
    else button.after(likeList(place));
  });
  return button;
}

function recommendation(place, stars) {
  const item = made("li", "answer-row");
  const track = made("span", "bar");
  const filled = made("i");
  filled.style.setProperty("width", `${(100 * (stars - low)) / (high - low)}%`);
  track.append(filled);
  const name = made("div", "names");
  name.append(made("span", "name", nameOf(model, place)), made("span", "soft", people(place)));
  item.append(name, track, made("span", "percent", starsText(stars, high)));
  if (model.factors.length) item.append(likeButton(place));
  return item;
}

function answer() {
  const expected = rated.size ? expectedFor(model, rated) : usual;
  const order = recommended(model, rated, expected);
  byId("answers").replaceChildren(...order.slice(0, nShown).map((place) => recommendation(place, expected[place])));
  byId("more").hidden = nShown >= order.length;
  const left = ENOUGH - rated.size;
  const said = !rated.size ? "Nothing rated yet: this is what everybody likes."
    : left > 0 ? `${rated.size} of ${ENOUGH} rated. ${left} more, and your taste shows.`
      : `From your ${rated.size} ratings.`;
  byId("so-far").textContent = said;
  byId("spoken").textContent = rated.size && order.length
    ? `${said} First: ${nameOf(model, order[0])}, ${starsText(expected[order[0]], high)}.` : "";
  markRated(rated);
  if (looked !== null) tellLooked(looked);
}

function tellLooked(place) {
  looked = place;
  const own = rated.has(place) ? ` You gave ${rated.get(place)}.` : "";
  byId("looked-name").textContent = nameOf(model, place);
  byId("looked-facts").textContent = `${starsText(usual[place], high)} from everybody, ${people(place)}.${own}`;
  byId("rate-looked").hidden = false;
}

byId("wanted").addEventListener("input", search);
byId("more").addEventListener("click", () => {
  const before = nShown;
  nShown += AT_ONCE;
  answer();
  byId("answers").children[before]?.querySelector("button")?.focus();
});
byId("rate-looked").addEventListener("click", () => {
  byId("wanted").value = nameOf(model, looked);
  search();
  byId("wanted").focus();
});
byId("map-card").hidden = places.length === 0;
if (places.length) {
  markRated = drawMap(byId("map"), places, (place) => nameOf(model, place), (place) => model.counts[place], tellLooked);
}
byId("obstacle").hidden = isFaithful(model);
search();
showRated();
answer();
document.documentElement.dataset.ready = "";
