import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { repeating } from "../fakes/current.ts";
import { CALIBRATION, FakePpk2 } from "../fakes/ppk2.ts";
import { cli, cliJson, ROOT } from "./run-cli.ts";
import { energyJson } from "./schemas.ts";

const FOLDER = join(ROOT, "tests/golden/energy");
const session = (name: string, inferences: number, throughput: number) => [
  "energy",
  join(FOLDER, `${name}.energy.bin.gz`),
  "--timestamps",
  join(FOLDER, `${name}.timestamps.json`),
  ...["--inferences", String(inferences), "--throughput", String(throughput)],
];
const KWS = session("l4r5-st-v1.0-kws", 150, 13.323);
const IC = session("l4r5-st-v1.1-ic", 50, 4.673);

/** A table of 1 kHz with a marker that is high for a fifth of each second, where 15 mW rise to 60. */
function table(seconds: number, change: (line: string, i: number) => string = (line) => line): string {
  const lines = Array.from({ length: 1000 * seconds }, (_, i) => {
    const high = i % 1000 >= 400 && i % 1000 < 600;
    return change(`${i},${high ? 20 : 5},${high ? 1 : 0}`, i);
  });
  return ["t_ms,current_mA,D0", ...lines, ""].join("\n");
}
const MEASURE = ["energy", "t.csv", "--voltage", "3"];

describe("energy --json", () => {
  it.each([
    ["a published session", KWS, {}],
    ["an invalid one", IC, {}],
    ["a table", MEASURE, { files: { "t.csv": table(3) } }],
    ["a table with an interval", [...MEASURE, "--instrument", "ppk2"], { files: { "t.csv": table(3) } }],
  ])("keeps its contract for %s", async (_, args, world) => {
    energyJson.parse(await cliJson(args, world));
  });

  it("reports the energies that were published", async () => {
    const report = energyJson.parse(await cliJson(KWS));
    const [published] = JSON.parse(readFileSync(join(FOLDER, "published.json"), "utf8"));
    expect(
      report.windows.map(({ window, energyPerInferenceUj }) => [window, energyPerInferenceUj.toFixed(2)]),
    ).toEqual(
      published.windows.map((w: { window: number; energy_per_inference_uj: number }) => [
        w.window,
        w.energy_per_inference_uj.toFixed(2),
      ]),
    );
    expect(report.valid).toBe(true);
  });

  it("takes idle power out", async () => {
    const args = [...MEASURE, "--subtract-idle", "--inferences", "10"];
    const report = energyJson.parse(await cliJson(args, { files: { "t.csv": table(3) } }));
    expect(report.idlePowerMw).toBeCloseTo(15, 9);
    expect(report.medianEnergyPerInferenceUj).toBeCloseTo((0.2 * 45e3) / 10, -1);
  });

  it("reads what came over the port of a PPK2", async () => {
    const fake = new FakePpk2({
      current: repeating([{ seconds: 0.1, amperes: 4e-3, ripple: { amperes: 1e-3, hertz: 50 } }]),
      logic: (seconds) => (seconds > 0.2 && seconds < 0.7 ? 1 : 0),
      calibration: CALIBRATION,
      supplyMv: 3000,
    });
    fake.receive(Uint8Array.of(0x19, 0x06));
    const report = energyJson.parse(
      await cliJson(["energy", "log.bin"], { files: { "log.bin": fake.produce(90_000) } }),
    );
    const [window] = report.windows;
    expect(Math.abs(window!.energyUj / (4e-3 * 3 * 0.5 * 1e6) - 1)).toBeLessThan(1e-3);
    expect(window!.energyRangeUj!.max / window!.energyUj).toBeCloseTo(1.095, 3);
  });
});

describe("energy", () => {
  it("prints windows, median and verdict", async () => {
    const { code, out } = await cli(KWS);
    expect(code).toBe(0);
    expect(out).toContain(
      "     6  29.051   11.265   11,266     44.9     47.3  505,783.52         150  3,371.89",
    );
    expect(out).toMatch(/3,370\.84 µJ an inference, the median of 3 windows\n[\s\S]*\nvalid$/);
  });

  it("shows the right windows beside invalid ones", async () => {
    const { code, out } = await cli(IC);
    expect(code).toBe(0);
    expect(out).toMatch(/problem: 4 marks: expected an odd number/);
    expect(out).toMatch(/Windows that agree with the throughput:\n.*\n +3 +31\.741 .* 10,021\.7\n/);
    expect(out).toMatch(/\nnot valid$/);
  });

  it("fails under --strict when the result is not valid", async () => {
    const { code, err } = await cli([...IC, "--strict"]);
    expect(code).toBe(1);
    expect(err.length).toBe(1);
    expect(err[0]).toMatch(/ic\.energy\.bin\.gz: not valid: 4 marks/);
  });

  it("draws power and windows", async () => {
    const { written } = await cli([...KWS, "--plot", "power.svg"]);
    const svg = written.get("power.svg")!;
    expect(svg).toMatch(/^<svg .*aria-label="Power of .* with 3 windows: 3,370\.84 µJ an inference\."/);
    expect(svg.length).toBeLessThan(100_000);
  });
});

