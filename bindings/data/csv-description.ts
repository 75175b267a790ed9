// What the columns of a user's CSV mean: a small JSON object.
//
//   {
//     "name": "pump",                          what reports call it
//     "task": "classification",                or "binary", "regression"
//     "inputs": ["ax", "ay"],                  columns of numbers, in the order of the network's inputs
//     "target": "label",                       a column; for regression several are allowed, ["x", "y"]
//     "classes": ["idle", "run"],              labels by output; default: those in the file, sorted; binary: "0", "1"
//     "sequence": "take",                      rows of one value are one sequence; default: the file is one stream
//     "time": {"column": "t", "divideBy": 60, "unit": "min", "maxGap": 5},     irregular time; default: each step takes 1.
//                                              numbers, or dates as 2015-02-04 17:51:00, which are seconds
//     "targetsPer": "sequence",                or "step"; default: "sequence" when there is a column "sequence"
//     "readout": "last",                       or "mean"; for targets per sequence
//     "metric": "accuracy",                    default: accuracy, auc for binary, mse for regression
//     "normalise": "train",                    mean 0, deviation 1 of the training rows; or "none" (default), or
//                                              {"ax": {"offset": 0, "scale": 8192}, …}: (value - offset) / scale
//     "split": {"column": "split"},            values train, validation or val, test; or {"every": 10, "test": [0, 1],
//                                              "validation": [2]}: sequences by their number, modulo 10; or
//                                              {"train": 0.7, "validation": 0.1, "test": 0.2}: shares, in the file's
//                                              order. Default: all of it is "test"
//     "windowSteps": 32,                       the state starts again after so many steps (targets per step)
//     "blockSteps": 32,                        steps further apart count as independent in an interval
//     "delimiter": ","
//   }

import { complain } from "../errors.ts";
import { Fields } from "../network/fields.ts";
import { describeValue, printable } from "../network/printable.ts";
import type { MetricName, Readout, Task } from "./dataset.ts";

export type SplitRule =
  | { kind: "all-test" }
  | { kind: "column"; column: string }
  | { kind: "every"; every: number; test: readonly number[]; validation: readonly number[] }
  | { kind: "shares"; train: number; validation: number };

export interface CsvTime {
  column: string;
  divideBy: number;
  unit: string;
  /** In the unit; Infinity for any. */
  maxGap: number;
}

export interface CsvDescription {
  name: string | null;
  task: Task;
  inputs: string[];
  targets: string[];
  classes: string[] | null;
  sequence: string | null;
  time: CsvTime | null;
  targetsPer: "sequence" | "step";
  readout: Readout;
  metric: MetricName;
  /** By column. */
  normalise: "train" | "none" | Record<string, { offset: number; scale: number }>;
  split: SplitRule;
  windowSteps: number | null;
  blockSteps: number | null;
  delimiter: string;
}

const TASKS = ["classification", "binary", "regression"] as const;
const KEYS = [
  "name",
  "task",
  "inputs",
  "target",
  "classes",
  "sequence",
  "time",
  "targetsPer",
  "readout",
  "metric",
  "normalise",
  "split",
  "windowSteps",
  "blockSteps",
  "delimiter",
];
const METRICS: Record<Task, readonly MetricName[]> = {
  classification: ["accuracy", "balancedAccuracy", "f1"],
  binary: ["auc", "averagePrecision", "accuracy", "balancedAccuracy", "f1"],
  regression: ["mse", "mae"],
};
const STEPS = { min: 1, max: 1e9 };

/** Throws `bad-config` that names `source` and the field. */
export function parseCsvDescription(value: unknown, source: string): CsvDescription {
  const fields = new Fields(value, source, "description", KEYS, { targets: 'the key is "target"' });
  const task = fields.choice<Task>("task", TASKS);
  const sequence = optionalText(fields, "sequence");
  const targetsPer = fields.choice(
    "targetsPer",
    ["sequence", "step"],
    sequence === null ? "step" : "sequence",
  );
  if (targetsPer === "sequence" && sequence === null) {
    throw fields.wrong("targetsPer", '"step" without a column "sequence"');
  }
  const targets = texts(fields, "target");
  if (task !== "regression" && targets.length !== 1) throw fields.wrong("target", "one column for this task");
  const classes = fields.raw("classes") === undefined ? null : texts(fields, "classes");
  if (classes !== null && (task === "regression" || classes.length < 2)) {
    throw fields.wrong("classes", task === "regression" ? "nothing for regression" : "at least two labels");
  }
  if (task === "binary" && classes !== null && classes.length !== 2) {
    throw fields.wrong("classes", "two labels for binary, the positive one last");
  }
  if (targetsPer === "step") fields.choice("readout", ["step"], "step");
  const steps = (key: string) => fields.integerOrNull(key, STEPS);
  if (targetsPer === "sequence" && (steps("windowSteps") ?? steps("blockSteps")) !== null) {
    throw fields.wrong(
      steps("windowSteps") === null ? "blockSteps" : "windowSteps",
      "nothing for targets per sequence",
    );
  }
  return {
    name: optionalText(fields, "name"),
    task,
    inputs: texts(fields, "inputs"),
    targets,
    classes,
    sequence,
    time: readTime(fields, source),
    targetsPer,
    readout: targetsPer === "step" ? "step" : fields.choice("readout", ["last", "mean"], "last"),
    metric: fields.choice("metric", METRICS[task], METRICS[task][0]),
    normalise: readNormalise(fields, source),
    split: readSplit(fields, source),
    windowSteps: steps("windowSteps"),
    blockSteps: steps("blockSteps"),
    delimiter: fields.choice("delimiter", [",", ";", "\t", "|"], ","),
  };
}

