// Prints how many bytes a further session takes, beyond the first one of the process and the network: linear memory and what
// the JavaScript engine holds for it. Run with --expose-gc.

import { setTimeout as wait } from "node:timers/promises";
import { initialModel, Network, networkFor } from "../../dist/index.js";

const SESSIONS = 50;

async function usedBytes() {
  // What a session leaves behind is freed by tasks that the collector starts.
  await wait(20);
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const cell = { cell: "ltc", units: 64 };
const network = Network.fromModel(initialModel(networkFor(cell, { nInputs: 8, nOutputs: 4 }), 0));
const sessions = [await network.session()];
const before = await usedBytes();
while (sessions.length <= SESSIONS) sessions.push(await network.session());
const bytes = ((await usedBytes()) - before) / SESSIONS;
console.log(JSON.stringify({ imageBytes: network.compiled.image.length, bytes, held: sessions.length }));
