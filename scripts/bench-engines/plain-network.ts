// A network as the rivals written by hand take it: what the formulas of LTC and CfC need, masks applied, softplus taken,
// in plain arrays [source][destination]. Made from the lowered network, as the image is.

import { lower } from "../../bindings/image/lower.ts";
import type { LoweredLayer } from "../../bindings/image/lowered.ts";
import type { BenchNetwork } from "./networks.ts";

/** Synapses by destination: `start[j]` to `start[j + 1]` are those of neuron j. */
export interface PlainSynapses {
  start: Int32Array;
  source: Int32Array;
  sigma: Float32Array;
  mu: Float32Array;
  w: Float32Array;
  wErev: Float32Array;
}

export interface PlainLtc {
  kind: "ltc";
  inputs: number;
  units: number;
  outputs: number;
  unfolds: number;
  inputW: Float32Array;
  inputB: Float32Array;
  outputW: Float32Array;
  outputB: Float32Array;
  cmOverDt: Float32Array;
  /** gleak + epsilon */
  leak: Float32Array;
  /** gleak vleak */
  leakCurrent: Float32Array;
  sensory: PlainSynapses;
  recurrent: PlainSynapses;
}

/** Weights row-major, [outputs, inputs]. */
export interface PlainLinear {
  weight: Float32Array;
  bias: Float32Array;
  nOut: number;
  nIn: number;
}

export interface PlainCfc {
  kind: "cfc";
  inputs: number;
  units: number;
  outputs: number;
  /** Activation 1.7159 tanh(0.666 x). */
  backbone: PlainLinear;
  /** ff1, ff2, time_a, time_b */
  heads: PlainLinear[];
}

export function plainNetwork({ network, inputs, units, outputs }: BenchNetwork): PlainLtc | PlainCfc {
  const { layers } = lower(network.model);
  const sizes = { inputs, units, outputs };
  const find = <K extends LoweredLayer["kind"]>(kind: K, name?: string) =>
    layers.find((layer) => layer.kind === kind && (name === undefined || layer.name === name)) as
      | Extract<LoweredLayer, { kind: K }>
      | undefined;
  const cell = find("ltc");
  if (cell !== undefined) {
    const [inputMap, outputMap] = [find("affine", "input_map")!, find("affine", "output_map")!];
    return {
      kind: "ltc",
      ...sizes,
      unfolds: cell.unfolds,
      inputW: inputMap.w,
      inputB: inputMap.b,
      outputW: outputMap.w,
      outputB: outputMap.b,
      cmOverDt: cell.membrane.map((cm) => cm * cell.unfolds),
      leak: cell.leak,
      leakCurrent: cell.leakCurrent,
      sensory: synapses(cell.sensory),
      recurrent: synapses(cell.recurrent),
    };
  }
  const heads = find("cfc");
  const backbone = find("dense", "backbone.0");
  if (heads === undefined || heads.mode !== "default" || backbone?.activation !== "lecun_tanh") {
    throw new Error("expected an LTC, or a CfC in default mode with one backbone layer");
  }
  const linear = ({ weights, bias, nOut, nIn }: PlainLinear & { weights: Float32Array }): PlainLinear => ({
    weight: weights,
    bias,
    nOut,
    nIn,
  });
  return {
    kind: "cfc",
    ...sizes,
    backbone: linear(backbone.matrix as never),
    heads: heads.heads.map((head) => linear(head as never)),
  };
}

type Synapses = Extract<LoweredLayer, { kind: "ltc" }>["sensory"];

function synapses({ nIn, nOut, mask, k, mu, w, wErev }: Synapses): PlainSynapses {
  const start = new Int32Array(nOut + 1);
  const chosen: number[] = [];
  const source: number[] = [];
  for (let j = 0; j < nOut; j++) {
    for (let i = 0; i < nIn; i++) {
      if (mask[i * nOut + j] === 0) continue;
      chosen.push(i * nOut + j);
      source.push(i);
    }
    start[j + 1] = chosen.length;
  }
  const pick = (values: Float32Array, scale = 1) => Float32Array.from(chosen, (at) => values[at]! * scale);
  return {
    start,
    source: Int32Array.from(source),
    sigma: pick(k, -1 / Math.LOG2E),
    mu: pick(mu),
    w: pick(w),
    wErev: pick(wErev),
  };
}
