// Small pictures, each a button that is pressed or not. Those that were pressed have their number in the order.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { button, element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { PackedPictures } from "../common/packed.js";

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-picks");
  root.setAttribute("role", "group");
  const status = element("p", "ta-picks-said");
  status.setAttribute("role", "status");
  el.append(root, status);

  const pictures = new PackedPictures();
  let tiles = /** @type {HTMLButtonElement[]} */ ([]);

  function load() {
    const captions = model.get("captions");
    if (!pictures.take(model.get("blob"), model.get("offsets")) || pictures.count !== captions.length) return;
    tiles = captions.map((caption, i) => {
      const tile = button("ta-pick-tile", "", () => press(i));
      const image = element("img");
      image.alt = "";
      tile.title = caption; // a long one is cut off
      if (pictures.url(i)) image.src = pictures.url(i);
      tile.append(image, element("span", "ta-pick-name", caption), element("span", "ta-pick-number"));
      return tile;
    });
    root.replaceChildren(...tiles);
    draw();
  }

  function draw() {
    const chosen = model.get("chosen");
    root.setAttribute("aria-label", model.get("accessible_name"));
    tiles.forEach((tile, i) => {
      const place = chosen.indexOf(i);
      tile.setAttribute("aria-pressed", String(place >= 0));
      const number = /** @type {HTMLElement} */ (tile.lastElementChild);
      number.textContent = place >= 0 ? String(place + 1) : "";
    });
    const most = model.get("at_most");
    status.textContent = tiles.length ? `${chosen.length} of at most ${most} chosen` : "";
  }

  /** @param {number} i */
  function press(i) {
    const chosen = model.get("chosen");
    if (!chosen.includes(i) && chosen.length >= model.get("at_most")) {
      status.textContent = `${chosen.length} are chosen, and no more fit. Take one away first.`;
      return;
    }
    model.set("chosen", chosen.includes(i) ? chosen.filter((one) => one !== i) : [...chosen, i]);
    model.save_changes();
  }

  const loading = oncePerFrame(load);
  model.on("change:blob change:offsets change:captions", loading.soon);
  model.on("change:chosen change:at_most", draw);
  load();
  return () => {
    loading.cancel();
    model.off(null, null, loading.soon);
    model.off(null, null, draw);
    pictures.forget();
  };
}

export default { render };
