import {
  type Candidate,
  COSTS,
  type Cost,
  candidatesOf,
  frontOf,
  objectivesOf,
} from "../../bindings/sweep/candidates.ts";
import { bestWithin, type Limit } from "../../bindings/sweep/pareto.ts";
import type { SweepRecord } from "../../bindings/sweep/record.ts";
import { paretoChart } from "../chart/pareto-chart.ts";
import type { ParetoOptions } from "../commands/sweep.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { METRIC_TITLES } from "./evaluate-report.ts";
import { COST_TITLES, frontTable, labelOf } from "./pareto-report.ts";
import { chosenBoards, readSweeps } from "./read-sweeps.ts";

export async function pareto(io: Io, results: readonly string[], options: ParetoOptions): Promise<void> {
  const { records, source } = await readSweeps(io, results);
  const boards = chosenBoards(candidatesOf(records), options.platform, source);
  const { cost } = options;
  const better = records[0]!.metric.better;
  const limits = limitsOf(options, better);
  const answers = [...boards].map(([platform, candidates]) => {
    const { front, dominated, unfit } = frontOf(candidates, cost);
    // The best answer has the best metric; without a bound on costs it is the cheapest that is good enough.
    const byMetric = limits.some(({ max }) => max !== undefined) && !asksForMetric(options);
    const [cheapest, strongest] = objectivesOf(cost, better);
    const objective = byMetric ? strongest : cheapest;
    const best = limits.length === 0 ? null : bestWithin(front, limits, objective);
    return { platform, candidates, front, dominated, unfit, best };
  });
  if (options.plot !== undefined) await writeFronts(io, options.plot, records, cost, boards);
  if (options.json) {
    io.print(
      JSON.stringify(
        answers.map(({ platform, front, dominated, unfit, best }) => ({
          platform,
          cost,
          front,
          dominated,
          unfit,
          best,
        })),
      ),
    );
  } else {
    const { all = false } = options;
    const tables = answers.map(({ platform, candidates, best }) =>
      frontTable(platform, candidates, cost, { all, colour: io.colour, best }),
    );
    io.print(tables.join("\n\n"));
  }
  if (limits.length > 0 && answers.every(({ best }) => best === null)) {
    throw new RunFailure(`${source}: no network meets the limits on ${[...boards.keys()].join(", ")}`);
  }
}

function asksForMetric({ minAccuracy, maxError }: ParetoOptions): boolean {
  return minAccuracy !== undefined || maxError !== undefined;
}

function limitsOf(options: ParetoOptions, better: "higher" | "lower"): Limit<Candidate>[] {
  const { maxEnergyUj, maxLatencyMs, maxRamKb, maxFlashKb, minAccuracy, maxError } = options;
  const stray = better === "higher" ? maxError : minAccuracy;
  if (stray !== undefined) {
    const [wrong, right] =
      better === "higher" ? ["--max-error", "--min-accuracy"] : ["--min-accuracy", "--max-error"];
    throw usageError(
      `${wrong}: of this metric ${better === "higher" ? "more" : "less"} is better: use ${right}`,
    );
  }
  const metric = ({ metric: { mean } }: Candidate) => mean;
  const upper = (
    value: Limit<Candidate>["value"],
    max: number | undefined,
    factor = 1,
  ): Limit<Candidate>[] => (max === undefined ? [] : [{ value, max: max * factor }]);
  return [
    ...upper(COSTS.energy, maxEnergyUj),
    ...upper(COSTS.latency, maxLatencyMs, 1000),
    ...upper(COSTS.ram, maxRamKb, 1024),
    ...upper(COSTS.flash, maxFlashKb, 1024),
    ...upper(metric, maxError),
    ...(minAccuracy === undefined ? [] : [{ value: metric, min: minAccuracy }]),
  ];
}

/** Draws the fronts of results. */
export async function writeFronts(
  io: Io,
  path: string,
  records: readonly SweepRecord[],
  cost: Cost,
  boards: ReadonlyMap<string, readonly Candidate[]> = candidatesOf(records),
): Promise<void> {
  const { renderSvg } = await import("../chart/render-svg.ts");
  const { data, metric, split } = records[0]!;
  const name = metric.name as keyof typeof METRIC_TITLES;
  const isShare = name === "accuracy" || name === "balancedAccuracy" || name === "f1";
  const chart = paretoChart(boards, {
    title: `${data.name}, ${split}: what accuracy costs`,
    cost,
    costTitle: `${COST_TITLES[cost]}${cost === "energy" || cost === "latency" ? " a time step" : ""}`,
    metricTitle: METRIC_TITLES[name],
    factor: isShare ? 100 : 1,
    labelOf,
  });
  await io.writeFile(path, await renderSvg(chart));
}
