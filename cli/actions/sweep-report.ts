import { candidatesOf } from "../../bindings/sweep/candidates.ts";
import { type AnyRecord, type CostRecord, isScored } from "../../bindings/sweep/record.ts";
import { describeCell } from "../../bindings/sweep/space.ts";
import { digits } from "../../format/numbers.ts";
import { ENERGY, unitFor } from "../../format/units.ts";
import { fileName } from "../read-text.ts";
import type { SweepOutcome } from "../sweep/run-sweep.ts";
import { count, paragraph } from "../text.ts";
import { frontTable } from "./pareto-report.ts";

/** What a sweep did, and the front of each board or, of networks that were only costed, the cheapest. */
export function describeOutcome(outcome: SweepOutcome, out: string, colour: boolean): string {
  const { records, trained, costed, reused, skipped, failures } = outcome;
  const isCosting = costed > 0 || records.some((record) => !isScored(record));
  const parts = [isCosting ? `${count(costed, "network")} costed` : `${count(trained, "network")} trained`];
  if (reused > 0) parts.push(`${reused} scored anew`);
  if (skipped > 0) parts.push(`${skipped} done before`);
  if (failures.length > 0) parts.push(`${failures.length} impossible`);
  const scored = records.filter(isScored);
  const shown = failures.slice(0, MAX_FAILURES);
  return [
    `${parts.join(", ")}; ${count(records.length, "result")} in ${fileName(out)}/results.jsonl`,
    ...shown.map(({ network, reason }) => paragraph(`Not possible: ${network}: ${reason}`)),
    ...(shown.length < failures.length ? [`… and ${failures.length - shown.length} more`] : []),
    ...[...candidatesOf(scored)].flatMap(([platform, candidates]) => [
      "",
      frontTable(platform, candidates, "energy", { all: false, colour }),
    ]),
    ...cheapest(records),
    ...(scored.length === 0
      ? []
      : ["", paragraph(`Choose: liquid-edge pareto ${fileName(out)} --max-energy-uj X --plot front.svg`)]),
  ].join("\n");
}

/** Impossible networks that are named, of perhaps thousands. */
const MAX_FAILURES = 10;

/** By board, how many of the costed networks fit and the cheapest of them. */
function cheapest(records: readonly AnyRecord[]): string[] {
  const boards = new Map<string, { n: number; fits: number; best: CostRecord | null; energyUj: number }>();
  for (const record of records) {
    if (isScored(record)) continue;
    for (const { platform, fits, energyUj } of record.platforms) {
      const board = boards.get(platform) ?? { n: 0, fits: 0, best: null, energyUj: Number.POSITIVE_INFINITY };
      boards.set(platform, board);
      board.n++;
      if (fits === false) continue;
      board.fits++;
      if (energyUj.typ < board.energyUj) [board.best, board.energyUj] = [record, energyUj.typ];
    }
  }
  return [...boards].map(([platform, { n, fits, best, energyUj }]) => {
    const one =
      best === null
        ? ""
        : `; cheapest ${describeCell(best.cell as never)} ${best.precision}, ${energyOf(energyUj)} a time step`;
    return `${platform}: ${fits} of ${n} fit${one}`;
  });
}

function energyOf(energyUj: number): string {
  const [scale, unit] = unitFor(ENERGY, [energyUj]);
  return `${digits(energyUj / scale)} ${unit}`;
}