function optionalText(fields: Fields, key: string): string | null {
  const value = fields.raw(key);
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && value !== "") return value;
  throw fields.wrong(key, "a text");
}

/** A text or an array of different texts. */
function texts(fields: Fields, key: string): string[] {
  const value = fields.raw(key);
  const list = Array.isArray(value)
    ? value.map((item) => (typeof item === "number" ? String(item) : item))
    : [value];
  if (list.length === 0 || !list.every((item) => typeof item === "string" && item !== "")) {
    throw fields.wrong(key, "one or more texts");
  }
  if (new Set(list).size !== list.length) throw fields.wrong(key, "texts that differ");
  return list;
}

function readTime(parent: Fields, source: string): CsvTime | null {
  const value = parent.raw("time");
  if (value === undefined || value === null) return null;
  const given = typeof value === "string" ? { column: value } : value;
  const fields = new Fields(given, source, "description.time", ["column", "divideBy", "unit", "maxGap"]);
  const column = optionalText(fields, "column");
  if (column === null) throw fields.wrong("column", "the name of the time column");
  const positive = { min: Number.MIN_VALUE, max: Number.MAX_VALUE };
  const maxGap =
    fields.raw("maxGap") === undefined ? Number.POSITIVE_INFINITY : fields.number("maxGap", positive);
  const unit = optionalText(fields, "unit") ?? "the time column's unit";
  return { column, divideBy: fields.number("divideBy", positive, 1), unit, maxGap };
}

function readNormalise(fields: Fields, source: string): CsvDescription["normalise"] {
  const value = fields.raw("normalise");
  if (typeof value !== "object" || value === null)
    return fields.choice<"train" | "none">("normalise", ["train", "none"], "none");
  const finite = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
  const constants: Record<string, { offset: number; scale: number }> = {};
  const inputs = texts(fields, "inputs");
  for (const column of inputs) {
    const all = new Fields(value, source, "description.normalise", inputs);
    const path = `description.normalise.${printable(column)}`;
    const pair = new Fields(all.raw(column), source, path, ["offset", "scale"]);
    const scale = pair.number("scale", finite, 1);
    if (scale === 0) throw pair.wrong("scale", "a number other than 0");
    constants[column] = { offset: pair.number("offset", finite, 0), scale };
  }
  return constants;
}

function readSplit(parent: Fields, source: string): SplitRule {
  const value = parent.raw("split");
  if (value === undefined || value === null) return { kind: "all-test" };
  const path = "description.split";
  const fields = new Fields(value, source, path, ["column", "every", "train", "validation", "test"]);
  if (fields.raw("column") !== undefined) {
    const only = new Fields(value, source, path, ["column"]);
    const column = optionalText(only, "column");
    if (column === null) throw only.wrong("column", "the name of the split column");
    return { kind: "column", column };
  }
  if (fields.raw("every") !== undefined) {
    const every = fields.integer("every", { min: 2, max: 1e9 });
    const remainders = (key: string): number[] => {
      const list = fields.raw(key) ?? [];
      const valid = Array.isArray(list) && list.every((r) => Number.isInteger(r) && r >= 0 && r < every);
      if (!valid) throw fields.wrong(key, `an array of remainders from 0 to ${every - 1}`);
      return list;
    };
    return { kind: "every", every, test: remainders("test"), validation: remainders("validation") };
  }
  const share = (key: string) => fields.number(key, { min: 0, max: 1 }, 0);
  const [train, validation, test] = [share("train"), share("validation"), share("test")];
  if (Math.abs(train + validation + test - 1) > 1e-9) {
    throw complain("bad-config", source, {
      field: path,
      expected: "a column, every, or shares train, validation and test that add up to 1",
      found: `shares of ${describeValue(train + validation + test)}`,
    });
  }
  return { kind: "shares", train, validation };
}
