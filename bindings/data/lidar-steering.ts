// lidar-steering: what a robot steered past obstacles, from its lidar (Lechner and others, ICRA 2020; GPL-3.0: the data stay
// where they are):
//
//   lidar.csv.gz    trace, split, t, state1, state2, min00…min17, mean00…mean17 [mm; 0: no echo], steer [-1, 1]
//
// A sample is a whole run, through which the state is carried; every step has its own target.

import { CsvTable } from "./csv.ts";
import { type DataFolder, readDataFile } from "./data-folder.ts";
import type { Dataset, Normalisation, Sample, Split } from "./dataset.ts";
import { normalised } from "./normalise.ts";
import { readOptions } from "./options.ts";

const N_SECTORS = 18;
const SPLIT_NAMES: Record<string, Split> = { train: "train", val: "validation", test: "test" };

/** Distances count up to 6 m: (x - 3000 mm) / 3000 mm, so that 0 is -1 and 6 m is 1. */
const HALF_RANGE_MM = 3000;

/** Which reduction of a sector's beams to take, and whether to take the robot's own state as recorded. */
const OPTIONS = { sectors: ["mean", "min", "both"], states: [true, false] } as const;

export async function loadLidarSteering(
  folder: DataFolder,
  options?: unknown,
  optionsSource = "options",
): Promise<Dataset> {
  const { sectors, states } = readOptions(options, optionsSource, OPTIONS);
  const { text, source } = await readDataFile(folder, "lidar.csv.gz");
  const table = new CsvTable(text, source);
  const kinds = sectors === "both" ? ["min", "mean"] : [sectors];
  const distances = kinds.flatMap((kind) =>
    Array.from({ length: N_SECTORS }, (_, i) => `${kind}${String(i).padStart(2, "0")}`),
  );
  const inputs = [...distances, ...(states ? ["state1", "state2"] : [])];
  const nInputs = inputs.length;
  const each = (ofDistance: number, ofState: number) =>
    Float64Array.from(inputs, (_, i) => (i < distances.length ? ofDistance : ofState));
  const normalisation: Normalisation = {
    offset: each(HALF_RANGE_MM, 0),
    scale: each(HALF_RANGE_MM, 1),
    limit: each(1, Number.POSITIVE_INFINITY),
  };

  const columns = inputs.map((name) => table.numbers(name));
  const raw = Float64Array.from({ length: table.nRows * nInputs }, (_, i) => {
    return columns[i % nInputs]![Math.floor(i / nInputs)]!;
  });
  const input = normalised(raw, normalisation);
  const target = Float32Array.from(table.numbers("steer"));
  const splits: Record<Split, Sample[]> = { train: [], validation: [], test: [] };
  for (const { first, end, trace, split } of runsOf(table)) {
    splits[split].push({
      id: `run ${trace}`,
      group: `run ${trace}`,
      nSteps: end - first,
      input: input.subarray(first * nInputs, end * nInputs),
      timespans: null,
      target: target.subarray(first, end),
    });
  }
  return {
    name: "lidar-steering",
    task: "regression",
    targetsPer: "step",
    readout: "step",
    metric: "mse",
    nInputs,
    inputs,
    nOutputs: 1,
    nTargets: 1,
    classes: null,
    timeUnit: null,
    normalisation,
    blockSteps: null,
    splits,
  };
}

/** Rows of one run lie together, in order. */
function runsOf(table: CsvTable): { first: number; end: number; trace: string; split: Split }[] {
  const [traceAt, splitAt, tAt] = [table.index("trace"), table.index("split"), table.index("t")];
  const runs: { first: number; end: number; trace: string; split: Split }[] = [];
  const seen = new Set<string>();
  for (let row = 0; row < table.nRows; row++) {
    const trace = table.text(row, traceAt);
    const split = SPLIT_NAMES[table.text(row, splitAt)];
    if (split === undefined) throw table.wrong(row, splitAt, "train, val or test");
    const run = runs.at(-1);
    if (run?.trace === trace) {
      if (split !== run.split) throw table.wrong(row, splitAt, "the split of the run's first row");
      if (table.number(row, tAt) <= table.number(row - 1, tAt)) {
        throw table.wrong(row, tAt, `a sample number above ${table.text(row - 1, tAt)}`);
      }
      run.end = row + 1;
      continue;
    }
    if (seen.has(trace)) throw table.wrong(row, traceAt, "the rows of a run together");
    seen.add(trace);
    runs.push({ first: row, end: row + 1, trace, split });
  }
  return runs;
}
