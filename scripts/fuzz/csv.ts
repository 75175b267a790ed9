// A user's table of data and the description of its columns: one JSON line, then the CSV.

import { loadCsv } from "../../bindings/data/csv-dataset.ts";
import type { TestRandom } from "../../tests/network/random-model.ts";
import { Broken, type FuzzTarget } from "./engine.ts";
import { keysOf, utf8 } from "./json-change.ts";
import { mutateJson } from "./mutate.ts";

const SOURCE = "fuzz.csv";
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

/** Either part changed, the other as it is. */
function change(input: Uint8Array, random: TestRandom): Uint8Array | null {
  const text = new TextDecoder().decode(input);
  const end = text.indexOf("\n");
  try {
    const description = mutateJson(JSON.parse(text.slice(0, end)), WORDS, random);
    return utf8(`${JSON.stringify(description)}${text.slice(end)}`);
  } catch {
    return null;
  }
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
    let description: unknown;
    try {
      description = JSON.parse(new TextDecoder().decode(input.subarray(0, Math.max(0, end))));
    } catch {
      return "no JSON";
    }
    const file = Object.assign(new Blob([input.slice(end + 1)]), { name: SOURCE });
    const { splits, nInputs, nTargets, task } = await loadCsv(file, description, "fuzz.json");
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
