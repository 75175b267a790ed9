// Parameters that are made positive by softplus, or taken as they are: values with the bits of network/softplus.ts and the
// slopes for the chain rule, fast, because every step of an optimiser computes them anew.

import { softplus } from "../network/softplus.ts";

/** PyTorch's threshold: softplus(x) is x above it. */
const THRESHOLD = 20;
/** e^-104 is less than half the smallest float32. */
const UNDERFLOW = 104;

/** ln 2 as a sum: the first part has 32 significant bits, so that k times it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** 1 / 12! … 1 / 0!: the rest of the series of e^r is below 2^-52 of it for |r| <= ln 2 / 2. */
const FACTORIALS = Float64Array.from({ length: 13 }, (_, n) => {
  let product = 1;
  for (let i = 2; i <= 12 - n; i++) product *= i;
  return 1 / product;
});
const POWERS_OF_HALF = Float64Array.from({ length: 152 }, (_, k) => 2 ** -k);

/** e^-a for 0 <= a <= 104, from + - * alone: the same bits everywhere. Relative error below 2^-49. */
function expOfMinus(a: number): number {
  const k = Math.round(a / LN2_HIGH);
  const r = k * LN2_HIGH - a + k * LN2_LOW;
  let sum = FACTORIALS[0]!;
  for (let n = 1; n < 13; n++) sum = sum * r + FACTORIALS[n]!;
  return sum * POWERS_OF_HALF[k]!;
}

/** More than the errors of this file, of network/softplus.ts and of any engine's log1p together. */
const DOUBT = 2 ** -40;

export class PositiveValues {
  /** Of the parameters, in the flat vector. */
  readonly indices: Int32Array;
  readonly values: Float32Array;
  /** d value / d parameter. */
  readonly slopes: Float64Array;
  readonly #implicit: boolean;

  /** @param implicit through softplus */
  constructor(indices: Int32Array, implicit: boolean) {
    this.indices = indices;
    this.values = new Float32Array(indices.length);
    this.slopes = new Float64Array(indices.length).fill(1);
    this.#implicit = implicit;
  }

  read(parameters: Float32Array): void {
    const { indices, values } = this;
    for (let i = 0; i < indices.length; i++) {
      const raw = parameters[indices[i]!]!;
      if (this.#implicit) this.#softplus(raw, i);
      else values[i] = raw;
    }
  }

  /** Adds `amount` = dL/d(value i) to the parameter's gradient. */
  add(gradient: Float32Array, i: number, amount: number): void {
    gradient[this.indices[i]!]! += amount * this.slopes[i]!;
  }

  #softplus(x: number, i: number): void {
    const a = Math.abs(x);
    if (!(a <= UNDERFLOW) || x > THRESHOLD) {
      this.values[i] = softplus(x);
      this.slopes[i] = x < 0 ? 0 : 1;
      return;
    }
    const e = expOfMinus(a);
    const value = Math.max(x, 0) + Math.log1p(e);
    // Where both bounds round to one float32, so does whatever softplus computes, and the exact value.
    const low = Math.fround(value * (1 - DOUBT));
    this.values[i] = low === Math.fround(value * (1 + DOUBT)) ? low : softplus(x);
    this.slopes[i] = (x < 0 ? e : 1) / (1 + e);
  }
}
