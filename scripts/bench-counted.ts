// What counting costs: time of a step in core.counted.wasm over core.wasm, on a fully connected LTC of 64 neurons and on a
// dense layer of 64 x 64 int8 weights.

import { parseConfig } from "../bindings/network/config.ts";
import type { Model, ModelConfig } from "../bindings/network/model.ts";
import { expectedTensors } from "../bindings/network/tensors.ts";
import { Network } from "../bindings/network.ts";
import { quantizeForCosting } from "../bindings/quantize/costing.ts";
import { median } from "../bindings/statistics/samples.ts";

const MAX_RATIO = 1.25;
const MAX_RATIO_INT8 = 1.7;
const STEPS = 200;
const ROUNDS = 21;

/** LTC, 16 inputs, 64 units, all connected; parameters of the size that training gives. */
function fullyConnectedLtc(): Model {
  const config = parseConfig(
    {
      class: "ncps.torch.LTC",
      config: {
        input_size: 16,
        units: 64,
        wiring: { type: "FullyConnected", args: { units: 64, output_dim: 4 } },
      },
    },
    "benchmark",
  );
  return modelOf(config);
}

/** One dense layer, 64 x 64, in int8. */
function denseInt8(): Network {
  const config = { input_size: 64, layer_sizes: [64] };
  const model = modelOf(parseConfig({ class: "liquid-edge.MLP", config }, "benchmark"));
  return Network.fromInteger(quantizeForCosting(model, "int8"));
}

function modelOf(config: ModelConfig): Model {
  let state = 1;
  // Any numbers do: the time does not depend on them. Park and Miller's generator keeps runs equal.
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const tensors = new Map(
    expectedTensors(config).map(({ name, shape, role }) => {
      const length = shape.reduce((product, n) => product * n, 1);
      const data = Float32Array.from({ length }, () => (role === "mask" ? 1 : 0.3 + random()));
      return [name, { shape, data }];
    }),
  );
  return { ...config, tensors };
}

export async function benchCounted(): Promise<boolean> {
  const ltc = await compareBuilds("LTC, 64 neurons", Network.fromModel(fullyConnectedLtc()), MAX_RATIO);
  const dense = await compareBuilds("dense int8, 64 x 64", denseInt8(), MAX_RATIO_INT8);
  return ltc && dense;
}

async function compareBuilds(name: string, network: Network, maxRatio: number): Promise<boolean> {
  const engines = await Promise.all(
    (["scalar", "counted"] as const).map((engine) => network.session({ engine })),
  );
  const input = new Float32Array(network.compiled.input.length).fill(0.25);
  const time = (i: number): number => {
    const start = performance.now();
    for (let step = 0; step < STEPS; step++) engines[i]!.step(input);
    return ((performance.now() - start) / STEPS) * 1000;
  };
  // Warm up until V8 has optimised both.
  for (let round = 0; round < 5; round++) for (const i of [0, 1]) time(i);
  const rounds = Array.from({ length: ROUNDS }, () => [time(0), time(1)] as const);
  const scalarUs = median(rounds.map(([scalar]) => scalar));
  const countedUs = median(rounds.map(([, counted]) => counted));
  const ratio = median(rounds.map(([scalar, counted]) => counted / scalar));
  const ok = ratio <= maxRatio;
  console.log(
    `counted build, ${name}: ${countedUs.toFixed(1)} µs a step, scalar ${scalarUs.toFixed(1)} µs, ` +
      `ratio ${ratio.toFixed(3)} (at most ${maxRatio}): ${ok ? "ok" : "MISSED"}`,
  );
  return ok;
}
