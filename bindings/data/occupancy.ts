// occupancy: is the office occupied? (Candanedo and Feldheim 2016, CC BY 4.0), one row a minute:
//
//   train.csv.gz, test1.csv.gz, test2.csv.gz
//   date, temperature [°C], humidity [%], light [lux], co2 [ppm], humidity_ratio [kg/kg], occupancy {0, 1}
//
// A sample is a window of 32 minutes, after which the state starts again from zeros, as in the published protocol; with
// `windowSteps` 0 it is a whole file, as a stream. The test part is both test files; a sample's group tells them apart.

import { CsvTable } from "./csv.ts";
import { type DataFolder, readDataFile } from "./data-folder.ts";
import { type Dataset, type Sample, windowed } from "./dataset.ts";
import { normalised, standardisation } from "./normalise.ts";
import { readOptions } from "./options.ts";

const FILES = ["train", "test1", "test2"] as const;
const COLUMNS = ["temperature", "humidity", "light", "co2", "humidity_ratio"];
const WINDOW_STEPS = 32;

const OPTIONS = { windowSteps: [WINDOW_STEPS, 0], light: [true, false] } as const;

/** Normalised with mean and deviation of the training file. Each tenth training window is for validation. */
export async function loadOccupancy(
  folder: DataFolder,
  options?: unknown,
  optionsSource = "options",
): Promise<Dataset> {
  const { windowSteps, light } = readOptions(options, optionsSource, OPTIONS);
  const inputs = light ? COLUMNS : COLUMNS.filter((name) => name !== "light");
  const nInputs = inputs.length;
  // One after the other, so that of several wrong files the first is named.
  const files: ReturnType<typeof readFile>[] = [];
  for (const file of FILES) {
    const { text, source } = await readDataFile(folder, `${file}.csv.gz`);
    files.push(readFile(new CsvTable(text, source), inputs));
  }
  const normalisation = standardisation(files[0]!.raw, nInputs);
  const [train, ...tests] = files.map(({ raw, target }, i): Sample[] => {
    const stream = {
      id: FILES[i]!,
      group: FILES[i]!,
      nSteps: target.length,
      input: normalised(raw, normalisation),
      timespans: null,
      target,
    };
    return windowSteps === 0 ? [stream] : windowed([stream], { steps: windowSteps });
  });
  const isValidation = (i: number) => windowSteps > 0 && i % 10 === 9;
  return {
    name: "occupancy",
    task: "binary",
    targetsPer: "step",
    readout: "step",
    metric: "accuracy",
    nInputs,
    inputs,
    nOutputs: 1,
    nTargets: 1,
    classes: ["empty", "occupied"],
    timeUnit: null,
    normalisation,
    blockSteps: windowSteps === 0 ? WINDOW_STEPS : null,
    splits: {
      train: train!.filter((_, i) => !isValidation(i)),
      validation: train!.filter((_, i) => isValidation(i)),
      test: tests.flat(),
    },
  };
}

function readFile(table: CsvTable, inputs: readonly string[]): { raw: Float64Array; target: Float32Array } {
  const columns = inputs.map((name) => table.numbers(name));
  const label = table.index("occupancy");
  const nInputs = inputs.length;
  return {
    raw: Float64Array.from({ length: table.nRows * nInputs }, (_, i) => {
      return columns[i % nInputs]![Math.floor(i / nInputs)]!;
    }),
    target: Float32Array.from({ length: table.nRows }, (_, row) => {
      const value = table.number(row, label);
      if (value !== 0 && value !== 1) throw table.wrong(row, label, "0 or 1");
      return value;
    }),
  };
}
