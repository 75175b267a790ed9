// Liquid time-constant network, as ncps and the original code compute it. i = source, j = destination, s = sigmoid:
//
//   a_ij = P(w_ij) mask_ij s(sigma_ij (v_i - mu_ij))            likewise A_kj from the mapped inputs u_k
//   cm_j dv_j/dt = gleak_j (vleak_j - v_j) + sum_i a_ij (erev_ij - v_j) + sum_k A_kj (sensory_erev_kj - v_j)
//
// with P = softplus if `implicit_param_constraints`, else the identity, on w, sensory_w, cm and gleak. A step of elapsed
// time T is `ode_unfolds` solver steps of length h: T / ode_unfolds in ncps, ode_step * T in liquid-edge.LTC.
//
//   fused  v_j <- (cm_j/h v_j + gleak_j vleak_j + sum_i a_ij erev_ij + sum_k A_kj sensory_erev_kj)
//                 / (cm_j/h + gleak_j + sum_i a_ij + sum_k A_kj + epsilon)         activations at the old v
//   euler  v <- v + h dv/dt(v)
//   rk4    the classic Runge-Kutta method of order 4 with step h
//
// The output is the first `output_dim` neurons, scaled; the state is not scaled. With `output_size` it is fc v instead.

import type { Model, WiringConfig } from "../../bindings/network/model.ts";
import { sigmoid, softplus } from "./activations.ts";
import { type Cell, readoutOf, type State, type Vector, valuesOf } from "./cell.ts";
import { lstmMemory } from "./lstm-memory.ts";

export type LtcModel = Extract<Model, { class: "ncps.torch.LTC" | "liquid-edge.LTC" }>;

/** What all synapses of one kind do to each destination: sum of a and sum of a * erev. */
interface Drive {
  conductance: Vector;
  current: Vector;
}

export function ltcCell(model: LtcModel): Cell {
  const { config, tensors } = model;
  const read = (name: string) => valuesOf(tensors, `rnn_cell.${name}`);
  const positive = (values: Vector) => (config.implicit_param_constraints ? values.map(softplus) : values);
  const cm = positive(read("cm"));
  const gleak = positive(read("gleak"));
  const vleak = read("vleak");
  const recurrent = synapses("");
  const sensory = synapses("sensory_");
  const mapInput = mapping("input", config.input_mapping);
  const mapOutput = mapping("output", config.output_mapping);
  // Configurations of ncps do not have it.
  const readoutSize = config.output_size ?? null;
  const nOut = readoutSize === null ? outputSize(config.wiring) : config.units;
  const readout = readoutOf(tensors, readoutSize);
  const memory = config.mixed_memory ? lstmMemory(tensors) : null;
  const isNcps = model.class === "ncps.torch.LTC";

  function synapses(prefix: "" | "sensory_") {
    const w = positive(read(`${prefix}w`));
    const mask = read(`${prefix}sparsity_mask`);
    const [sigma, mu, erev] = [read(`${prefix}sigma`), read(`${prefix}mu`), read(`${prefix}erev`)];
    return (source: Vector): Drive => {
      const conductance = new Float64Array(config.units);
      const current = new Float64Array(config.units);
      for (let i = 0; i < source.length; i++) {
        for (let j = 0; j < config.units; j++) {
          const ij = i * config.units + j;
          const a = w[ij]! * mask[ij]! * sigmoid(sigma[ij]! * (source[i]! - mu[ij]!));
          conductance[j]! += a;
          current[j]! += a * erev[ij]!;
        }
      }
      return { conductance, current };
    };
  }

  function mapping(side: "input" | "output", kind: string | null) {
    const w = kind === "affine" || kind === "linear" ? read(`${side}_w`) : null;
    const b = kind === "affine" ? read(`${side}_b`) : null;
    return (x: Vector) =>
      x.map((value, k) => (w === null ? value : w[k]! * value) + (b === null ? 0 : b[k]!));
  }

  function fused(v: Vector, input: Drive, h: number): Vector {
    const { conductance, current } = recurrent(v);
    return v.map((old, j) => {
      const above = (cm[j]! / h) * old + gleak[j]! * vleak[j]! + current[j]! + input.current[j]!;
      return above / (cm[j]! / h + gleak[j]! + conductance[j]! + input.conductance[j]! + config.epsilon);
    });
  }

  function derivative(v: Vector, input: Drive): Vector {
    const { conductance, current } = recurrent(v);
    return v.map((vj, j) => {
      const leak = gleak[j]! * (vleak[j]! - vj);
      return (
        (leak + current[j]! + input.current[j]! - vj * (conductance[j]! + input.conductance[j]!)) / cm[j]!
      );
    });
  }

  function euler(v: Vector, input: Drive, h: number): Vector {
    const k = derivative(v, input);
    return v.map((vj, j) => vj + h * k[j]!);
  }

  function rk4(v: Vector, input: Drive, h: number): Vector {
    const k1 = derivative(v, input);
    const k2 = derivative(
      v.map((vj, j) => vj + (h / 2) * k1[j]!),
      input,
    );
    const k3 = derivative(
      v.map((vj, j) => vj + (h / 2) * k2[j]!),
      input,
    );
    const k4 = derivative(
      v.map((vj, j) => vj + h * k3[j]!),
      input,
    );
    return v.map((vj, j) => vj + (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!));
  }

  const solve = isNcps ? fused : { fused, euler, rk4 }[config.solver];

  function step(x: Vector, state: State, elapsedTime: number) {
    const before = memory === null ? state : memory(x, state);
    const input = sensory(mapInput(x));
    const h = isNcps ? elapsedTime / config.ode_unfolds : config.ode_step * elapsedTime;
    let v = before.h;
    for (let unfold = 0; unfold < config.ode_unfolds; unfold++) v = solve(v, input, h);
    return { output: readout(mapOutput(v.slice(0, nOut))), state: { h: v, c: before.c } };
  }

  return { nState: config.units, hasMemory: config.mixed_memory, step };
}

/** How many neurons (those with the lowest ids) a wiring declares as outputs. */
function outputSize(wiring: WiringConfig): number {
  if (wiring.type === "NCP") return wiring.args.motor_neurons;
  if (wiring.type === "AutoNCP") return wiring.args.output_size;
  return wiring.args.output_dim ?? wiring.args.units;
}
