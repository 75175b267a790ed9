// The formats of traces. Apart from what reads them, so that who only offers the choice loads no reader.

export const TRACE_FORMATS = ["csv", "mlperf", "ppk2", "lpm01a", "meter"] as const;
/** A format of traces that `readTrace` takes. */
export type TraceFormat = (typeof TRACE_FORMATS)[number];
