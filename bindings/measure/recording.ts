// A trace as a file holds it, with what else the file says of the run.

import type { Trace } from "./trace.ts";
import type { WindowRule } from "./windows.ts";

/** A trace with what its file says of windows. */
export interface Recording {
  /** What the file holds. */
  trace: Trace;
  /** Windows that the file itself marks. */
  windows?: WindowRule;
  /** In each window. */
  inferences?: number;
  /** A run of MLPerf Tiny, which its rules apply to. */
  isMlperf?: true;
}
