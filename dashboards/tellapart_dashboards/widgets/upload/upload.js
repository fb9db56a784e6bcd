// Drop, paste or choose files and folders; what is on its way has a row. How it gets there: sending.js.
/** @import { Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */
/** @import { Given } from "./sending.js" */
import { button, element, target } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { dropped } from "./dropped.js";
import { Batch, Connection, LANES } from "./sending.js";

const MOST_PASTED = 2000000; // characters

/** @param {number} bytes */
function sizeText(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const root = element("div", "ta-upload");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", model.get("accessible_name"));
  const zone = element("div", "ta-drop");
  const line = element("p");
  const input = element("input");
  const folderInput = element("input");
  for (const one of [input, folderInput]) {
    one.type = "file";
    one.multiple = true;
    one.hidden = true;
    one.tabIndex = -1;
  }
  input.accept = model.get("accept");
  input.setAttribute("aria-label", "Files");
  folderInput.setAttribute("aria-label", "Folder");
  folderInput.webkitdirectory = true;
  const isForVisitors = model.get("is_for_visitors");
  const choose = button("ta-choose", isForVisitors ? "Choose pictures" : "choose files", () => input.click());
  const chooseFolder = button("ta-choose", "choose a folder", () => folderInput.click());
  if (isForVisitors) line.append(choose, element("span", "ta-ways", "or drop or paste them anywhere on this page"));
  else line.append(`Drop ${model.get("what")} here, paste, `, choose);
  if (model.get("takes_folders")) line.append(" or ", chooseFolder);
  zone.append(line, input, folderInput);
  const progress = element("div", "ta-sending");
  progress.hidden = true;
  const status = element("p", "ta-status");
  status.setAttribute("role", "status");
  const bar = element("progress");
  bar.setAttribute("aria-label", "Upload");
  const rows = element("ul", "ta-files");
  const stop = button("ta-choose", "Stop", () => { if (batch) batch.isStopped = true; });
  progress.append(bar, rows, stop);
  root.append(zone, status, progress);
  el.append(root);

  const connection = new Connection(model);
  const receive = (/** @type {FromPython} */ message) => connection.receive(message);
  const queue = /** @type {{ given: Given[], label: string }[]} */ ([]);
  let batch = /** @type {Batch | null} */ (null); // the one on its way
  model.on("msg:custom", receive);

  /** @param {Batch} batch */
  async function send(batch) {
    const { items } = batch;
    const total = items.reduce((sum, item) => sum + item.file.size, 0);
    progress.hidden = false;
    bar.max = Math.max(1, total);
    const draw = () => {
      const begun = items.filter((item) => item.isBegun);
      const sent = begun.reduce((sum, item) => sum + item.acked, 0);
      const finished = begun.filter((item) => item.acked === item.file.size).length;
      bar.value = sent;
      status.textContent = `Uploading: ${finished} of ${items.length} files, ${sizeText(sent)} of ${sizeText(total)}`;
      const active = begun.filter((item) => item.acked < item.file.size);
      rows.replaceChildren(...active.slice(0, LANES).map((item) => {
        const row = element("li");
        row.append(element("span", "", item.path));
        row.append(element("span", "ta-percent", `${Math.round((100 * item.acked) / item.file.size)} %`));
        return row;
      }));
    };
    const drawing = oncePerFrame(() => { if (!progress.hidden) draw(); });
    draw();
    let words = "";
    try {
      words = await batch.send(drawing.soon);
    } finally {
      drawing.cancel();
      status.textContent = words;
      progress.hidden = true;
    }
  }

  /**
   * @param {Given[]} given
   * @param {string} [label] of the place where they were dropped
   */
  async function add(given, label = "") {
    if (!given.length) return;
    queue.push({ given, label });
    if (batch) return;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        batch = new Batch(connection, next.given, next.label);
        await send(batch);
      }
    } finally {
      batch = null;
    }
  }

  const fromInput = (/** @type {HTMLInputElement} */ one) => {
    const given = [...one.files ?? []].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
    one.value = ""; // so that the same file can be chosen again
    add(given);
  };
  input.addEventListener("change", () => fromInput(input));
  folderInput.addEventListener("change", () => fromInput(folderInput));

  const isVisible = () => root.isConnected && root.offsetParent !== null;
  const hasFiles = (/** @type {DragEvent} */ event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let lit = /** @type {Element | null} */ (null); // where a drop would go: the zone, or a place that has a label
  const light = (/** @type {Element | null} */ place) => {
    if (lit === place) return;
    lit?.classList.remove("ta-over");
    place?.classList.add("ta-over");
    lit = place;
  };
  const placeOf = (/** @type {DragEvent} */ event) => /** @type {HTMLElement | null | undefined} */ (
    model.get("takes_labels") ? target(event)?.closest("[data-drop-label]") : null
  );
  const over = (/** @type {DragEvent} */ event) => {
    if (!isVisible() || !hasFiles(event)) return;
    event.preventDefault(); // beside the zone too: else the browser leaves the page and opens the picture
    light(placeOf(event) ?? zone);
  };
  const leave = (/** @type {DragEvent} */ event) => { if (!event.relatedTarget) light(null); };
  const drop = async (/** @type {DragEvent} */ event) => {
    if (!isVisible() || !hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const label = placeOf(event)?.dataset.dropLabel;
    light(null);
    if (event.dataTransfer) add(await dropped(event.dataTransfer), label);
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!isVisible()) return;
    if (!files.length) {
      if (model.get("what") === "pictures") pasteText(event);
      return;
    }
    event.preventDefault();
    add(files.map((file) => ({ file, path: file.name || "pasted.png" })));
  };

  /**
   * Text that was meant for no field: addresses of pictures where those are taken, else it is said that it is no picture.
   * @param {ClipboardEvent} event
   */
  function pasteText(event) {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!text || target(event)?.closest("input, textarea, select, [contenteditable]")) return;
    const isAddress = text.split(/\s+/).some((word) => /^https?:\/\/./i.test(word));
    if (isAddress && model.get("takes_addresses")) {
      model.send({ t: "addresses", text: text.slice(0, MOST_PASTED) });
      return;
    }
    const start = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    status.textContent = `“${start}” is ${isAddress ? "an address" : "text"} and no picture. `
      + (model.get("takes_addresses") ? "Copy a picture, or the address of one, and paste that."
        : "Copy a picture and paste that.");
  }
  window.addEventListener("dragover", over);
  window.addEventListener("dragleave", leave);
  window.addEventListener("drop", drop);
  window.addEventListener("paste", paste);
  model.set("is_drawn", true);
  model.save_changes();
  return () => {
    queue.length = 0;
    if (batch) batch.isStopped = true;
    model.off("msg:custom", receive);
    window.removeEventListener("dragover", over);
    window.removeEventListener("dragleave", leave);
    window.removeEventListener("drop", drop);
    window.removeEventListener("paste", paste);
  };
}

export default { render };
