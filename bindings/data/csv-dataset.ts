// A data set from a user's CSV and its description (csv-description.ts).

import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import type { Source } from "../read-source.node.ts";
import { CsvTable } from "./csv.ts";
import { type CsvDescription, parseCsvDescription } from "./csv-description.ts";
import { readDataText } from "./data-folder.ts";
import { type Dataset, type Normalisation, type Sample, type Split, windowed } from "./dataset.ts";
import { normalised, standardisation } from "./normalise.ts";

/** A sequence of rows, in the file's order. */
interface Sequence {
  id: string;
  rows: number[];
  /** By the split column, where there is one. */
  split: Split | null;
}

const SPLIT_NAMES: Record<string, Split> = {
  train: "train",
  validation: "validation",
  val: "validation",
  test: "test",
};

/**
 * @throws LiquidEdgeError `bad-file` that names file, line, column, what was expected and what was found; `bad-config`
 * for the description
 */
export async function loadCsv(
  csv: Source,
  description: unknown,
  descriptionSource = "description",
): Promise<Dataset> {
  const d = parseCsvDescription(description, descriptionSource);
  const { text, source } = await readDataText(csv, "data.csv");
  const table = new CsvTable(text, source, d.delimiter);
  const { inputs, targetsPer, windowSteps } = d;
  const columns = inputs.map((name) => table.index(name, "inputs"));
  const { targets, classes } = readTargets(table, d);
  const sequences = sequencesOf(table, d);
  const rule = ruleOf(d);

  const nInputs = inputs.length;
  const rawOf = (rows: readonly number[]) =>
    Float64Array.from({ length: rows.length * nInputs }, (_, i) => {
      return table.number(rows[Math.floor(i / nInputs)]!, columns[i % nInputs]!);
    });
  const samples = sequences.map((sequence): Sample & { split: Split | null } => {
    const { id, rows, split } = sequence;
    const target =
      targetsPer === "step" ? rows.flatMap((row) => targets[row]!) : sameTarget(table, d, rows, targets);
    return {
      id,
      group: d.sequence === null ? table.source : id,
      nSteps: rows.length,
      // Raw until the training part, and with it the normalisation, is known.
      input: new Float32Array(0),
      timespans: d.time === null ? null : timespansOf(table, d.time, rows),
      target: Float32Array.from(target),
      split,
    };
  });
  // Sequences are split as a whole. A stream has only its windows to split, each of which is one in its own right.
  const splitsWindows = d.sequence === null && windowSteps !== null && d.split.kind !== "column";
  const raws = sequences.map(({ rows }) => rawOf(rows));
  const splitOf = (i: number, n: number, own: Split | null): Split => own ?? rule(i, n);
  const nWindows = (nSteps: number) => Math.ceil(nSteps / windowSteps!);
  const inTraining = (s: number, step: number): boolean => {
    const { split, nSteps } = samples[s]!;
    if (!splitsWindows) return splitOf(s, samples.length, split) === "train";
    return splitOf(Math.floor(step / windowSteps!), nWindows(nSteps), split) === "train";
  };
  const normalisation = normalisationOf(table, d, descriptionSource, raws, inTraining);
  const ready = samples.map((sample, s) => ({
    ...sample,
    input: normalisation === null ? Float32Array.from(raws[s]!) : normalised(raws[s]!, normalisation),
  }));
  const splits: Record<Split, Sample[]> = { train: [], validation: [], test: [] };
  const add = (list: readonly Sample[], split: Split) => {
    // A loop, because a spread has a limit.
    for (const sample of list) splits[split].push(sample);
  };
  ready.forEach(({ split, ...sample }, s) => {
    const pieces = windowSteps === null ? [sample] : windowed([sample], { steps: windowSteps });
    if (splitsWindows) pieces.forEach((piece, i) => void add([piece], splitOf(i, pieces.length, split)));
    else add(pieces, splitOf(s, ready.length, split));
  });
  return {
    name: d.name ?? printable(source),
    task: d.task,
    targetsPer,
    readout: d.readout,
    metric: d.metric,
    nInputs,
    inputs,
    nOutputs: d.task === "regression" ? d.targets.length : d.task === "binary" ? 1 : classes!.length,
    nTargets: d.targets.length,
    classes,
    timeUnit: d.time?.unit ?? null,
    normalisation,
    blockSteps: d.blockSteps,
    splits,
  };
}

