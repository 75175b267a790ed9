// The formats of traces. Apart from what reads them, so that who only offers the choice loads no reader.

import { LIVE_FORMATS, type LiveFormat } from "./live-instruments.ts";

/** A format of traces that `readTrace` takes. */
export type TraceFormat = "csv" | "mlperf" | LiveFormat;
export const TRACE_FORMATS: readonly TraceFormat[] = ["csv", "mlperf", ...LIVE_FORMATS];
