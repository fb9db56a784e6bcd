// The bundle's one ONNX file on onnxruntime-web, one thread, nothing asked of any server.

import { unpacked } from "./unpacking.js";

/** @type {any} */
const ort = /** @type {any} */ (globalThis).ort; // its script stands before ours

/**
 * @typedef {(square: Uint8Array) => Promise<{probabilities: number[], novelty: number}>} Classify
 * @typedef {{wasm: string, mjs: string, model: string}} Packed wasm and model in base64, mjs as JavaScript
 */

/**
 * The network, ready to classify squares of size_px × size_px × 3 bytes.
 * @param {Packed} packed @param {number} sizePx
 * @returns {Promise<Classify>}
 */
export async function openNetwork(packed, sizePx) {
  const [wasm, model] = await Promise.all([unpacked(packed.wasm), unpacked(packed.model)]);
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = 1; // more would need headers that only a server can send
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.wasmPaths = { mjs: URL.createObjectURL(new Blob([packed.mjs], { type: "text/javascript" })) };
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  return async (square) => {
    const pixels = new ort.Tensor("uint8", square, [1, sizePx, sizePx, 3]);
    const { probabilities, novelty } = await session.run({ pixels });
    return { probabilities: Array.from(probabilities.data), novelty: Number(novelty.data[0]) };
  };
}
