// From a file to its picture with every pixel's class over it.

import { isFaithful, openOutlines } from "./network.js";

const MOST_SIDE = 1200; // of what is shown
/** @param {string} id */
const byId = (id) => /** @type {any} */ (document.getElementById(id));
const facts = JSON.parse(byId("facts").textContent);
/** @type {import("./network.js").Tell} */
let tell;
/** @type {{bitmap: ImageBitmap, mask: HTMLCanvasElement} | null} */
let shown = null;
let turn = 0; // an answer to an earlier picture is dropped

/** @param {ImageBitmap} bitmap */
function pixelsOf(bitmap) {
  const canvas = document.createElement("canvas");
  canvas.width = facts.width;
  canvas.height = facts.height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.fillStyle = "#fff"; // what is clear becomes white
  context.fillRect(0, 0, facts.width, facts.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, facts.width, facts.height);
  const { data } = context.getImageData(0, 0, facts.width, facts.height);
  const pixels = new Uint8Array(facts.width * facts.height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) pixels.set(data.subarray(from, from + 3), to);
  return pixels;
}

/** @param {Float32Array} probabilities */
function likeliest(probabilities) {
  const n = facts.width * facts.height;
  const places = new Uint8Array(n);
  for (let at = 0; at < n; at++) {
    let best = 0;
    for (let k = 1; k < facts.classes.length; k++) {
      if (probabilities[k * n + at] > probabilities[best * n + at]) best = k;
    }
    places[at] = best;
  }
  return places;
}

/** @param {Uint8Array} places */
function maskOf(places) {
  const canvas = document.createElement("canvas");
  canvas.width = facts.width;
  canvas.height = facts.height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(facts.width, facts.height);
  places.forEach((place, at) => image.data.set([...facts.classes[place].colour, 255], 4 * at));
  context.putImageData(image, 0, 0);
  return canvas;
}

function draw() {
  if (shown === null) return;
  const canvas = byId("shown");
  const scale = Math.min(1, MOST_SIDE / Math.max(shown.bitmap.width, shown.bitmap.height));
  canvas.width = Math.max(1, Math.round(shown.bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(shown.bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.drawImage(shown.bitmap, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = Number(byId("strength").value) / 100;
  context.drawImage(shown.mask, 0, 0, canvas.width, canvas.height);
}

/** @param {Uint8Array} places */
function legend(places) {
  const counts = new Array(facts.classes.length).fill(0);
  for (const place of places) counts[place]++;
  const order = counts.map((_, k) => k).sort((one, other) => counts[other] - counts[one]);
  const items = order.filter((k) => counts[k] > 0).map((k) => {
    const item = document.createElement("li");
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.setProperty("background", `rgb(${facts.classes[k].colour.join(" ")})`);
    const percent = ((100 * counts[k]) / places.length).toFixed(1);
    item.append(swatch, `${facts.classes[k].name} ${percent} %`);
    return item;
  });
  byId("classes").replaceChildren(...items);
  return byId("classes").firstChild.textContent;
}

/** @param {File | undefined} file */
async function answer(file) {
  if (file === undefined || tell === undefined) return;
  const mine = ++turn;
  byId("state").textContent = "Looking …";
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    byId("state").textContent = `${file.name} is no picture that this browser opens. Choose a JPEG or PNG.`;
    return;
  }
  await new Promise((done) => setTimeout(done)); // so that the line above is seen
  const places = likeliest(await tell(pixelsOf(bitmap)));
  if (mine !== turn) return;
  shown?.bitmap.close();
  shown = { bitmap, mask: maskOf(places) };
  byId("answer").hidden = false;
  byId("state").textContent = `${file.name}: ${legend(places)}`;
  draw();
}

/** @param {string} text */
function stop(text) {
  byId("obstacle").textContent = text;
  byId("obstacle").hidden = false;
  byId("state").textContent = "";
}

async function begin() {
  try {
    const opened = await openOutlines(JSON.parse(byId("packed").textContent), facts);
    if (!(await isFaithful(opened, facts))) {
      stop("This browser does not give the answers that the program gives. Use another browser.");
      return;
    }
    tell = opened;
  } catch (error) {
    stop(`This browser cannot run the network (${error}). Use a newer one.`);
    return;
  }
  byId("file").disabled = false;
  byId("state").textContent = "Ready.";
  document.documentElement.dataset.ready = "";
}

byId("file").addEventListener("change", () => answer(byId("file").files[0]));
byId("strength").addEventListener("input", draw);
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  answer(event.dataTransfer?.files[0]);
});
begin();
