import { LiquidEdgeError } from "../../../bindings/errors.ts";
import { parseBudget } from "../../../bindings/record/budget.ts";
import { type GateResult, gate, type Limit } from "../../../bindings/record/gate.ts";
import { QUANTITIES, type Quantity } from "../../../bindings/record/record.ts";
import { type FoundBaseline, findBaseline } from "../../baseline-files.ts";
import type { CheckOptions } from "../../commands/baseline.ts";
import { ExitCode, RunFailure } from "../../exit.ts";
import type { Io } from "../../io.ts";
import { readYaml } from "../../read-yaml.ts";
import { count } from "../../text.ts";
import { recordOf } from "../benchmark.ts";
import { type GateReport, gateText } from "./gate-text.ts";

/** Compares a run with a baseline, prints what differs, and throws RunFailure with the exit code unless all is well. */
export async function checkBaseline(io: Io, options: CheckOptions): Promise<void> {
  const { baselineVersion, threshold, accuracyPoints, strict = false } = options;
  const limits = await limitsOf(io, options);
  const baseline = await baselineOf(io, options);
  const current = await recordOf(io, options);
  const result = gate(current, baseline.record, { threshold, accuracyPoints, limits });
  const failure = failureOf(result, strict);
  const report = gateReport(result, baseline, { baselineVersion, threshold, strict });
  if (options.junit !== undefined) {
    const { junit } = await import("../../../bindings/record/formats/junit.ts");
    await io.writeFile(options.junit, junit(result, report.baselineName));
  }
  if (options.json) io.print(JSON.stringify(jsonOf(report)));
  else if (options.markdown) {
    const { gateMarkdown } = await import("./gate-markdown.ts");
    io.print(gateMarkdown(report));
  } else io.print(gateText(report, io.colour, options.verbose === true));
  if (options.annotations) {
    const { annotations } = await import("../../../bindings/record/formats/github.ts");
    for (const line of annotations(result)) io.warn(line);
  }
  if (failure !== null) throw failure;
}

/** What a gate's result is called and comes to. */
export function gateReport(
  result: GateResult,
  { record, source }: FoundBaseline,
  {
    baselineVersion,
    threshold,
    strict,
  }: Pick<CheckOptions, "baselineVersion" | "threshold"> & { strict: boolean },
): GateReport {
  return {
    result,
    baselineName: record.version ?? baselineVersion,
    source,
    threshold,
    exitCode: failureOf(result, strict)?.exitCode ?? ExitCode.DONE,
    summary: summaryOf(result),
  };
}

/** What went wrong with the baseline has an exit code of its own, so that CI does not read it as a regression. */
async function baselineOf(io: Io, { folder, baselineVersion }: CheckOptions): Promise<FoundBaseline> {
  try {
    return await findBaseline(io, folder, baselineVersion);
  } catch (error) {
    if (error instanceof LiquidEdgeError) throw new RunFailure(error.message, ExitCode.NO_BASELINE);
    throw error;
  }
}

async function limitsOf(io: Io, options: CheckOptions): Promise<Limit[]> {
  const given: Partial<Record<Quantity, number | undefined>> = {
    energyUj: options.maxEnergyUj,
    averagePowerMw: options.maxAveragePowerMw,
    latencyMs: options.maxLatencyMs,
    memoryKb: options.maxMemoryKb,
    flashKb: options.maxFlashKb,
  };
  const own = QUANTITIES.flatMap((quantity) => {
    const max = given[quantity];
    return max === undefined ? [] : [{ entries: "*", quantity, max }];
  });
  const { budget } = options;
  if (budget === undefined) return own;
  return [...own, ...parseBudget(await readYaml(io, budget, "bad-record"), budget)];
}

function summaryOf({ compared, expected, counts }: GateResult): string {
  return `compared ${compared} of ${count(expected, "figure")}, new ${counts.new}, missing ${counts.missing}`;
}

function failureOf({ verdict, counts, compared }: GateResult, strict: boolean): RunFailure | null {
  switch (verdict) {
    case "regressed":
      return new RunFailure(`gate: ${count(counts.regressed, "figure")} regressed`, ExitCode.FAILED);
    case "not-compared":
      return new RunFailure(
        compared <= 0
          ? "gate: nothing could be compared"
          : `gate: ${count(counts.missing, "figure")} missing`,
        ExitCode.NOT_COMPARED,
      );
    case "undecided":
      if (!strict) return null;
      return new RunFailure(`gate: ${count(counts.undecided, "figure")} undecided`, ExitCode.UNDECIDED);
    case "pass":
      return null;
  }
}

function jsonOf({ result, baselineName, source, threshold, exitCode }: GateReport) {
  const { comparisons, ...rest } = result;
  return { baseline: baselineName, source, threshold, exitCode, ...rest, comparisons };
}
