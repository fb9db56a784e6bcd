// The network on onnxruntime-web, one thread, nothing asked of any server; and whether it answers as the program does.

import { unpacked } from "../../deploy/html/worker/unpacking.js";

/** @type {any} */
const ort = /** @type {any} */ (globalThis).ort; // its script stands before ours
const TOLERANCE = 0.02;

/**
 * @typedef {{width: number, height: number, golden: number[], classes: {name: string, colour: number[]}[]}} Facts
 * @typedef {(pixels: Uint8Array) => Promise<Float32Array>} Tell classes one after the other, each height × width
 */

/**
 * @param {{wasm: string, mjs: string, model: string}} packed @param {Facts} facts
 * @returns {Promise<Tell>}
 */
export async function openOutlines(packed, facts) {
  const [wasm, model] = await Promise.all([unpacked(packed.wasm), unpacked(packed.model)]);
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = 1; // more would need headers that only a server can send
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.wasmPaths = { mjs: URL.createObjectURL(new Blob([packed.mjs], { type: "text/javascript" })) };
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  return async (pixels) => {
    const input = new ort.Tensor("uint8", pixels, [1, facts.height, facts.width, 3]);
    const { probabilities } = await session.run({ pixels: input });
    return probabilities.data;
  };
}

/**
 * Whether the drawn picture of the record gets the record's answers.
 * @param {Tell} tell @param {Facts} facts
 */
export async function isFaithful(tell, facts) {
  const { width, height, golden } = facts;
  const probabilities = await tell(goldenPixels(width, height));
  const n = Math.round(Math.sqrt(golden.length / facts.classes.length));
  let at = 0;
  for (let k = 0; k < facts.classes.length; k++) {
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        const y = Math.floor((row * (height - 1)) / (n - 1));
        const x = Math.floor((column * (width - 1)) / (n - 1));
        const found = probabilities[(k * height + y) * width + x];
        if (!(Math.abs(found - golden[at]) <= TOLERANCE)) return false;
        at++;
      }
    }
  }
  return true;
}

/** @param {number} width @param {number} height */
function goldenPixels(width, height) {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const stripe = ((Math.floor(y / 8) + Math.floor(x / 8)) % 2) * 60;
      pixels[at] = Math.floor((255 * y) / height);
      pixels[at + 1] = Math.floor((255 * x) / width);
      pixels[at + 2] = 195 - Math.floor((195 * y) / height) + stripe;
    }
  }
  return pixels;
}