/** Targets of each row, and the names of the classes. */
function readTargets(table: CsvTable, d: CsvDescription): { targets: number[][]; classes: string[] | null } {
  const indices = d.targets.map((name) => table.index(name, "target"));
  const rows = Array.from({ length: table.nRows }, (_, row) => row);
  if (d.task === "regression") {
    return { targets: rows.map((row) => indices.map((i) => table.number(row, i))), classes: null };
  }
  const index = indices[0]!;
  const labels = rows.map((row) => {
    const text = table.text(row, index);
    if (text === "") throw table.wrong(row, index, "a label");
    return labelOf(text);
  });
  const classes = d.classes ?? (d.task === "binary" ? ["0", "1"] : sortedLabels(labels));
  const numbers = new Map(classes.map((name, i) => [labelOf(name), i]));
  const targets = labels.map((label, row) => {
    const number = numbers.get(label);
    if (number !== undefined) return [number];
    const hint = d.classes === null ? 'name both labels in "classes", the positive one last' : undefined;
    throw table.wrong(row, index, `one of the classes ${classes.map(printable).join(", ")}`, undefined, hint);
  });
  if (new Set(labels).size < 2) {
    throw table.wrong(0, index, "at least two classes in the file", `only "${printable(labels[0]!)}"`);
  }
  return { targets, classes };
}

/** 1.0 and 1 are one label. */
function labelOf(text: string): string {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? String(Number(text)) : text;
}

function sortedLabels(labels: readonly string[]): string[] {
  const all = [...new Set(labels)];
  const isNumeric = all.every((label) => Number.isFinite(Number(label)));
  return isNumeric ? all.sort((a, b) => Number(a) - Number(b)) : all.sort();
}

function sequencesOf(table: CsvTable, d: CsvDescription): Sequence[] {
  const sequenceAt = d.sequence === null ? null : table.index(d.sequence, "sequence");
  const splitAt = d.split.kind === "column" ? table.index(d.split.column, "split") : null;
  const sequences = new Map<string, Sequence>();
  let piece = 0;
  let before: Split | null = null;
  for (let row = 0; row < table.nRows; row++) {
    const split = splitAt === null ? null : splitNamed(table.text(row, splitAt));
    if (splitAt !== null && split === null) throw table.wrong(row, splitAt, "train, validation or test");
    // A stream is cut where its split changes.
    if (sequenceAt === null && row > 0 && split !== before) piece++;
    before = split;
    const name =
      sequenceAt === null
        ? `${split ?? "stream"}${piece === 0 ? "" : ` ${piece}`}`
        : table.text(row, sequenceAt);
    if (name === "") throw table.wrong(row, sequenceAt!, "the name of a sequence");
    const sequence = sequences.get(name);
    if (sequence === undefined) sequences.set(name, { id: name, rows: [row], split });
    else if (sequence.split !== split)
      throw table.wrong(row, splitAt!, `the split of the sequence's first row, ${sequence.split}`);
    else sequence.rows.push(row);
  }
  return [...sequences.values()];
}

function splitNamed(text: string): Split | null {
  return Object.hasOwn(SPLIT_NAMES, text) ? SPLIT_NAMES[text]! : null;
}

function ruleOf({ split }: CsvDescription): (i: number, n: number) => Split {
  switch (split.kind) {
    case "every": {
      const [test, validation] = [new Set(split.test), new Set(split.validation)];
      return (i) => {
        const remainder = i % split.every;
        if (test.has(remainder)) return "test";
        return validation.has(remainder) ? "validation" : "train";
      };
    }
    case "shares":
      return (i, n) => {
        const share = (i + 0.5) / n;
        if (share < split.train) return "train";
        return share < split.train + split.validation ? "validation" : "test";
      };
    default:
      return () => "test";
  }
}

