import type { Summary } from "../../../bindings/statistics/summary.ts";
import { digits } from "../../text.ts";

/** Bounds of a control loop, milliseconds. */
export interface LoopBounds {
  meanMs?: number | undefined;
  worstMs?: number | undefined;
  jitterMs?: number | undefined;
}

export interface LoopVerdict extends Required<Record<keyof LoopBounds, number>> {
  ok: boolean;
  /** Which bounds are not kept, and by what. */
  problems: string[];
}

/** A loop of 100 Hz. */
const DEFAULT_LOOP = { meanMs: 10, worstMs: 15, jitterMs: 2 } as const;

export function loopVerdict(
  { mean, max, jitter }: Summary,
  {
    meanMs = DEFAULT_LOOP.meanMs,
    worstMs = DEFAULT_LOOP.worstMs,
    jitterMs = DEFAULT_LOOP.jitterMs,
  }: LoopBounds,
): LoopVerdict {
  const checks: [string, number, number][] = [
    ["mean latency", mean / 1000, meanMs],
    ["worst latency", max / 1000, worstMs],
    ["jitter", jitter / 1000, jitterMs],
  ];
  const problems = checks
    .filter(([, value, bound]) => value > bound)
    .map(([what, value, bound]) => `${what} expected at most ${bound} ms, found ${digits(value)}`);
  return { meanMs, worstMs, jitterMs, ok: problems.length === 0, problems };
}

export function verdictLine({ ok, problems, meanMs, worstMs, jitterMs }: LoopVerdict): string {
  return ok
    ? `loop: kept (mean ${meanMs} ms, worst ${worstMs} ms, jitter ${jitterMs} ms)`
    : `loop: NOT KEPT, ${problems.join("; ")}`;
}
