// The front of a sweep as people read it.

import {
  type Candidate,
  COSTS,
  type Cost,
  formatOf,
  frontOf,
  objectivesOf,
} from "../../bindings/sweep/candidates.ts";
import { knee } from "../../bindings/sweep/pareto.ts";
import { describeCell } from "../../bindings/sweep/space.ts";
import type { CellOptions } from "../../bindings/train/cells.ts";
import { type Cell, type Column, digits, percent, styled, table } from "../text.ts";
import { METRIC_TITLES, shown } from "./evaluate-report.ts";

type MetricName = keyof typeof METRIC_TITLES;

export const COST_TITLES: Readonly<Record<Cost, string>> = {
  energy: "energy µJ",
  latency: "latency µs",
  ram: "RAM bytes",
  flash: "flash bytes",
};

export interface FrontOptions {
  /** Whether dominated networks are listed too. */
  all: boolean;
  colour: boolean;
  /** One of the candidates, to be marked. */
  best?: Candidate | null;
}

export function nameOf({ cell }: Candidate): string {
  return describeCell(cell as unknown as CellOptions);
}

/** How much of it is absent, and how where that is not in blocks: `70 %`, `50 % n:m`. */
export function sparsityOf({ sparsity, pattern }: Candidate): string {
  return sparsity === 0 ? "" : [percent(sparsity), ...(pattern === undefined ? [] : [pattern])].join(" ");
}

/** `liquid-gate 24 int4 aware, 70 % pruned`. */
export function labelOf(candidate: Candidate): string {
  const pruned = candidate.sparsity === 0 ? "" : `, ${sparsityOf(candidate)} pruned`;
  return `${nameOf(candidate)} ${formatOf(candidate)}${pruned}`;
}

/** A heading and a table of one board's front, cheapest first. */
export function frontTable(
  platform: string,
  candidates: readonly Candidate[],
  cost: Cost,
  { all, colour, best = null }: FrontOptions,
): string {
  const { front, dominated, unfit } = frontOf(candidates, cost);
  const metric = candidates[0]!.metric;
  const bend = front.length < 3 ? null : knee(front, objectivesOf(cost, metric.better));
  const by = new Map(dominated.map(({ point, by: other }) => [point, other]));
  const rows = all
    ? [...front, ...by.keys(), ...unfit].sort((a, b) => COSTS[cost](a) - COSTS[cost](b))
    : front;
  const right = (title: string, gap?: number): Column => ({
    title,
    align: "right",
    ...(gap === undefined ? {} : { gap }),
  });
  const name = metric.name as MetricName;
  const columns: Column[] = [
    { title: "network" },
    right("sparsity"),
    { title: "precision" },
    right(METRIC_TITLES[name]),
    right("[min–max]", 1),
    right("energy µJ"),
    right("[min–max]", 1),
    right("latency µs"),
    right("RAM kB"),
    right("flash kB"),
    { title: "" },
  ];
  const cells = rows.map((candidate): Cell[] => {
    const { energyUj, latencyUs } = candidate;
    const dim = (text: string) => ({ text, style: "dim" as const });
    return [
      nameOf(candidate),
      sparsityOf(candidate),
      formatOf(candidate),
      shown(name, candidate.metric.mean),
      dim(`[${shown(name, candidate.metric.min)}–${shown(name, candidate.metric.max)}]`),
      digits(energyUj.typ),
      dim(`[${digits(energyUj.min)}–${digits(energyUj.max)}]`),
      digits(latencyUs.typ),
      digits(candidate.ramBytes / 1024),
      digits(candidate.flashBytes / 1024),
      remark(candidate),
    ];
  });
  function remark(candidate: Candidate): string {
    const notes = [
      ...(candidate === best ? ["the best within the limits"] : []),
      ...(candidate === bend ? ["the knee"] : []),
      ...(candidate.fits ? [] : ["does not fit"]),
      ...(candidate.realTime ? [] : ["too slow for the rate"]),
    ];
    const other = by.get(candidate);
    if (other !== undefined) notes.push(`beaten by ${nameOf(other)} ${formatOf(other)}`);
    return notes.join(", ");
  }
  const beaten = dominated.length;
  const heading = `${platform}: ${front.length} of ${candidates.length} worth having by ${COST_TITLES[cost]}, ${beaten} dominated${unfit.length > 0 ? `, ${unfit.length} do not fit` : ""}`;
  return [styled(colour, "bold", heading), "", table(columns, cells, colour)].join("\n");
}
