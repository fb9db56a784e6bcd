// The worker: opens the network, then answers one picture after the other, so that the page never waits.
//
// In:  {kind: "open", packed, preprocess, check}, {kind: "file", id, file, side}, {kind: "frame", id, bitmap}
// Out: {kind: "ready"}, {kind: "broken", code}, {kind: "answer", id, probabilities, novelty, ms, thumbnail},
//      {kind: "refused", id, code, format}

import { Refusal, decoded, squareOfBitmap, thumbnailOf } from "./decoding.js";
import { openNetwork } from "./network.js";
import { problemFound } from "./self_check.js";

/** @type {import("./network.js").Classify | undefined} */
let classify; // once it was seen to answer as the program does
/** @type {import("./resampling.js").Preprocess} */
let preprocess;
let turn = Promise.resolve();

self.onmessage = ({ data }) => {
  turn = turn.then(() => (data.kind === "open" ? open(data) : answer(data)));
};

/** @param {{packed: import("./network.js").Packed, preprocess: any, check: any}} wanted */
async function open(wanted) {
  preprocess = wanted.preprocess;
  try {
    const opened = await openNetwork(wanted.packed, preprocess.size_px);
    const problem = await problemFound(wanted.check, preprocess, opened);
    if (problem === "") classify = opened;
    self.postMessage(problem === "" ? { kind: "ready" } : { kind: "broken", code: problem });
  } catch (error) {
    self.postMessage({ kind: "broken", code: "not-started", reason: String(error) });
  }
}

/** @param {{id: number, file?: File, bitmap?: ImageBitmap, side?: number}} wanted */
async function answer({ id, file, bitmap, side = 0 }) {
  const start = performance.now();
  let picture = { bitmap, kind: "camera", head: undefined };
  try {
    if (classify === undefined) throw new Refusal("failed");
    if (file !== undefined) picture = /** @type {any} */ (await decoded(file, preprocess));
    const shown = /** @type {ImageBitmap} */ (picture.bitmap);
    const square = squareOfBitmap(shown, preprocess, picture.kind, picture.head);
    const found = await classify(square);
    const ms = performance.now() - start;
    const thumbnail = side > 0 ? await thumbnailOf(shown, side) : null;
    self.postMessage({ kind: "answer", id, ...found, ms, thumbnail });
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal("failed");
    self.postMessage({ kind: "refused", id, code: refusal.code, format: refusal.kind });
  } finally {
    picture.bitmap?.close();
  }
}
