// `crosscheck`: its suite, its statistics, and the command on an emulated board.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCalibration } from "../../bindings/board/parse-board.ts";
import { SUITE, suiteNetwork } from "../../cli/crosscheck/suite.ts";
import { missing } from "../../scripts/tools.ts";
import { FULL } from "../firmware/full.ts";
import { cli, cliJson, ROOT, SINE } from "./run-cli.ts";
import { crosscheckJson } from "./schemas.ts";

describe("the suite", () => {
  it("fits to at most 8 networks and judges by at least 30 others", () => {
    expect(SUITE.fit.length).toBeLessThanOrEqual(8);
    expect(SUITE.judge.length).toBeGreaterThanOrEqual(30);
    const ids = [...SUITE.fit, ...SUITE.judge].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const shapes = ({ class: name, config, precision, sparsity }: (typeof SUITE.fit)[number]) =>
      JSON.stringify([name, config, precision, sparsity]);
    const fitted = new Set(SUITE.fit.map(shapes));
    expect(SUITE.judge.filter((entry) => fitted.has(shapes(entry)))).toEqual([]);
  });

  it.each([...SUITE.fit, ...SUITE.judge].map((entry) => [entry.id, entry] as const))(
    "makes %s, small enough for every board",
    async (_, entry) => {
      const network = suiteNetwork(entry);
      expect(network.compiled.precision).toBe(entry.precision);
      expect(network.compiled.image.length).toBeLessThan(16_384);
      expect(suiteNetwork(entry).compiled.image).toEqual(network.compiled.image);
    },
  );
});

// What the firmware was measured to, with the core of that time; the suite itself runs in test:full.
describe("the calibrations", () => {
  it.each([
    ["qemu-m4f", 0.05, 0.1],
    ["qemu-m7", 0.05, 0.1],
    ["qemu-m33", 0.05, 0.1],
    ["rp2040js", 0.08, 0.15],
  ])("of %s were fitted to the first list alone, and lower the error on the second", (board, mean, worst) => {
    const file = join(ROOT, "boards", board, "calibration.json");
    const calibration = parseCalibration(JSON.parse(readFileSync(file, "utf8")), file);
    expect(calibration.board).toBe(board);
    expect(calibration.fittedTo).toEqual(SUITE.fit.map(({ id }) => id));
    const { meanError, worstError, uncalibratedMeanError, networksNotFitted, measured } =
      calibration.provenance;
    expect(networksNotFitted).toBe(SUITE.judge.length);
    expect(measured).toMatch(/no silicon/);
    expect(meanError).toBeLessThan(mean);
    expect(worstError).toBeLessThan(worst);
    expect(meanError).toBeLessThan(Number(uncalibratedMeanError));
  });
});

const TOOLS = ["make", "arm-none-eabi-gcc", "qemu-system-arm"];

describe.skipIf(missing(...TOOLS))("crosscheck on emulated boards", () => {
  it("compares a network with its estimate, and fails beyond the tolerance", async () => {
    const report = crosscheckJson.parse(await cliJson(["crosscheck", SINE, "--board", "qemu-m7"]));
    expect(report).toMatchObject({ board: "qemu-m7", counts: "instructions", leaveOneCellOut: null });
    expect(report.networks[0]).toMatchObject({ differing: 0, cell: "ncps.torch.LTC" });
    expect(Math.abs(report.networks[0]!.error)).toBeLessThan(0.1);
    const { code, out, err, written } = await cli([
      "crosscheck",
      SINE,
      "--board",
      "qemu-m7",
      "--tolerance",
      "0.00001",
      "--plot",
      "agreement.svg",
    ]);
    expect(code).toBe(1);
    expect(written.get("agreement.svg")).toMatch(
      /^<svg [^>]*>[\s\S]*executed instructions[\s\S]*<\/svg>\s*$/,
    );
    expect(out).toContain("emulated; no silicon was measured");
    expect(err.at(-1)).toMatch(/^liquid-edge: qemu-m7: expected a mean error of at most 0.00001 %, found /);
  }, 120_000);

  it.skipIf(!FULL).each([
    ["qemu-m4f", 0.05, 0.1],
    ["qemu-m7", 0.05, 0.11],
    ["qemu-m33", 0.05, 0.1],
    ["rp2040js", 0.08, 0.15],
  ])(
    "estimates the networks of the second list on %s",
    async (board, mean, worst) => {
      const report = crosscheckJson.parse(await cliJson(["crosscheck", "--suite", "--board", board]));
      expect(report.networks.filter(({ differing }) => differing > 0)).toEqual([]);
      expect(report.agreement.n).toBe(SUITE.judge.length);
      expect(report.agreement.meanError).toBeLessThan(mean);
      expect(report.agreement.worstError).toBeLessThan(worst);
    },
    1_200_000,
  );
});

describe("bad input", () => {
  it.each([
    [["--board", "qemu-m7"], "crosscheck: expected networks or --suite, found neither"],
    [[SINE, "--suite", "--board", "qemu-m7"], "crosscheck: expected networks or --suite, found both"],
    [[SINE, "--calibrate", "--board", "qemu-m7"], "--calibrate: expected with --suite, found without"],
    [["--suite", "--out", "x", "--board", "qemu-m7"], "--out: expected with --calibrate, found without"],
    [["--suite", "--board", "qemu-m8"], "board: expected one of .*"],
    [["--suite", "--board", "nrf52840"], "board: expected one of .*"],
  ])("crosscheck %j", async (args, message) => {
    const { code, err, out } = await cli(["crosscheck", ...args]);
    expect([code, out, err.length]).toEqual([2, "", 1]);
    expect(err[0]).toMatch(new RegExp(`^liquid-edge: ${message}$`));
  });
});
