import { describe, expect, it, vi } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { noSharedData, SHARED_DATA } from "../data/shared-data.ts";
import { linear } from "../evaluate/made-networks.ts";
import { cli, cliJson, SINE } from "./run-cli.ts";
import { evaluationJson } from "./schemas.ts";

const ROWS = Array.from({ length: 60 }, (_, i) => {
  const label = i % 3 === 0 ? "up" : "down";
  const sign = (label === "up" ? 1 : -1) * (i < 6 ? -1 : 1);
  return [`${i},0,${label}`, `${i},${sign},${label}`];
});
const DESCRIPTION = {
  name: "moves",
  task: "binary",
  inputs: ["x"],
  target: "way",
  sequence: "take",
  classes: ["down", "up"],
};
const files = {
  "net.safetensors": writeModel(linear([[1]]).model),
  "other.safetensors": writeModel(linear([[1]], [0.5]).model),
  "two.safetensors": writeModel(linear([[0], [1]]).model),
  "huge.safetensors": writeModel(linear([[3e38]], [3e38]).model),
  "moves.csv": ["take,x,way", ...ROWS.flat()].join("\n"),
  "moves.json": JSON.stringify(DESCRIPTION),
  "accuracy.json": JSON.stringify({ ...DESCRIPTION, metric: "accuracy" }),
};
const ARGS = ["evaluate", "net.safetensors", "--data", "moves.csv", "--description", "moves.json"];