/** The one target of all rows of a sequence. */
function sameTarget(
  table: CsvTable,
  d: CsvDescription,
  rows: readonly number[],
  targets: readonly number[][],
): number[] {
  const first = targets[rows[0]!]!;
  for (const row of rows) {
    const differs = targets[row]!.findIndex((value, i) => value !== first[i]);
    if (differs >= 0) {
      const index = table.index(d.targets[differs]!);
      const expected = `the target of the sequence's first row, ${printable(table.text(rows[0]!, index))}`;
      throw table.wrong(
        row,
        index,
        expected,
        undefined,
        'for a target at every row set "targetsPer": "step"',
      );
    }
  }
  return first;
}

/** Elapsed times; the first step's, which nothing precedes, is that of the second. */
function timespansOf(
  table: CsvTable,
  time: NonNullable<CsvDescription["time"]>,
  rows: readonly number[],
): Float32Array {
  const index = table.index(time.column, "time");
  const times = rows.map((row) => timeOf(table, row, index) / time.divideBy);
  const spans = new Float32Array(rows.length).fill(1);
  for (let i = 1; i < rows.length; i++) {
    const span = times[i]! - times[i - 1]!;
    if (!(Math.fround(span) > 0)) {
      throw table.wrong(rows[i]!, index, `a time after ${printable(table.text(rows[i - 1]!, index))}`);
    }
    if (span > time.maxGap) {
      const found = `a gap of ${Number(span.toPrecision(6))}`;
      throw table.wrong(
        rows[i]!,
        index,
        `at most ${time.maxGap} ${printable(time.unit)} since the row before`,
        found,
      );
    }
    spans[i] = span;
  }
  if (rows.length > 1) spans[0] = spans[1]!;
  return spans;
}

/** A number, or a date in seconds, UTC unless it says otherwise. */
function timeOf(table: CsvTable, row: number, index: number): number {
  const text = table.text(row, index);
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return table.number(row, index);
  const iso = text.replace(" ", "T");
  const milliseconds = Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes("T") ? iso : `${iso}Z`);
  if (Number.isFinite(milliseconds)) return milliseconds / 1000;
  throw table.wrong(row, index, "a number or a date as 2015-02-04 17:51:00");
}

function normalisationOf(
  table: CsvTable,
  { inputs, normalise }: CsvDescription,
  descriptionSource: string,
  raws: readonly Float64Array[],
  inTraining: (sequence: number, step: number) => boolean,
): Normalisation | null {
  if (normalise === "none") return null;
  const nInputs = inputs.length;
  if (normalise !== "train") {
    return {
      offset: Float64Array.from(inputs, (name) => normalise[name]!.offset),
      scale: Float64Array.from(inputs, (name) => normalise[name]!.scale),
      limit: new Float64Array(nInputs).fill(Number.POSITIVE_INFINITY),
    };
  }
  const rows = raws.flatMap((raw, s) =>
    Array.from(raw.filter((_, i) => inTraining(s, Math.floor(i / nInputs)))),
  );
  if (rows.length === 0) {
    throw complain("bad-config", descriptionSource, {
      field: "description.normalise",
      expected: `training rows in ${table.source} to take mean and deviation from`,
      found: "none",
      hint: 'give {"column": {"offset": …, "scale": …}} as in training',
    });
  }
  const normalisation = standardisation(Float64Array.from(rows), nInputs);
  const constant = normalisation.scale.findIndex((deviation) => !(deviation > 0));
  if (constant >= 0) {
    throw complain("bad-file", table.source, {
      field: printable(inputs[constant]!),
      expected: "a column that varies in the training rows",
      found: `${rows[constant]} in all of them`,
      hint: "leave it out of the inputs",
    });
  }
  return normalisation;
}
