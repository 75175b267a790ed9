// What training costs: epochs of the sine example, and for a few networks the time of a step, forward and back.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readModel } from "../bindings/network/checkpoint.ts";
import { parseConfig } from "../bindings/network/config.ts";
import type { Model, Tensor, WiringConfig } from "../bindings/network/model.ts";
import { expectedTensors } from "../bindings/network/tensors.ts";
import { buildWiring } from "../bindings/network/wiring.ts";
import { Differentiator } from "../bindings/train/differentiator.ts";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));
const EPOCHS = 400;
const MAX_SECONDS = 0.3;

/**
 * Prints the figures; whether 400 epochs of the sine example, from a cold start, take at most 0.3 s of processor time, that of
 * the engine's compiler included. (On a busy machine the wall has longer to wait.)
 */
export async function benchTrain(): Promise<boolean> {
  const { cpuSeconds, wallSeconds } = await timeSine();
  console.log(
    `train: ${EPOCHS} epochs of the sine example (LTC, 16 neurons, 48 steps; forward, backward, update) in ` +
      `${cpuSeconds.toFixed(3)} s of processor time (must be at most ${MAX_SECONDS}), ${wallSeconds.toFixed(3)} s on the clock`,
  );
  for (const [name, config] of Object.entries(NETWORKS)) {
    const { forwardUs, backwardUs, updateUs, nParameters } = await stepTimes(config);
    console.log(
      `  ${name}: ${nParameters} parameters, a step ${forwardUs.toFixed(1)} us forward, ` +
        `${backwardUs.toFixed(1)} us back; update ${updateUs.toFixed(0)} us`,
    );
  }
  return cpuSeconds <= MAX_SECONDS;
}

async function timeSine() {
  const model = readModel(new Uint8Array(readFileSync(`${EXAMPLES}sine.safetensors`)), undefined, {
    weights: "sine.safetensors",
  });
  const { input } = JSON.parse(readFileSync(`${EXAMPLES}sine.input.json`, "utf8"));
  const network = await Differentiator.create(model);
  const inputs = Float32Array.from(input.data);
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    network.zeroGradients();
    network.backward(network.forward(inputs));
    network.update();
  }
  const wallSeconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuSeconds: (user + system) / 1e6, wallSeconds };
}

const NETWORKS: Record<string, unknown> = {
  "LTC, 64 neurons, fully connected": ltc({ type: "FullyConnected", args: { units: 64, output_dim: 4 } }),
  "LTC, AutoNCP(64, 4)": ltc({ type: "AutoNCP", args: { units: 64, output_size: 4 } }),
  "CfC, 64 neurons, backbone of 128": { class: "ncps.torch.CfC", config: { input_size: 20, units: 64 } },
  "GRU, 64 neurons": { class: "torch.nn.GRU", config: { input_size: 20, units: 64, output_size: null } },
};

function ltc(wiring: WiringConfig) {
  return { class: "ncps.torch.LTC", config: { input_size: 20, wiring } };
}

const N_STEPS = 100;
/** Enough for the engine's optimising compiler to be done on a busy machine. */
const RUNS = 400;

/** The best of all runs, microseconds. */
async function stepTimes(config: unknown) {
  const network = await Differentiator.create(modelOf(config));
  const inputs = Float32Array.from({ length: 20 * N_STEPS }, (_, i) => Math.sin(i));
  const times = { forward: [] as number[], backward: [] as number[], update: [] as number[] };
  const timed = <T>(list: number[], run: () => T): T => {
    const start = performance.now();
    const result = run();
    list.push(1e3 * (performance.now() - start));
    return result;
  };
  for (let i = 0; i < RUNS; i++) {
    const output = timed(times.forward, () => network.forward(inputs));
    timed(times.backward, () => network.backward(output));
    timed(times.update, () => network.update());
  }
  return {
    forwardUs: Math.min(...times.forward) / N_STEPS,
    backwardUs: Math.min(...times.backward) / N_STEPS,
    updateUs: Math.min(...times.update),
    nParameters: network.parameters.length,
  };
}

/** A model of that configuration with arbitrary small weights. */
function modelOf(json: unknown): Model {
  const config = parseConfig(json, "benchmark");
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of expectedTensors(config)) {
    const length = shape.reduce((product, dim) => product * dim, 1);
    tensors.set(name, { shape, data: Float32Array.from({ length }, (_, i) => 0.2 * Math.cos(i)) });
  }
  if (config.class === "ncps.torch.LTC") {
    const wiring = buildWiring(config.config.wiring, config.config.input_size);
    tensors.get("rnn_cell.sparsity_mask")!.data.set(wiring.adjacency.map(Math.abs));
    tensors.get("rnn_cell.sensory_sparsity_mask")!.data.set(wiring.sensoryAdjacency.map(Math.abs));
  }
  return { ...config, tensors };
}
