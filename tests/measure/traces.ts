// Traces that tests make: a power, a current or an energy by time.

import type { Trace } from "../../bindings/measure/trace.ts";

export function madeTrace(partial: Partial<Trace> & Pick<Trace, "quantity">): Trace {
  return {
    source: "made.csv",
    instrument: "made",
    clock: { kind: "uniform", startSeconds: 0, samplesPerSecond: 1000 },
    markers: null,
    edges: null,
    saturated: [],
    accuracy: null,
    notes: [],
    ...partial,
  };
}

/** Power at the times of samples. */
export function powerTrace(n: number, watts: (seconds: number) => number, samplesPerSecond = 1000): Trace {
  return madeTrace({
    clock: { kind: "uniform", startSeconds: 0, samplesPerSecond },
    quantity: {
      kind: "power",
      watts: Float64Array.from({ length: n }, (_, i) => watts(i / samplesPerSecond)),
    },
  });
}

/** The same trace with its times listed one by one. */
export function listed(trace: Trace, n: number): Trace {
  const { clock } = trace;
  if (clock.kind !== "uniform") return trace;
  const { startSeconds, samplesPerSecond } = clock;
  const seconds = Float64Array.from({ length: n }, (_, i) => startSeconds + i / samplesPerSecond);
  return { ...trace, clock: { kind: "listed", seconds, samplesPerSecond } };
}
