// Built by `make widgets` from picks/picks.js and the modules it imports: change those, not this file.
// f096fb74a2d3321faf9c38868811e9ec949c311714a5218617f9f82ba8d30dde

// Parts of a page. Texts go in as text, never as HTML: labels may look like it.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string | number} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== "") node.textContent = String(text);
  return node;
}

/**
 * A button that submits no form.
 * @param {string} className
 * @param {string | number} text
 * @param {(event: MouseEvent) => void} [press]
 */
function button(className, text, press) {
  const node = element("button", className, text);
  node.type = "button";
  if (press) node.addEventListener("click", press);
  return node;
}

/**
 * The children become these, in this order. Those that were there are not touched, so that they keep the focus and a
 * press that has begun.
 * @param {Element} parent
 * @param {Element[]} nodes
 */
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  [...parent.children].filter((node) => !wanted.has(node)).forEach((node) => node.remove());
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
}

/**
 * The element that an event came from.
 * @param {Event} event
 */
function target(event) {
  return event.target instanceof Element ? event.target : null;
}

// Drawing at most once per frame: several traits of a widget change together.

/**
 * `soon` calls it before the next frame, once however often it is said; `cancel` takes that back.
 * @param {() => void} call
 */
function oncePerFrame(call) {
  let frame = 0;
  const soon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      call();
    });
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  return { soon, cancel };
}

// Bytes from Python.
/** @import { Bytes } from "./model" */

/**
 * The bytes alone, for an array of numbers: the view may start where such an array cannot.
 * @param {Bytes} view
 */
function copied(view) {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/**
 * The address of a JPEG, to be revoked when nobody shows it any more; "" where there are no bytes.
 * @param {Bytes | Uint8Array<ArrayBuffer> | undefined} jpeg
 */
function pictureUrl(jpeg) {
  return jpeg?.byteLength ? URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" })) : "";
}

// Many pictures as packed.py sends them: all JPEGs joined, and where each begins.
/** @import { Bytes } from "./model" */

class PackedPictures {
  constructor() {
    this.blob = /** @type {Bytes} */ (new DataView(new ArrayBuffer(0)));
    this.offsets = new Uint32Array(1);
    this.urls = /** @type {string[]} */ ([]);
  }

  get count() { return this.offsets.length - 1; }

  /**
   * Whether the two belong together: else one of them is still on its way, and those before stay.
   * @param {Bytes} blob
   * @param {Bytes} offsets
   */
  take(blob, offsets) {
    const next = new Uint32Array(copied(offsets));
    if (!next.length || next[next.length - 1] !== blob.byteLength) return false;
    this.forget();
    this.blob = blob;
    this.offsets = next;
    return true;
  }

  /**
   * The address of a picture, made when it is first asked for; "" for one that cannot be shown.
   * @param {number} i
   */
  url(i) {
    const begin = this.offsets[i];
    this.urls[i] ??= pictureUrl(new Uint8Array(this.blob.buffer, this.blob.byteOffset + begin, this.offsets[i + 1] - begin));
    return this.urls[i];
  }

  /** No address is valid any more. */
  forget() {
    this.urls.filter(Boolean).forEach((address) => URL.revokeObjectURL(address));
    this.urls = [];
  }
}

// Small pictures, each a button that is pressed or not. Those that were pressed have their number in the order.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */

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

var picks = { render };

export { picks as default };
