// What training costs: the sine example of ncps beside PyTorch, and for a few networks the time of a step, forward and back.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../bindings/network/config.ts";
import type { Model, Tensor, WiringConfig } from "../bindings/network/model.ts";
import { expectedTensors } from "../bindings/network/tensors.ts";
import { buildWiring } from "../bindings/network/wiring.ts";
import { median } from "../bindings/statistics/samples.ts";
import { Differentiator } from "../bindings/train/differentiator.ts";
import { sineTrainer } from "../tests/train/sine.ts";
import { findTorch } from "./bench-engines/torch.ts";

const GOLDEN = fileURLToPath(new URL("../tests/golden/train/", import.meta.url));
const TORCH_TRAIN = fileURLToPath(new URL("./bench-engines/torch_train.py", import.meta.url));
const EPOCHS = 400;
/** The machine's speed changes while PyTorch takes its time: ours runs before and after it. */
const RUNS_EACH_SIDE = 3;
const MIN_RATIO = 200;
/** The first losses of both must agree so far, or they do not train the same network. */
const SAME_LOSS = 1e-5;
const COMPARED_LOSSES = 60;

/** Prints the figures; whether training the sine example is at least 200 times faster than on PyTorch, where that is here. */
export async function benchTrain(): Promise<boolean> {
  const met = await compareSine();
  for (const [name, config] of Object.entries(NETWORKS)) {
    const { forwardUs, backwardUs, updateUs, nParameters } = await stepTimes(config);
    console.log(
      `  ${name}: ${nParameters} parameters, a step ${forwardUs.toFixed(1)} us forward, ` +
        `${backwardUs.toFixed(1)} us back; update ${updateUs.toFixed(0)} us`,
    );
  }
  return met;
}

async function compareSine(): Promise<boolean> {
  const what = `train: ${EPOCHS} epochs of the sine example (LTC, 16 neurons, 48 steps, Adam)`;
  const ours: number[] = [];
  let losses: number[] = [];
  const runOurs = async () => {
    for (let run = 0; run < RUNS_EACH_SIDE; run++) {
      const timed = await timeSine();
      losses = timed.losses;
      ours.push(timed.seconds);
    }
  };
  await runOurs();
  const torch = findTorch();
  if (torch === null) {
    console.log(`${what} in ${median(ours).toFixed(3)} s; SKIPPED PyTorch: apt-get install python3-torch`);
    return true;
  }
  const args = [
    TORCH_TRAIN,
    `${GOLDEN}sine-seed0.initial.safetensors`,
    `${GOLDEN}sine-seed0.json`,
    `${EPOCHS}`,
  ];
  const answer = execFileSync(torch.python, args, {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1" },
  });
  await runOurs();
  const [seconds, ...torchLosses] = answer.trim().split(" ").map(Number);
  for (let epoch = 0; epoch < COMPARED_LOSSES; epoch++) {
    if (Math.abs(losses[epoch]! / torchLosses[epoch]! - 1) > SAME_LOSS) {
      throw new Error(
        `epoch ${epoch}: expected the loss of PyTorch, ${torchLosses[epoch]}, found ${losses[epoch]}`,
      );
    }
  }
  const ratio = seconds! / median(ours);
  console.log(
    `${what} in ${median(ours).toFixed(3)} s; PyTorch ${torch.version}, one thread, ${seconds!.toFixed(1)} s: ` +
      `${ratio.toFixed(0)} times ours (must be at least ${MIN_RATIO}); last losses ${losses.at(-1)!.toExponential(2)} ` +
      `and ${torchLosses.at(-1)!.toExponential(2)}`,
  );
  return ratio >= MIN_RATIO;
}

/** From weights in a file to trained ones, the engine's compiler included. */
async function timeSine() {
  const start = performance.now();
  const { trainer } = await sineTrainer(EPOCHS);
  const losses: number[] = [];
  for await (const event of trainer.run()) if (event.type === "step") losses.push(event.loss);
  return { seconds: (performance.now() - start) / 1e3, losses };
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
