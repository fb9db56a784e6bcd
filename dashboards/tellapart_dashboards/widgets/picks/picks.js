// Small pictures, each a button that is pressed or not. Those that were pressed have their number in the order.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { copied, pictureUrl } from "../common/bytes.js";
import { button, element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-picks");
  root.setAttribute("role", "group");
  const status = element("p", "ta-picks-said");
  status.setAttribute("role", "status");
  el.append(root, status);

  let urls = /** @type {string[]} */ ([]);
  let tiles = /** @type {HTMLButtonElement[]} */ ([]);

  function load() {
    const blob = model.get("blob");
    const offsets = new Uint32Array(copied(model.get("offsets")));
    const captions = model.get("captions");
    if (offsets[offsets.length - 1] !== blob.byteLength || offsets.length - 1 !== captions.length) return;
    forget();
    tiles = captions.map((caption, i) => {
      const bytes = new Uint8Array(blob.buffer, blob.byteOffset + offsets[i], offsets[i + 1] - offsets[i]);
      urls[i] = pictureUrl(bytes);
      const tile = button("ta-pick-tile", "", () => press(i));
      const image = element("img");
      image.alt = "";
      if (urls[i]) image.src = urls[i];
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

  function forget() {
    urls.filter(Boolean).forEach((address) => URL.revokeObjectURL(address));
    urls = [];
  }

  const loading = oncePerFrame(load);
  model.on("change:blob change:offsets change:captions", loading.soon);
  model.on("change:chosen change:at_most", draw);
  load();
  return () => {
    loading.cancel();
    model.off(null, null, loading.soon);
    model.off(null, null, draw);
    forget();
  };
}

export default { render };
