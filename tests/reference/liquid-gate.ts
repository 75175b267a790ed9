// LiquidGate: the exact solution of dh/dt = f (g - h) over one step with f and g held constant, f = log(1 + e^a) > 0, so that
// 1 / f is the time constant; T is the elapsed time.
//
//   g = tanh(Wg [x, h] + bg)      a = Wa [x, h] + ba      h' = g + (h - g) exp(-T f)

import type { Model } from "../../bindings/network/model.ts";
import { type Cell, concatenate, linearOf, readoutOf, type State, type Vector } from "./cell.ts";

export type LiquidGateModel = Extract<Model, { class: "liquid-edge.LiquidGate" }>;

/** log(1 + e^a) without a threshold: e^a does not overflow, since it is taken of -|a|. */
function rateOf(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}

export function liquidGateCell({ config, tensors }: LiquidGateModel): Cell {
  const target = linearOf(tensors, "g");
  const rate = linearOf(tensors, "a");
  const readout = readoutOf(tensors, config.output_size);

  function step(x: Vector, { h }: State, elapsedTime: number) {
    const z = concatenate(x, h);
    const [g, a] = [target(z).map(Math.tanh), rate(z)];
    const next = h.map((old, j) => g[j]! + (old - g[j]!) * Math.exp(-elapsedTime * rateOf(a[j]!)));
    return { output: readout(next), state: { h: next, c: null } };
  }
  return { nState: config.units, hasMemory: false, step };
}