describe("evaluate", () => {
  it("answers data set, n and the metric with its interval", async () => {
    const result = evaluationJson.parse(await cliJson(ARGS, { files }));
    expect(result).toMatchObject({
      dataset: "moves",
      split: "test",
      n: 60,
      level: 0.9,
      metric: { name: "auc", value: 0.9 },
    });
    expect(result.metric.min).toBeLessThan(0.9);
    const wider = evaluationJson.parse(await cliJson([...ARGS, "--level", "95"], { files }));
    expect(wider.metric.min).toBeLessThan(result.metric.min);
    const accuracy = await cliJson([...ARGS.slice(0, -1), "accuracy.json"], { files });
    expect(accuracy).toMatchObject({
      metric: { name: "accuracy", value: 0.9, constant: 2 / 3, method: "wilson" },
    });
  });

  it("shows people every metric, and what to be careful about", async () => {
    const { code, out, err } = await cli(ARGS, { files });
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toMatch(/^net.safetensors: moves, test, 60 sequences\n/);
    expect(out).toMatch(/\nROC AUC +0\.9000 +\[0\.\d{4}–0\.\d{4}\] +0\.5000 +bootstrap\n/);
    expect(out).toMatch(/\naccuracy % +90\.00 +\[\d\d\.\d\d–\d\d\.\d\d\] +66\.67 +Wilson\n/);
    expect(out).toMatch(
      /\nCareful: the test set is too small: the interval of auc is as wide as \d+ points\.\n/,
    );
  });

  it("says of integers what saturated, was clipped or clamped", async () => {
    const quiet = ["0.1", "-0.1", "0.05"].join("\n");
    const { writtenBytes } = await cli(
      ["quantize", "net.safetensors", "--calibrate", "quiet.csv", "--out", "q.safetensors"],
      { files: { ...files, "quiet.csv": `x\n${quiet}` } },
    );
    const world = { files: { ...files, "q.safetensors": writtenBytes.get("q.safetensors")! } };
    const args = ["evaluate", "q.safetensors", ...ARGS.slice(2), "--against", "net.safetensors"];
    const { fidelity } = evaluationJson.parse(await cliJson(args, world)).against!;
    // Every take has a 0, which fits, and a 1 or -1, which is beyond what calibration saw.
    expect(fidelity!.saturation).toMatchObject({
      layers: [{ name: "input", kind: "int-input", values: 120, saturated: 60 }, { name: "layers.0" }],
      inputs: 120,
      clampedSteps: 0,
    });
    const { out } = await cli(args, world);
    expect(out).toMatch(/\nValues that saturated: 60 of 120 in input/);
    expect(out).toMatch(/\nInputs clipped: \d+ of 120; elapsed times clamped: 0 of 120\n/);
  });

  it("compares with another network on the same samples", async () => {
    const args = [...ARGS, "--against", "other.safetensors"];
    const { against } = evaluationJson.parse(await cliJson(args, { files }));
    expect(against).toMatchObject({
      reference: "other.safetensors",
      drop: { name: "auc", value: 0, min: 0, max: 0 },
      agreement: { value: 1, method: "wilson" },
      deviation: { rms: 0.5, max: 0.5 },
      mcNemar: { onlyFirst: 0, onlySecond: 0, midP: 1 },
      fidelity: { steps: 120, output: { rms: 0.5, maxAt: "0 step 0" }, state: null, saturation: null },
    });
    const { out } = await cli(args, { files });
    expect(out).toContain(
      "Against other.safetensors, on the same answers; a drop above 0 is worse (90 %, paired bootstrap)",
    );
    expect(out).toMatch(/\nSame decision: 100\.00 % \[\d\d\.\d\d %–100\.00 %\]\n/);
    expect(out).toMatch(/\nOutputs of every step: rms difference 0\.500 /);
    // One output against two: the decisions can be compared, the outputs cannot.
    const mixed = await cliJson([...ARGS, "--against", "two.safetensors"], { files });
    expect(mixed).toMatchObject({ against: { agreement: { value: 1 }, deviation: null, fidelity: null } });
  });

  it("shows how far it is once a second has passed", async () => {
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 300));
    try {
      expect((await cli(ARGS, { files })).progress.at(-1)).toMatch(/^step \d+ of 120, 0 s left$/);
    } finally {
      clock.mockRestore();
    }
  });

  it("exits 1 when an output is not finite", async () => {
    const { code, out, err } = await cli(["evaluate", "huge.safetensors", ...ARGS.slice(2)], { files });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toEqual([
      'liquid-edge: huge.safetensors: "output" expected finite values, found one that is not in moves, 1 step 1',
    ]);
  });

  it.each([
    [
      "no --data",
      ["evaluate", SINE],
      "evaluate: expected --data <path>, found none (liquid-edge help evaluate)",
    ],
    [
      "no description",
      ARGS.slice(0, 4),
      "--description: expected a JSON file that says what the columns of the CSV mean, found none (docs/data.md)",
    ],
    [
      "a folder of no known name",
      ["evaluate", "net.safetensors", "--data", "some/folder/"],
      "--data: expected a .csv file or a folder with the name of a data set, found some/folder (say what it is with --dataset imu-wand|lidar-steering|occupancy|physionet2012|single-hop|csv)",
    ],
    [
      "a folder that is not there",
      ["evaluate", "net.safetensors", "--data", "x/occupancy"],
      "x/occupancy/train.csv.gz: expected a readable file, found none there (docs/data.md says where occupancy is from)",
    ],
    [
      "an unknown data set",
      [...ARGS, "--dataset", "ocupancy"],
      /--dataset: expected one of imu-wand.*\(did you mean "occupancy"\?\)/,
    ],
    [
      "another width",
      ["evaluate", SINE, ...ARGS.slice(2)],
      /sine\.safetensors: "inputs" expected 1 for moves, found 2$/,
    ],
    [
      "an empty part",
      [...ARGS, "--split", "train"],
      'moves: "train" expected at least one sequence, found none (test has 60)',
    ],
    [
      "--against-config alone",
      [...ARGS, "--against-config", "moves.json"],
      "--against-config belongs to --against, which is missing",
    ],
    [
      "an option of another set",
      [...ARGS, "--dataset", "single-hop"],
      /moves\.json: "options\.name" expected one of the keys testMote, found an unknown key/,
    ],
  ])("refuses %s in one line, exit 2", async (_, args, message) => {
    const { code, out, err } = await cli(args, { files });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toHaveLength(1);
    expect(err[0]).toEqual(
      message instanceof RegExp ? expect.stringMatching(message) : `liquid-edge: ${message}`,
    );
  });

  it("takes a CSV by itself for single-hop", async () => {
    const csv = ["reading,mote_id,indoor,humidity,temperature,label"];
    for (let i = 1; i <= 300; i++)
      csv.push(`${i},1,1,40,20,0`, `${i},4,1,${i > 280 ? 60 : 40},20,${i > 280 ? 1 : 0}`);
    const world = {
      files: {
        ...files,
        "d.csv": csv.join("\n"),
        "wide.safetensors": writeModel(linear([[1, 0, 0, 0]]).model),
      },
    };
    const result = await cliJson(
      ["evaluate", "wide.safetensors", "--data", "d.csv", "--dataset", "single-hop"],
      world,
    );
    expect(evaluationJson.parse(result)).toMatchObject({
      n: 300,
      sequences: 1,
      units: 3,
      metric: { name: "averagePrecision", value: 1 },
    });
  });
});

describe.skipIf(noSharedData())("evaluate on a real data set", () => {
  it("finds its name in the folder's", async () => {
    const zeros = writeModel(linear([new Array(20).fill(0)]).model);
    const result = evaluationJson.parse(
      await cliJson(["evaluate", "zeros", "--data", `${SHARED_DATA}/lidar-steering/`], { files: { zeros } }),
    );
    expect(result).toMatchObject({ dataset: "lidar-steering", n: 2153, sequences: 7 });
    expect(result.metric.value).toBeCloseTo(0.1673, 4);
  });
});
