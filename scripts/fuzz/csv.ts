// A user's table of data and the description of its columns: one JSON line, then the CSV.

import { loadCsv } from "../../bindings/data/csv-dataset.ts";
import { parseJson } from "../../bindings/parse-json.ts";
import type { TestRandom } from "../../tests/network/random-model.ts";
import type { FuzzTarget } from "./engine.ts";
import { keysOf, utf8 } from "./json-change.ts";
import { Broken } from "./judge.ts";
import { mutateJson } from "./mutate.ts";

const SOURCE = "fuzz.csv";
const DESCRIPTION_SOURCE = "fuzz.json";
const DESCRIPTIONS = [
  {
    task: "classification",
    inputs: ["ax", "ay"],
    target: "label",
    classes: ["idle", "run"],
    sequence: "take",
    split: { train: 0.5, validation: 0.25, test: 0.25 },
    normalise: "train",
  },
  {
    name: "pump",
    task: "regression",
    inputs: ["ax", "ay"],
    target: ["take"],
    time: { column: "t", divideBy: 60, unit: "min", maxGap: 50 },
    split: { column: "split" },
    windowSteps: 2,
  },
  {
    task: "binary",
    inputs: ["ax"],
    target: "take",
    split: { every: 3, test: [0], validation: [1] },
    normalise: { ax: { offset: 1, scale: 2 } },
    windowSteps: 3,
  },
  {
    task: "classification",
    inputs: ["ax", "ay"],
    target: "label",
    sequence: "take",
    targetsPer: "step",
    metric: "f1",
    blockSteps: 2,
    split: { test: 0.5, train: 0.5 },
    time: { column: "t" },
    delimiter: ",",
  },
  { task: "regression", inputs: ["ay"], target: "take", sequence: "take", readout: "mean", metric: "mae" },
];
const TABLE = `t,ax,ay,label,take,split
0,1.5,2,idle,0,train
1,2.5,3,idle,0,train
2,-1,"4",run,1,validation
3,0.5,5e0,run,1,test
2015-02-04 17:51:00,7,1,"a ""b""",1,test
`;
const ROWS = TABLE.split("\n").slice(0, 5).join("\n");
const WORDS = [
  ...keysOf(DESCRIPTIONS),
  "idle",
  "train",
  "val",
  "step",
  "mean",
  ";",
  "|",
  "\t",
  "auc",
  "2015-02-04",
];

const CELLS = [...'0|-1|1e3|0.25||nan|inf|idle|run|train|test|val|"a,b"|""""|2015-02-04 17:51:00'.split("|")];

/** Either part changed, the other as it is. */
function change(input: Uint8Array, random: TestRandom): Uint8Array | null {
  const text = new TextDecoder().decode(input);
  const end = text.indexOf("\n");
  if (random.chance(0.4)) return utf8(text.slice(0, end + 1) + changeTable(text.slice(end + 1), random));
  try {
    const description = mutateJson(JSON.parse(text.slice(0, end)), WORDS, random);
    return utf8(`${JSON.stringify(description)}${text.slice(end)}`);
  } catch {
    return null;
  }
}

/** A cell, a row or a column changed. */
function changeTable(table: string, random: TestRandom): string {
  const rows = table.split("\n").map((line) => line.split(","));
  const row = random.integer(0, rows.length - 1);
  const column = random.integer(0, rows[0]!.length - 1);
  switch (random.integer(0, 4)) {
    case 0:
      rows.splice(row, 1);
      break;
    case 1:
      rows.splice(row, 0, [...random.pick(rows)]);
      break;
    case 2:
      for (const cells of rows) cells.splice(column, random.integer(0, 1), random.pick(CELLS));
      break;
    default:
      rows[row]![column] = random.chance(0.7) ? random.pick(CELLS) : (random.pick(rows)[column] ?? "");
  }
  return rows.map((cells) => cells.join(",")).join("\n");
}

export const csv: FuzzTarget = {
  name: "csv",
  source: "fuzz",
  words: WORDS,
  codes: ["bad-file", "bad-config"],
  seeds: () => [
    ...DESCRIPTIONS.map((description) => utf8(`${JSON.stringify(description)}\n${ROWS}\n`)),
    utf8(`${JSON.stringify(DESCRIPTIONS[2])}\n${ROWS.replaceAll("\n", "\r\n")}`),
  ],
  change,
  async read(input) {
    const end = input.indexOf(10);
    const json = new TextDecoder().decode(input.subarray(0, Math.max(0, end)));
    const description = parseJson(json, DESCRIPTION_SOURCE, "bad-config");
    const file = Object.assign(new Blob([input.slice(end + 1)]), { name: SOURCE });
    const { splits, nInputs, nTargets, task } = await loadCsv(file, description, DESCRIPTION_SOURCE);
    let steps = 0;
    for (const samples of Object.values(splits)) {
      for (const { nSteps, input: values, target, timespans } of samples) {
        steps += nSteps;
        if (values.length !== nSteps * nInputs) throw new Broken("inputs that are not steps x inputs");
        if (target.length !== nTargets && target.length !== nSteps * nTargets)
          throw new Broken("targets missing");
        if (timespans !== null && !timespans.every((span) => span > 0))
          throw new Broken("time that stands still");
      }
    }
    if (steps === 0 || steps > input.length) throw new Broken(`${steps} steps out of ${input.length} bytes`);
    return `${task}, ${Object.values(splits).map((samples) => Math.min(3, samples.length))}`;
  },
};
