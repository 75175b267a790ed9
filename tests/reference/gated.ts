// torch.nn.GRU and torch.nn.LSTM, one layer, with an optional linear readout; s = sigmoid. Elapsed time has no effect.
//
//   GRU   blocks (r, z, n):     r = s(Wir x + bir + Whr h + bhr)      z = s(Wiz x + biz + Whz h + bhz)
//                               n = tanh(Win x + bin + r (Whn h + bhn))
//                               h' = (1 - z) n + z h
//   LSTM  blocks (i, f, g, o):  c' = s(f) c + s(i) tanh(g)            h' = s(o) tanh(c')
//
// Formulae: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html and torch.nn.LSTM.html.

import type { Model } from "../../bindings/network/model.ts";
import { sigmoid } from "./activations.ts";
import { affine, type Cell, readoutOf, type State, type Vector, valuesOf } from "./cell.ts";

export type GatedModel = Extract<Model, { class: "torch.nn.GRU" | "torch.nn.LSTM" }>;

/** Input part and recurrent part of all gates, each with its bias, apart: GRU's n multiplies one of them. */
function gatesOf({ tensors }: GatedModel) {
  const read = (name: string) => valuesOf(tensors, `rnn.${name}_l0`);
  const [weightIh, biasIh] = [read("weight_ih"), read("bias_ih")];
  const [weightHh, biasHh] = [read("weight_hh"), read("bias_hh")];
  return (x: Vector, h: Vector) => ({
    fromX: affine(weightIh, biasIh, x),
    fromH: affine(weightHh, biasHh, h),
  });
}

export function gruCell(model: GatedModel): Cell {
  const { units: n, output_size } = model.config;
  const gates = gatesOf(model);
  const readout = readoutOf(model.tensors, output_size);

  function step(x: Vector, { h }: State) {
    const { fromX, fromH } = gates(x, h);
    const next = h.map((old, j) => {
      const r = sigmoid(fromX[j]! + fromH[j]!);
      const z = sigmoid(fromX[n + j]! + fromH[n + j]!);
      const candidate = Math.tanh(fromX[2 * n + j]! + r * fromH[2 * n + j]!);
      return (1 - z) * candidate + z * old;
    });
    return { output: readout(next), state: { h: next, c: null } };
  }
  return { nState: n, hasMemory: false, step };
}

export function lstmCell(model: GatedModel): Cell {
  const { units: n, output_size } = model.config;
  const gates = gatesOf(model);
  const readout = readoutOf(model.tensors, output_size);

  function step(x: Vector, { h, c }: State) {
    if (c === null) throw new Error("an LSTM needs a state c");
    const { fromX, fromH } = gates(x, h);
    const gate = (block: number, j: number) => fromX[block * n + j]! + fromH[block * n + j]!;
    const nextC = c.map((old, j) => sigmoid(gate(1, j)) * old + sigmoid(gate(0, j)) * Math.tanh(gate(2, j)));
    const nextH = nextC.map((value, j) => sigmoid(gate(3, j)) * Math.tanh(value));
    return { output: readout(nextH), state: { h: nextH, c: nextC } };
  }
  return { nState: n, hasMemory: true, step };
}
