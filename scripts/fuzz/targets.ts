import { board } from "./board.ts";
import { config } from "./config.ts";
import { csv } from "./csv.ts";
import type { FuzzTarget } from "./engine.ts";
import { frames } from "./frames.ts";
import { integerFile } from "./integer-file.ts";
import { mlperf } from "./mlperf.ts";
import { record } from "./record.ts";
import { safetensors } from "./safetensors.ts";
import { trace } from "./trace.ts";
import { yaml } from "./yaml.ts";

/** Everything that reads what strangers made, but images and the firmware, which have campaigns of their own. */
export const TARGETS: readonly FuzzTarget[] = [
  safetensors,
  integerFile,
  config,
  board,
  csv,
  trace,
  record,
  yaml,
  frames,
  mlperf,
];
