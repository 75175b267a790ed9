import { LiquidEdgeError } from "../../../bindings/errors.ts";
import type { Trace } from "../../../bindings/measure/trace.ts";
import { windowsByMarker } from "../../../bindings/measure/windows.ts";

/** Lengths of the times, in seconds, in which a marker input is high; null when the instrument has no such input. */
export function highSpans(trace: Trace, channel: string): number[] | null {
  if (trace.markers === null || !trace.markers.names.includes(channel)) return null;
  try {
    return windowsByMarker(trace, channel).windows.map(
      ({ startSeconds, endSeconds }) => endSeconds - startSeconds,
    );
  } catch (error) {
    // One that never toggles.
    if (error instanceof LiquidEdgeError && error.code === "bad-input") return [];
    throw error;
  }
}
