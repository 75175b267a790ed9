// The networks of `crosscheck --suite`: boards/crosscheck.json says class, size, precision and sparsity of each, and the seed that
// its weights are drawn with. What a network executes depends on its structure alone, so any weights will do.

import { parseConfig } from "../../bindings/network/config.ts";
import type { Model, ModelConfig, Tensor } from "../../bindings/network/model.ts";
import { expectedTensors } from "../../bindings/network/tensors.ts";
import { buildWiring } from "../../bindings/network/wiring.ts";
import { Network } from "../../bindings/network.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { quantizeForCosting } from "../../bindings/quantize/costing.ts";
import suite from "../../boards/crosscheck.json" with { type: "json" };

export interface SuiteEntry {
  id: string;
  seed: number;
  precision: string;
  /** Share of the weights that are pruned. */
  sparsity: number;
  class: string;
  config: object;
}

/** Networks to fit to, and others to judge by. */
export const SUITE: { readonly fit: readonly SuiteEntry[]; readonly judge: readonly SuiteEntry[] } = suite;

export function suiteNetwork({ id, seed, precision, sparsity, class: name, config }: SuiteEntry): Network {
  const parsed = parseConfig({ class: name, config }, id);
  const model: Model = { ...parsed, tensors: drawTensors(parsed, seed) };
  const pruned = sparsity === 0 ? model : prune(model, { sparsity }, id).model;
  if (precision === "int8" || precision === "int4")
    return Network.fromInteger(quantizeForCosting(pruned, precision), id);
  return Network.fromModel(pruned, id).withPrecision(precision === "fp16" ? "fp16" : "fp32");
}

/** Uniform within ±1; the conductances, capacities and times of an LTC are positive behind their softplus. */
function drawTensors(model: ModelConfig, seed: number): Map<string, Tensor> {
  let state = seed >>> 0;
  const draw = () => {
    // A linear congruential generator modulo 2^32 (Numerical Recipes).
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, role } of expectedTensors(model)) {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = role === "mask" ? new Float32Array(length) : Float32Array.from({ length }, draw);
    tensors.set(name, { shape, data });
  }
  if (model.class === "ncps.torch.LTC") {
    const { adjacency, sensoryAdjacency } = buildWiring(model.config.wiring, model.config.input_size);
    tensors.get("rnn_cell.sparsity_mask")!.data.set(adjacency.map(Math.abs));
    tensors.get("rnn_cell.sensory_sparsity_mask")!.data.set(sensoryAdjacency.map(Math.abs));
  }
  return tensors;
}
