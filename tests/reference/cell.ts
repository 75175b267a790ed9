// What the reference cells have in common: plain float64 vectors, a step function, and W x + b.
//
// The files of this folder are the definition of correct: every formula as the literature states it, in float64, with
// no thought of speed. They share no code with assembly/ or bindings/ (types only), so that agreement means something.

import type { Tensor } from "../../bindings/network/model.ts";

export type Vector = Float64Array;

/** Recurrent state of one sequence: h [nState] and, for LSTM-like memories, c [nState]. */
export interface State {
  h: Vector;
  c: Vector | null;
}

export interface Cell {
  /** Length of h (and of c); 0 for a network without state. */
  nState: number;
  /** Whether the state has a part c. */
  hasMemory: boolean;
  /** One time step of one sequence: x [nIn], elapsedTime in the network's unit of time. Changes nothing in place. */
  step(x: Vector, state: State, elapsedTime: number): { output: Vector; state: State };
}

/** The tensor of that name. */
function tensorOf(tensors: Map<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the reference needs tensor "${name}"`);
  return tensor;
}

/** The values of that tensor, exactly, as float64. */
export function valuesOf(tensors: Map<string, Tensor>, name: string): Vector {
  return Float64Array.from(tensorOf(tensors, name).data);
}

/** W x + b with W [nOut, nIn] row-major; with a mask [nOut, nIn], (W * mask) x + b. */
export function affine(weight: Vector, bias: Vector | null, x: Vector, mask: Vector | null = null): Vector {
  const nIn = x.length;
  const nOut = weight.length / nIn;
  if (!Number.isInteger(nOut) || (bias !== null && bias.length !== nOut)) {
    throw new Error(`${weight.length} weights do not map ${nIn} values to ${bias?.length ?? "a vector"}`);
  }
  return Float64Array.from({ length: nOut }, (_, j) => {
    let sum = bias === null ? 0 : bias[j]!;
    for (let i = 0; i < nIn; i++) {
      sum += weight[j * nIn + i]! * (mask === null ? 1 : mask[j * nIn + i]!) * x[i]!;
    }
    return sum;
  });
}

/** The linear map of the tensors `<name>.weight`, `<name>.bias`, ready to be applied. */
export function linearOf(
  tensors: Map<string, Tensor>,
  name: string,
  mask: Vector | null = null,
): (x: Vector) => Vector {
  const weight = valuesOf(tensors, `${name}.weight`);
  const bias = valuesOf(tensors, `${name}.bias`);
  return (x) => affine(weight, bias, x, mask);
}

/** The readout `fc` where the network has one, else the identity. */
export function readoutOf(
  tensors: Map<string, Tensor>,
  size: number | null | undefined,
): (x: Vector) => Vector {
  return size === null || size === undefined ? (x) => x : linearOf(tensors, "fc");
}

/** [a | b], as torch.cat does. */
export function concatenate(a: Vector, b: Vector): Vector {
  return Float64Array.from([...a, ...b]);
}
