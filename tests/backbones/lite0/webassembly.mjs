// Embeddings or probabilities by WebAssembly: node webassembly.mjs DIST MODEL PIXELS N SIDE
// PIXELS holds N × SIDE × SIDE × 3 bytes. Prints one JSON object: output name -> numbers, row by row.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [dist, model, pixels, n, side] = process.argv.slice(2);
const ort = await import(pathToFileURL(`${dist}/ort.node.min.mjs`));
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = `${pathToFileURL(dist)}/`;
const session = await ort.InferenceSession.create(readFileSync(model), { executionProviders: ["wasm"] });
const size = [Number(n), Number(side), Number(side), 3];
const input = new ort.Tensor("uint8", new Uint8Array(readFileSync(pixels)), size);
const outputs = await session.run({ pixels: input });
const answers = Object.entries(outputs).map(([name, tensor]) => [name, Array.from(tensor.data)]);
console.log(JSON.stringify(Object.fromEntries(answers)));
