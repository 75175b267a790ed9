// An LTC with random weights and ncps' own synapses, for benchmarks: what it costs does not depend on its weights.

import { parseConfig } from "../bindings/network/config.ts";
import type { Model, Tensor } from "../bindings/network/model.ts";
import { expectedTensors } from "../bindings/network/tensors.ts";
import { buildWiring } from "../bindings/network/wiring.ts";

/** An LTC wired as AutoNCP(units, outputs). Equal arguments give equal models. */
export function randomLtc(inputs: number, units: number, outputs: number): Model {
  const wiring = { type: "AutoNCP" as const, args: { units, output_size: outputs } };
  const config = parseConfig(
    { class: "ncps.torch.LTC", config: { input_size: inputs, wiring } },
    "random LTC",
  );
  const { adjacency, sensoryAdjacency } = buildWiring(wiring, inputs);
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, role } of expectedTensors(config)) {
    const synapses = name.includes("sensory") ? sensoryAdjacency : adjacency;
    const length = shape.reduce((product, n) => product * n, 1);
    // Values from 0.01 to 1 in no simple order: positive, as some of the parameters must be.
    const weight = (i: number) => (((i + name.length) * 37) % 100) / 100 + 0.01;
    const data = Float32Array.from({ length }, (_, i) =>
      role === "mask" ? Math.abs(synapses[i]!) : weight(i),
    );
    tensors.set(name, { shape, data });
  }
  return { ...config, tensors };
}
