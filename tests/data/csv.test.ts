// Users' CSV: what is read, and every complaint in one line with file, line and column.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { CsvTable } from "../../bindings/data/csv.ts";
import { loadCsv } from "../../bindings/data/csv-dataset.ts";

const GESTURES = [
  "take,t,ax,ay,label,split",
  "1,0.0,1,10,idle,train",
  "1,0.5,2,20,idle,train",
  "2,0.0,3,30,run,train",
  "2,0.25,4,40,run,train",
  "2,1.0,5,50,run,train",
  "3,0.0,6,60,run,test",
  "",
].join("\n");

const DESCRIPTION = {
  task: "classification",
  inputs: ["ax", "ay"],
  target: "label",
  sequence: "take",
  time: "t",
  split: { column: "split" },
};

const named = (text: string) => new File([text], "d.csv");
const load = (text = GESTURES, changes: object = {}) =>
  loadCsv(named(text), { ...DESCRIPTION, ...changes }, "d.json");
const STREAM = ["x,y", ...Array.from({ length: 10 }, (_, i) => `${i},${i % 2}`)].join("\n");
const stream = (changes: object = {}, text = STREAM) =>
  loadCsv(named(text), { task: "binary", inputs: ["x"], target: "y", ...changes }, "d.json");

describe("a table", () => {
  it("has quoted fields, other line ends, a byte-order mark, empty lines at the end", () => {
    const table = new CsvTable(
      '\ufeffa, b \r\n"1,5","say ""x"""\r\n"two\nlines",3\r\n4, 5 \r\n\r\n',
      "t.csv",
    );
    expect(table.columns).toEqual(["a", "b"]);
    expect([0, 1, 2].map((row) => [table.text(row, 0), table.text(row, 1)])).toEqual([
      ["1,5", 'say "x"'],
      ["two\nlines", "3"],
      ["4", "5"],
    ]);
    expect([0, 1, 2].map((row) => table.line(row))).toEqual([2, 3, 5]);
  });
});

describe("a CSV of sequences", () => {
  it("groups rows, sorts classes, makes elapsed times", async () => {
    const { splits, classes, nOutputs, readout, timeUnit } = await load();
    expect({ classes, nOutputs, readout }).toEqual({
      classes: ["idle", "run"],
      nOutputs: 2,
      readout: "last",
    });
    expect(timeUnit).toBe("the time column's unit");
    const [one, two] = splits.train;
    expect([...one!.input]).toEqual([1, 10, 2, 20]);
    expect([...one!.timespans!]).toEqual([0.5, 0.5]);
    expect([...two!.timespans!]).toEqual([0.25, 0.25, 0.75]);
    expect([one, two].map((s) => [...s!.target])).toEqual([[0], [1]]);
    expect(splits.test.map(({ id, nSteps }) => [id, nSteps])).toEqual([["3", 1]]);
    expect([...splits.test[0]!.timespans!]).toEqual([1]);
  });

  it("takes mean and deviation from training rows only", async () => {
    const { splits, normalisation } = await load(GESTURES, { normalise: "train" });
    expect([...normalisation!.offset]).toEqual([3, 30]);
    expect(normalisation!.scale[0]).toBeCloseTo(Math.SQRT2, 12);
    expect(splits.test[0]!.input[0]).toBeCloseTo(3 / Math.SQRT2, 6);
  });

  it("takes constants, dates, gzip", async () => {
    const text = GESTURES.replaceAll(/,(\d\.\d+),/g, (_, t) => `,2015-02-04 17:51:0${t},`);
    const zipped = new File([gzipSync(text)], "d.csv.gz");
    const normalise = { ax: { offset: 1, scale: 2 }, ay: { scale: 10 } };
    const time = { column: "t", divideBy: 0.5, unit: "half seconds" };
    const { splits, timeUnit } = await loadCsv(zipped, { ...DESCRIPTION, normalise, time });
    expect([...splits.train[1]!.input]).toEqual([1, 3, 1.5, 4, 2, 5]);
    expect([...splits.train[1]!.timespans!]).toEqual([0.5, 0.5, 1.5]);
    expect(timeUnit).toBe("half seconds");
  });

  it("splits sequences by number", async () => {
    const rule = { every: 3, test: [0], validation: [1] };
    const { splits } = await load(GESTURES, { split: rule });
    expect(Object.values(splits).map((part) => part.map(({ id }) => id))).toEqual([["3"], ["2"], ["1"]]);
  });
});

