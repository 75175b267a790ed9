// What an instrument shows when no current flows.

import { complain } from "../errors.ts";
import { MIN_SAMPLES, type Trace } from "./trace.ts";

export interface ZeroCurrent {
  offsetA: number;
  /** Standard uncertainty of it. */
  uncertaintyA: number;
}

/** The trace with the offset taken from its currents. */
export function withoutOffset(trace: Trace, { offsetA }: ZeroCurrent): Trace {
  const { quantity } = trace;
  if (quantity.kind !== "current") {
    throw complain("bad-input", trace.source, {
      expected: "a trace of currents, from which an offset can be taken",
      found: `one of ${quantity.kind}`,
    });
  }
  const amperes = Float64Array.from(quantity.amperes, (value) => value - offsetA);
  return { ...trace, quantity: { ...quantity, amperes } };
}

/** The mean current of a trace at zero current, and how sure it is. */
export function zeroCurrent(trace: Trace): ZeroCurrent {
  const { quantity, source } = trace;
  if (quantity.kind !== "current") {
    throw complain("bad-input", source, {
      expected: "a trace of currents",
      found: `one of ${quantity.kind}`,
    });
  }
  const values = quantity.amperes.filter((value) => !Number.isNaN(value));
  if (values.length < MIN_SAMPLES) {
    throw complain("bad-input", source, {
      expected: `at least ${MIN_SAMPLES} samples`,
      found: String(values.length),
    });
  }
  let sum = 0;
  for (const value of values) sum += value;
  const offsetA = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - offsetA) ** 2;
  return { offsetA, uncertaintyA: Math.sqrt(squares / (values.length - 1) / values.length) };
}