describe("bad input to energy", () => {
  const trace = gunzipSync(readFileSync(join(FOLDER, "l4r5-st-v1.0-kws.energy.bin.gz")));
  const marks = "[0.02, 2, 4]";
  const TRACE = ["energy", "t.bin", "--timestamps", "m.json"];

  it.each<[string, string[], Record<string, string | Uint8Array>, RegExp]>([
    [
      "half a sample",
      TRACE,
      { "t.bin": trace.subarray(0, 1003), "m.json": marks },
      /t\.bin: expected four bytes a sample/,
    ],
    [
      "another file",
      [...TRACE, "--format", "mlperf"],
      { "t.bin": "hello", "m.json": marks },
      /starts with byte f1 and a sample rate, found 5 bytes that start with 68/,
    ],
    [
      "marks that are none",
      TRACE,
      { "t.bin": trace, "m.json": '{"a": 1}' },
      /m\.json: expected an array of times in seconds/,
    ],
    [
      "a mark that is no number",
      TRACE,
      { "t.bin": trace, "m.json": '[0.02, "2", 3]' },
      /m\.json: "\[1\]" expected a time in seconds, found "2"$/,
    ],
    [
      "marks beyond the trace",
      TRACE,
      { "t.bin": trace, "m.json": "[0.02, 2, 99]" },
      /t\.bin: "window 2" expected a time that begins/,
    ],
    [
      "no windows",
      ["energy", "t.bin"],
      { "t.bin": trace },
      /t\.bin: expected --timestamps, --threshold or --whole/,
    ],
    [
      "two rules",
      [...TRACE, "--whole"],
      { "t.bin": trace, "m.json": marks },
      /--timestamps and --whole both say where/,
    ],
    ["an unknown format", ["energy", "t.csv", "--format", "cvs"], {}, /--format.*did you mean "csv"/],
    [
      "no voltage",
      ["energy", "t.csv"],
      { "t.csv": table(1) },
      /t\.csv: expected a supply voltage.*--voltage/,
    ],
    [
      "a marker that never toggles",
      MEASURE,
      { "t.csv": table(1, (line) => line.replace(/1$/, "0")) },
      /"marker" expected a marker that goes high and low again, found one that never toggles/,
    ],
    [
      "a NaN in a window",
      MEASURE,
      { "t.csv": table(1, (line, i) => (i === 500 ? "500,nan,1" : line)) },
      /"window 1" expected no sample missing or NaN, found 1 of 200/,
    ],
    [
      "saturation",
      MEASURE,
      { "t.csv": table(1, (line, i) => (i === 500 ? "500,ovf,1" : line)) },
      /"window 1" expected no saturated sample/,
    ],
    [
      "a clock that goes back",
      MEASURE,
      { "t.csv": table(1, (line, i) => (i === 500 ? "5,20,1" : line)) },
      /t\.csv:502: "t_ms" expected a time after 499, found "5"/,
    ],
    [
      "a window of few samples",
      MEASURE,
      { "t.csv": table(1, (line, i) => (i > 410 ? line.replace(/1$/, "0") : line)) },
      /"window 1" expected at least 20 samples, found 11/,
    ],
    [
      "a shunt monitor without its shunt",
      ["energy", "t.csv", "--voltage", "3", "--instrument", "ina219"],
      { "t.csv": table(1) },
      /instrument ina219: expected the resistance of its shunt/,
    ],
  ])("%s", async (_, args, files, message) => {
    // prettier-ignore
    const { code, err, out, written } = await cli(args, { files });
    expect({ code, out, lines: err.length, written: written.size }).toEqual({
      code: 2,
      out: "",
      lines: 1,
      written: 0,
    });
    expect(err[0]).toMatch(message);
  });
});