describe("a CSV that is one stream", () => {
  it("is one sample with a target at every row, all of it test", async () => {
    const { splits, targetsPer, classes } = await stream();
    expect({ targetsPer, classes }).toEqual({ targetsPer: "step", classes: ["0", "1"] });
    expect(splits.test.map(({ nSteps }) => nSteps)).toEqual([10]);
    expect([...splits.test[0]!.target]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it("is cut into windows, which shares split in order", async () => {
    const { splits, normalisation } = await stream({
      windowSteps: 2,
      split: { train: 0.6, validation: 0.2, test: 0.2 },
      normalise: "train",
    });
    expect(Object.values(splits).map((part) => part.map(({ nSteps }) => nSteps))).toEqual([
      [2, 2, 2],
      [2],
      [2],
    ]);
    expect([...normalisation!.offset]).toEqual([2.5]);
  });

  it("is cut where its split changes", async () => {
    const text = ["x,y,part", "1,0,train", "2,1,train", "3,0,val", "4,1,train", "5,0,test"].join("\n");
    const { splits } = await stream({ split: { column: "part" } }, text);
    expect(Object.values(splits).map((part) => part.map(({ nSteps }) => nSteps))).toEqual([[2, 1], [1], [1]]);
  });

  it("may have several values to regress, and names for two classes", async () => {
    const both = await stream({ task: "regression", target: ["x", "y"] });
    expect(both).toMatchObject({ nOutputs: 2, nTargets: 2, classes: null, metric: "mse" });
    expect([...both.splits.test[0]!.target.slice(0, 4)]).toEqual([0, 0, 1, 1]);
    const text = STREAM.replaceAll(/,0$/gm, ",off").replaceAll(/,1$/gm, ",on");
    expect([...(await stream({ classes: ["on", "off"] }, text)).splits.test[0]!.target.slice(0, 2)]).toEqual([
      1, 0,
    ]);
  });
});

describe("a CSV that is wrong is refused in one line", () => {
  const swap = (from: string, to: string) => GESTURES.replace(from, to);
  const cases: [string, () => Promise<unknown>, string][] = [
    ["empty", () => load(""), "d.csv: expected a header line with column names, found an empty file"],
    [
      "no rows",
      () => load("take,t,ax,ay,label,split\n"),
      "d.csv: expected rows below the header, found none",
    ],
    [
      "short row",
      () => load(swap("2,20,idle,train", "2,20")),
      "d.csv:3: expected 6 fields as in the header, found 4",
    ],
    [
      "gap",
      () => load(swap("2,0.25,4", "2,0.25,")),
      'd.csv:5: "ax" expected a finite number, found an empty cell',
    ],
    [
      "blank line",
      () => load(swap("2,0.0,3", "\n2,0.0,3")),
      "d.csv:4: expected 6 fields as in the header, found 1",
    ],
    ["NaN", () => load(swap(",40,", ",NaN,")), 'd.csv:5: "ay" expected a finite number, found "NaN"'],
    ["word", () => load(swap(",40,", ",4O,")), 'd.csv:5: "ay" expected a finite number, found "4O"'],
    [
      "unknown column",
      () => load(GESTURES, { inputs: ["ax", "ayy"] }),
      'd.csv:1: "ayy" expected a column of this name, which inputs asks for, found take, t, ax, ay, label, split (did you mean "ay"?)',
    ],
    [
      "another delimiter",
      () => load(GESTURES.replaceAll(",", ";")),
      'd.csv:1: "ax" expected a column of this name, which inputs asks for, found take;t;ax;ay;label;split (another delimiter?)',
    ],
    [
      "twice",
      () => load(swap("ay", "ax")),
      'd.csv:1: "ax" expected column names that differ, found this one twice',
    ],
    ["time", () => load(swap("2,0.25", "2,0.0")), 'd.csv:5: "t" expected a time after 0.0, found "0.0"'],
    [
      "time gap",
      () => load(GESTURES, { time: { column: "t", maxGap: 0.5, unit: "s" } }),
      'd.csv:6: "t" expected at most 0.5 s since the row before, found a gap of 0.75',
    ],
    [
      "one class",
      () => load(GESTURES.replaceAll("run", "idle")),
      'd.csv:2: "label" expected at least two classes in the file, found only "idle"',
    ],
    [
      "binary labels",
      () => stream({}, STREAM.replace("3,1", "3,2")),
      'd.csv:5: "y" expected one of the classes 0, 1, found "2" (name both labels in "classes", the positive one last)',
    ],
    [
      "changing target",
      () => load(swap("4,40,run", "4,40,idle")),
      `d.csv:5: "label" expected the target of the sequence's first row, run, found "idle" (for a target at every row set "targetsPer": "step")`,
    ],
    [
      "split",
      () => load(swap("50,run,train", "50,run,trian")),
      'd.csv:6: "split" expected train, validation or test, found "trian"',
    ],
    [
      "split within",
      () => load(swap("50,run,train", "50,run,test")),
      `d.csv:6: "split" expected the split of the sequence's first row, train, found "test"`,
    ],
    [
      "constant input",
      () => load(GESTURES.replaceAll(/,\d0,/g, ",7,"), { normalise: "train" }),
      'd.csv: "ay" expected a column that varies in the training rows, found 7 in all of them (leave it out of the inputs)',
    ],
    [
      "nothing to normalise with",
      () => stream({ normalise: "train" }),
      'd.json: "description.normalise" expected training rows in d.csv to take mean and deviation from, found none (give {"column": {"offset": …, "scale": …}} as in training)',
    ],
    [
      "quote",
      () => load(swap("idle", '"idle')),
      'd.csv:2: expected a quoted field that ends in " and a delimiter or a line end, found one that does not',
    ],
    ["key", () => load(GESTURES, { inptus: [] }), expect.stringContaining('"description.inptus"') as never],
    [
      "task",
      () => load(GESTURES, { task: "binry" }),
      'd.json: "description.task" expected one of classification, binary, regression, found "binry" (did you mean "binary"?)',
    ],
    [
      "shares",
      () => stream({ split: { train: 0.5 } }),
      'd.json: "description.split" expected a column, every, or shares train, validation and test that add up to 1, found shares of 0.5',
    ],
    [
      "targets per sequence of a stream",
      () => stream({ targetsPer: "sequence" }),
      'd.json: "description.targetsPer" expected "step" without a column "sequence", found "sequence"',
    ],
    [
      "several labels",
      () => stream({ target: ["x", "y"] }),
      'd.json: "description.target" expected one column for this task, found an array of 2',
    ],
    [
      "windows of sequences",
      () => load(GESTURES, { windowSteps: 2 }),
      'd.json: "description.windowSteps" expected nothing for targets per sequence, found 2',
    ],
    [
      "metric of another task",
      () => load(GESTURES, { metric: "mse" }),
      'd.json: "description.metric" expected one of accuracy, balancedAccuracy, f1, found "mse"',
    ],
  ];
  it.each(cases)("%s", async (_, run, message) => {
    await expect(run()).rejects.toMatchObject({ name: "LiquidEdgeError", message });
  });

  it("broken gzip", async () => {
    const bytes = gzipSync(GESTURES).subarray(0, 40);
    await expect(loadCsv(new File([bytes], "d.csv.gz"), DESCRIPTION)).rejects.toThrow(
      "d.csv.gz: expected a complete gzip file, found one that cannot be unpacked",
    );
  });
});
