// Mean and standard deviation of columns, and inputs made with them.

import type { Normalisation } from "./dataset.ts";

/** Mean and population standard deviation. */
export interface Moments {
  mean: number;
  deviation: number;
}

/** Moments of `values`, in two passes: sums of squares of large raw counts would lose digits. */
export function momentsOf(values: Iterable<number>): Moments {
  let n = 0;
  let sum = 0;
  for (const value of values) {
    sum += value;
    n++;
  }
  const mean = n === 0 ? 0 : sum / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: n === 0 ? 0 : Math.sqrt(squares / n) };
}

/** Inputs [n, nInputs] from raw numbers of the same layout. */
export function normalised(raw: ArrayLike<number>, { offset, scale, limit }: Normalisation): Float32Array {
  const nInputs = offset.length;
  const input = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i++) {
    const c = i % nInputs;
    input[i] = clipped((raw[i]! - offset[c]!) / scale[c]!, limit[c]!);
  }
  return input;
}

export function clipped(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}

/** The normalisation to mean 0 and deviation 1 of the rows of `raw` [n, nInputs]. */
export function standardisation(raw: Readonly<Float64Array>, nInputs: number): Normalisation {
  const moments = Array.from({ length: nInputs }, (_, c) =>
    momentsOf(Float64Array.from({ length: raw.length / nInputs }, (_, row) => raw[row * nInputs + c]!)),
  );
  return {
    offset: Float64Array.from(moments, ({ mean }) => mean),
    scale: Float64Array.from(moments, ({ deviation }) => deviation),
    limit: new Float64Array(nInputs).fill(Number.POSITIVE_INFINITY),
  };
}
