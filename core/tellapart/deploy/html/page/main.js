// The page: takes what it carries, starts the worker, and joins the ways in with the list of answers.

import { unpacked } from "../worker/unpacking.js";
import { Answers } from "./answers.js";
import { Camera } from "./camera.js";
import { Classifier } from "./classifier.js";
import { Corrections } from "./corrections.js";
import { the } from "./elements.js";
import { offerInstalling } from "./installing.js";
import { listenForFiles } from "./intake.js";
import { showMarkdown } from "./markdown.js";
import { obstacle } from "./words.js";

/**
 * The text of a block the page carries, which is then let go.
 * @param {string} id
 */
function carried(id) {
  const block = the(id);
  if (block === null) throw new Error("damaged");
  block.remove();
  return block.textContent;
}

/** @param {string} code */
function showObstacle(code) {
  the("state").textContent = "";
  the("obstacle").textContent = obstacle(code);
  the("obstacle").hidden = false;
  the("drop").hidden = true;
  the("camera").hidden = true;
}

function isOldBrowser() {
  const needed = ["Worker", "WebAssembly", "DecompressionStream", "OffscreenCanvas", "createImageBitmap"];
  return needed.some((name) => !(name in globalThis));
}

/** Credits and card are unpacked when somebody opens them. */
function showPapersWhenOpened() {
  const packed = carried("papers");
  for (const details of document.querySelectorAll("details[data-paper]")) {
    details.addEventListener("toggle", async () => {
      const papers = JSON.parse(new TextDecoder().decode(await unpacked(packed)));
      const paper = /** @type {HTMLElement} */ (details).dataset.paper ?? "";
      showMarkdown(/** @type {HTMLElement} */ (details.querySelector(".paper")), papers[paper]);
    }, { once: true });
  }
}

function start() {
  if (isOldBrowser()) {
    showObstacle("old-browser");
    return;
  }
  let facts;
  let opening;
  let script;
  try {
    facts = JSON.parse(carried("facts"));
    const worker = JSON.parse(carried("worker"));
    script = worker.script;
    const packed = { mjs: worker.mjs, wasm: carried("wasm"), model: carried("model") };
    opening = { packed, preprocess: facts.preprocess, check: facts.check };
    showPapersWhenOpened();
  } catch {
    showObstacle("damaged");
    return;
  }
  const classifier = new Classifier(script, opening, (code) => {
    camera.stop();
    showObstacle(code);
  });
  const corrections = facts.corrections === null ? null : new Corrections(facts.corrections, facts.classes);
  const answers = new Answers(classifier, facts, corrections);
  const keep = (answer) => answers.addAnswered("picture of the camera", answer);
  const camera = new Camera(classifier, facts, keep, answers.side);
  listenForFiles((files) => {
    if (the("obstacle").hidden) answers.add(files);
  });
  offerInstalling(facts.installing);
  classifier.ready.then(() => {
    const isSending = corrections !== null && facts.corrections.address !== "";
    the("state").textContent = `Ready. Pictures stay on this device${isSending ? " unless you send one" : ""}.`;
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
  });
  Object.assign(globalThis, { tellapart: { classifier, answers, camera, corrections } }); // for whoever looks inside
}

// the script stands in the head, so that a page whose end is missing can say so
document.addEventListener("DOMContentLoaded", start);
