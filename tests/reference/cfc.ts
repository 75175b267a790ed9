// Closed-form continuous-time network, as ncps' PyTorch code computes it. z = backbone([x, h]), s = sigmoid:
//
//   f1 = W1 z + b1
//   default   g1 = tanh f1, g2 = tanh(W2 z + b2), t = s(T (Wa z + ba) + (Wb z + bb));   h' = g1 (1 - t) + t g2
//   no_gate   h' = g1 + t g2
//   pure      h' = A - A f1 exp(-T (|w_tau| + |f1|))                                     f1 without tanh
//
// A wired CfC has one such cell without backbone per layer of its wiring; a layer reads the new output of the layer
// before and its own old state, through a mask on W1 and W2 only; the output is the last layer's.

import type { Activation, CfcConfig, CfcMode, Model, Tensor } from "../../bindings/network/model.ts";
import { ACTIVATIONS, sigmoid } from "./activations.ts";
import { type Cell, concatenate, linearOf, readoutOf, type State, type Vector, valuesOf } from "./cell.ts";
import { lstmMemory } from "./lstm-memory.ts";

export type CfcModel = Extract<Model, { class: "ncps.torch.CfC" }>;
type Tensors = Map<string, Tensor>;
type Part = (x: Vector, h: Vector, elapsedTime: number) => Vector;

export function cfcCell(model: CfcModel): Cell {
  const { config, tensors } = model;
  const network = config.wiring === null ? denseCell(config, tensors) : wiredCell(config, tensors);
  const memory = config.mixed_memory ? lstmMemory(tensors) : null;
  const readout = readoutOf(tensors, config.proj_size);

  function step(x: Vector, state: State, elapsedTime: number) {
    const before = memory === null ? state : memory(x, state);
    const { h, output } = network(x, before.h, elapsedTime);
    return { output: readout(output), state: { h, c: before.c } };
  }
  return { nState: config.units, hasMemory: config.mixed_memory, step };
}

function denseCell(config: CfcConfig, tensors: Tensors) {
  const backbone = backboneOf(config.activation, tensors);
  const cell = headsOf(config.mode, tensors, "rnn_cell.", backbone, null);
  return (x: Vector, h: Vector, elapsedTime: number) => {
    const next = cell(x, h, elapsedTime);
    return { h: next, output: next };
  };
}

function wiredCell(config: CfcConfig, tensors: Tensors) {
  const layers: { size: number; cell: Part }[] = [];
  for (let l = 0; tensors.has(`rnn_cell.layer_${l}.ff1.bias`); l++) {
    const prefix = `rnn_cell.layer_${l}.`;
    const mask = valuesOf(tensors, `${prefix}sparsity_mask`);
    const size = valuesOf(tensors, `${prefix}ff1.bias`).length;
    layers.push({ size, cell: headsOf(config.mode, tensors, prefix, (z) => z, mask) });
  }
  return (x: Vector, h: Vector, elapsedTime: number) => {
    const next = new Float64Array(h.length);
    let signal = x;
    let start = 0;
    for (const { size, cell } of layers) {
      signal = cell(signal, h.slice(start, start + size), elapsedTime);
      next.set(signal, start);
      start += size;
    }
    return { h: next, output: signal };
  };
}

/** The dense layers before the heads. Their names skip the activation and dropout modules, so look for any index. */
function backboneOf(activation: Activation, tensors: Tensors): (z: Vector) => Vector {
  const indices = [...tensors.keys()].flatMap(
    (name) => /^rnn_cell\.backbone\.(\d+)\.weight$/.exec(name)?.[1] ?? [],
  );
  const layers = indices
    .map(Number)
    .sort((a, b) => a - b)
    .map((i) => linearOf(tensors, `rnn_cell.backbone.${i}`));
  const activate = ACTIVATIONS[activation];
  return (z) => layers.reduce((signal, layer) => layer(signal).map(activate), z);
}

function headsOf(
  mode: CfcMode,
  tensors: Tensors,
  prefix: string,
  backbone: (z: Vector) => Vector,
  mask: Vector | null,
): Part {
  const ff1 = linearOf(tensors, `${prefix}ff1`, mask);
  if (mode === "pure") {
    const wTau = valuesOf(tensors, `${prefix}w_tau`);
    const a = valuesOf(tensors, `${prefix}A`);
    return (x, h, elapsedTime) =>
      ff1(backbone(concatenate(x, h))).map(
        (f1, j) => a[j]! - a[j]! * f1 * Math.exp(-elapsedTime * (Math.abs(wTau[j]!) + Math.abs(f1))),
      );
  }
  const ff2 = linearOf(tensors, `${prefix}ff2`, mask);
  const timeA = linearOf(tensors, `${prefix}time_a`);
  const timeB = linearOf(tensors, `${prefix}time_b`);
  return (x, h, elapsedTime) => {
    const z = backbone(concatenate(x, h));
    const [g1, g2] = [ff1(z).map(Math.tanh), ff2(z).map(Math.tanh)];
    const [ta, tb] = [timeA(z), timeB(z)];
    return g1.map((value, j) => {
      const t = sigmoid(elapsedTime * ta[j]! + tb[j]!);
      return value * (mode === "no_gate" ? 1 : 1 - t) + t * g2[j]!;
    });
  };
}
