import type { LtcConfig } from "../network/model.ts";
import { softplus } from "../network/softplus.ts";
import { wiringOutputs } from "../network/wiring-config.ts";
import type { Tensors } from "./lower.ts";
import { mixedMemory } from "./lower-gated.ts";
import type { ArenaLayout, ArenaVector, LoweredLayer, LoweredNetwork } from "./lowered.ts";
import type { Synapses } from "./parameters.ts";

/** LTC: optional input map, optional LSTM memory, the cell, optional output map. */
export function lowerLtc(config: LtcConfig, tensors: Tensors, arena: ArenaLayout): LoweredNetwork {
  const { input_size: m, units: n } = config;
  const positive = config.implicit_param_constraints ? softplus : (value: number) => value;
  const cellTensor = (name: string) => tensors(`rnn_cell.${name}`);

  const input = arena.place(m);
  const hidden = arena.place(n);
  const cell = arena.place(config.mixed_memory ? n : 0);
  const layers: LoweredLayer[] = [];
  if (config.mixed_memory) layers.push(mixedMemory(tensors, input, hidden, cell));

  let seen: ArenaVector = input;
  if (config.input_mapping !== null) {
    seen = arena.place(m);
    const w = cellTensor("input_w");
    const b = config.input_mapping === "affine" ? cellTensor("input_b") : new Float32Array(m);
    layers.push({ kind: "affine", name: "input_map", in: input, out: seen, w, b });
  }

  const gleak = cellTensor("gleak").map(positive);
  const vleak = cellTensor("vleak");
  const cm = cellTensor("cm").map(positive);
  const fused = config.solver === "fused";
  layers.push({
    kind: "ltc",
    name: "ltc",
    in: seen,
    out: hidden,
    solver: config.solver,
    unfolds: config.ode_unfolds,
    odeStep: config.ode_step,
    sensory: synapses(tensors, "rnn_cell.sensory_", m, n, positive),
    recurrent: synapses(tensors, "rnn_cell.", n, n, positive),
    membrane: fused ? cm : cm.map((c) => 1 / c),
    leak: fused ? gleak.map((g) => g + config.epsilon) : gleak,
    leakCurrent: gleak.map((g, j) => g * vleak[j]!),
  });

  // The outputs are the neurons with the lowest ids.
  const motor = { at: hidden.at, length: wiringOutputs(config.wiring) };
  if (config.output_mapping === null)
    return { layers, input, output: motor, hidden, cell, arenaEnd: arena.end };
  const output = arena.place(motor.length);
  const w = cellTensor("output_w");
  const b = config.output_mapping === "affine" ? cellTensor("output_b") : new Float32Array(motor.length);
  layers.push({ kind: "affine", name: "output_map", in: motor, out: output, w, b });
  return { layers, input, output, hidden, cell, arenaEnd: arena.end };
}

/** Synapses from `nIn` sources; an absent one counts for nothing, whatever its other tensors hold. */
function synapses(
  tensors: Tensors,
  prefix: string,
  nIn: number,
  nOut: number,
  positive: (value: number) => number,
): Synapses {
  const mask = tensors(`${prefix}sparsity_mask`);
  const w = tensors(`${prefix}w`).map((value, i) => (mask[i] === 0 ? 0 : positive(value)));
  const erev = tensors(`${prefix}erev`);
  return {
    nIn,
    nOut,
    mask: Uint8Array.from(mask, (value) => (value === 0 ? 0 : 1)),
    k: tensors(`${prefix}sigma`).map((sigma) => -Math.LOG2E * sigma),
    mu: tensors(`${prefix}mu`),
    w,
    wErev: w.map((value, i) => value * erev[i]!),
    prefix,
  };
}
