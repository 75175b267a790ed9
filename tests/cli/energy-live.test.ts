// `energy --port`: instruments behind pseudo-terminals, alone and beside a board that runs a network.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { missing } from "../../scripts/tools.ts";
import { repeating } from "../fakes/current.ts";
import { LiveMeter, type LiveMeterOptions } from "../fakes/live-meter.ts";
import { FakeLpm01a } from "../fakes/lpm01a.ts";
import { FakePpk2 } from "../fakes/ppk2.ts";
import { buildHostFirmware, HostDevice } from "../firmware/host-device.ts";
import { attach, follow, PtyPort } from "../pty-port.ts";
import { cli, cliJson, SINE, type World } from "./run-cli.ts";
import { energyJson } from "./schemas.ts";

const METER = { samplesPerSecond: 1000, shuntOhm: 1, supplyMv: 3300, highA: 0.012, lowA: 0.001 };

describe.skipIf(missing("python3"))("energy --port", () => {
  let folder: string;
  let port: PtyPort;
  let ends: (() => void | Promise<void>)[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pty-"));
    port = new PtyPort(join(folder, "instrument"));
    await port.plug();
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends) await end();
    await port.unplug();
    rmSync(folder, { recursive: true });
  });

  /** A meter behind the port; its device raises the marker for 0.3 s of every second, unless it is told. */
  function startMeter(options: Partial<LiveMeterOptions> = {}, blinks = true): LiveMeter {
    const meter = new LiveMeter({ ...METER, ...options, write: (bytes) => port.write(bytes) });
    port.onData = (bytes) => meter.receive(bytes);
    ends.push(() => meter.end());
    if (blinks) {
      const started = Number(process.hrtime.bigint()) / 1e9;
      // Known beforehand, so that a late timer moves no edge.
      for (let second = 0; second < 60; second++) {
        meter.edge(true, started + second + 0.5);
        meter.edge(false, started + second + 0.8);
      }
    }
    return meter;
  }

  const meterArgs = () => ["energy", "--port", port.path, "--format", "meter"];

  it("measures a meter's windows between the marker's edges, and keeps the recording", async () => {
    startMeter();
    const args = [...meterArgs(), "--marker", "--seconds", "2.5", "--inferences", "10"];
    const { code, out, err, written, writtenBytes, progress } = await cli([
      ...args,
      "--json",
      "--save",
      "run.csv",
    ]);
    expect([code, err]).toEqual([0, []]);
    const report = energyJson.parse(JSON.parse(out));
    expect(report).toMatchObject({ valid: true, problems: [] });
    expect(report.windows.length).toBeGreaterThanOrEqual(1);
    // 12 mA at 3.3 V for 0.3 s, a tenth of it each; an edge falls between two samples 1 ms apart.
    for (const { durationSeconds, energyPerInferenceUj } of report.windows) {
      expect(durationSeconds).toBeCloseTo(0.3, 4);
      expect(Math.abs(energyPerInferenceUj / (0.012 * 3.3 * 0.3 * 1e5) - 1)).toBeLessThan(0.005);
    }
    expect(progress.some((line) => /^measuring: \d/.test(line))).toBe(true);
    expect(written.size).toBe(0);
    const again = energyJson.parse(
      await cliJson(
        ["energy", "run.csv", "--instrument", "ina228", "--shunt", "1", "--marker", "--inferences", "10"],
        {
          files: { "run.csv": writtenBytes.get("run.csv")! },
        },
      ),
    );
    expect(again.windows.map(({ energyUj }) => energyUj)).toEqual(
      report.windows.map(({ energyUj }) => expect.closeTo(energyUj, 3)),
    );
  });

  it("ends at Ctrl-C with what was measured, and says so", async () => {
    startMeter();
    const interrupt = AbortSignal.timeout(3000);
    const { code, out } = await cli([...meterArgs(), "--whole", "--seconds", "600", "--json"], { interrupt });
    expect(code).toBe(0);
    const report = energyJson.parse(JSON.parse(out));
    expect(report.problems).toContain("stopped before the time was over");
    expect(report.valid).toBe(false);
    expect(report.windows[0]!.durationSeconds).toBeLessThan(5);
  });

  it.each<[string, Partial<LiveMeterOptions>, string[], RegExp]>([
    [
      "a marker that never toggles",
      {},
      ["--marker"],
      /expected a marker that goes high and low again, found one that never toggles/,
    ],
    [
      "saturated samples",
      { overflowAt: (n) => n % 50 === 0 },
      ["--whole"],
      /expected no saturated sample, found \d+ \(the current leaves/,
    ],
    [
      "lost samples",
      { loseEvery: 100 },
      ["--whole"],
      /expected no sample missing or NaN, found \d+ of \d+ \(--allow-missing/,
    ],
  ])("says %s in one line", async (_, options, args, message) => {
    startMeter(options, false);
    const { code, out, err } = await cli([...meterArgs(), "--seconds", "1.5", ...args]);
    expect([code, out, err.length]).toEqual([2, "", 1]);
    expect(err[0]).toMatch(message);
    expect(err[0]).toContain(port.path);
  });

  it("says which instrument is silent, before and while it measures", async () => {
    const quiet = await cli([...meterArgs(), "--whole", "--seconds", "1"]);
    expect([quiet.code, quiet.out]).toEqual([1, ""]);
    expect(quiet.err[0]).toMatch(
      /instrument: expected an instrument that answers within 3000 ms, found nothing/,
    );
    const meter = startMeter();
    setTimeout(() => {
      meter.silent = true;
    }, 1500);
    const stopped = await cli([...meterArgs(), "--whole", "--seconds", "20"]);
    expect([stopped.code, stopped.out]).toEqual([1, ""]);
    expect(stopped.err[0]).toMatch(/expected samples, found none for \d+ ms$/);
  }, 30_000);

  it("says when the port is pulled out", async () => {
    startMeter();
    setTimeout(() => void port.unplug(), 1500);
    const { code, err } = await cli([...meterArgs(), "--whole", "--seconds", "20"]);
    expect(code).toBe(1);
    expect(err).toHaveLength(1);
    expect(err[0]).toContain(port.path);
  }, 30_000);

  it("feeds a device through a PPK2, found by its USB ids, and switches it off again", async () => {
    const current = repeating([
      { seconds: 0.1, amperes: 2e-3 },
      { seconds: 0.1, amperes: 8e-3 },
    ]);
    const fake = new FakePpk2({ current, logic: (seconds) => (seconds % 0.2 >= 0.1 ? 1 : 0) });
    ends.push(follow(fake, port, 100_000));
    const ports = [{ path: port.path, vendorId: "1915", productId: "c00a", serialNumber: null }];
    const args = ["energy", "--port", port.path, "--voltage", "3", "--marker", "D0", "--seconds", "1"];
    const report = energyJson.parse(await cliJson(args, { ports }));
    expect(report.windows.length).toBeGreaterThanOrEqual(3);
    for (const { averagePowerMw, durationSeconds } of report.windows) {
      expect(durationSeconds).toBeCloseTo(0.1, 4);
      expect(Math.abs(averagePowerMw / 24 - 1)).toBeLessThan(0.005);
    }
    // The last commands are still on their way through the terminal.
    await vi.waitFor(() =>
      expect(fake).toMatchObject({ mode: "source", supplyMv: 3000, dutPower: false, running: false }),
    );
  }, 30_000);

  it("measures with an LPM01A", async () => {
    const fake = new FakeLpm01a({ current: repeating([{ seconds: 1, amperes: 5e-3 }]) });
    ends.push(follow(fake, port, 10_000));
    const args = [
      "energy",
      "--port",
      port.path,
      "--format",
      "lpm01a",
      "--voltage",
      "3.3",
      "--whole",
      "--seconds",
      "1",
    ];
    const report = energyJson.parse(await cliJson(args));
    expect(Math.abs(report.windows[0]!.averagePowerMw / 16.5 - 1)).toBeLessThan(0.001);
    await vi.waitFor(() => expect(fake).toMatchObject({ running: false, controlled: false }));
  }, 30_000);

  describe.skipIf(missing("wasm2c", "gcc"))("beside a board", () => {
    let firmware: ReturnType<typeof buildHostFirmware>;
    beforeAll(() => {
      firmware = buildHostFirmware([
        '-DHOST_BOARD="nrf52840"',
        "-DHOST_EMULATED=false",
        "-DHOST_INFERENCE_US=0",
        "-DHOST_REAL_TIME",
      ]);
    });
    afterAll(() => firmware?.dispose());

    async function boardWith(options: Partial<LiveMeterOptions>, args: string[], world: World = {}) {
      const boardPort = new PtyPort(join(folder, "board"));
      await boardPort.plug();
      const device = new HostDevice(firmware.file);
      await device.banner;
      const meter = startMeter(options, false);
      device.onMarker = (high, seconds) => meter.edge(high, seconds);
      const detach = attach(device, boardPort);
      ends.push(
        detach,
        () => device.dispose(),
        () => boardPort.unplug(),
      );
      const all = [...meterArgs(), "--run", SINE, "--board", "nrf52840", "--board-port", boardPort.path];
      return cli([...all, ...args, "--json"], world);
    }

    it("measures inferences between the marker's edges, and holds them against the board's own clock", async () => {
      const args = ["--inferences", "20000", "--windows", "3", "--marker"];
      const { code, out, err } = await boardWith({}, args);
      expect([code, err]).toEqual([0, []]);
      const report = energyJson.parse(JSON.parse(out));
      // The network's check against this machine has markers of its own, before the recording starts.
      expect(report.windows).toHaveLength(3);
      for (const window of report.windows) {
        expect(window.inferences).toBe(20_000);
        const expected = 0.012 * 3.3 * window.durationSeconds * 1e6;
        // An edge lies within one sample of where the meter saw it.
        const edges = 2 / (METER.samplesPerSecond * window.durationSeconds);
        expect(Math.abs(window.energyUj / expected - 1)).toBeLessThan(0.001 + edges);
      }
    }, 60_000);

    it("says when the clocks of instrument and board differ", async () => {
      const args = ["--inferences", "20000", "--windows", "2", "--marker"];
      const { out } = await boardWith({ fastBy: 0.2 }, args);
      const report = energyJson.parse(JSON.parse(out));
      expect(report.valid).toBe(false);
      expect(report.problems.join()).toMatch(
        /windows do not last 20000 inferences .* the clocks of instrument and board differ/,
      );
    }, 60_000);
  });
});

describe("bad input of energy --port", () => {
  it.each([
    [[], "energy: expected a file or --port, found neither"],
    [["a.csv", "--port", "/dev/x"], "energy: expected a file or --port, found both of them"],
    [["a.csv", "--seconds", "3"], "--seconds: expected with --port, found with a file"],
    [
      ["--port", "/dev/x", "--whole"],
      "--format: expected ppk2, lpm01a, meter with /dev/x, whose USB ids name no instrument, found none",
    ],
    [
      ["--port", "/dev/x", "--format", "csv"],
      "--format: expected ppk2, lpm01a, meter with --port, found csv",
    ],
    [
      ["--port", "/dev/x", "--format", "ppk2"],
      "--voltage: expected the supply of the device, 0.8 to 5 V with ppk2, found none",
    ],
    [
      ["--port", "/dev/x", "--format", "lpm01a", "--voltage", "5"],
      "--voltage: expected the supply of the device, 1.8 to 3.3 V with lpm01a, found 5",
    ],
    [
      ["--port", "/dev/x", "--format", "lpm01a", "--voltage", "3", "--rate", "7"],
      /--rate: expected one of 100000, .* with an LPM01A, found 7/,
    ],
    [["--port", "/dev/x", "--run", SINE], "--run: expected --board <id> with it, found none"],
    [["--port", "/dev/x", "--windows", "3"], "--windows: expected with --run, found without"],
    [
      ["--port", "/dev/x", "--run", SINE, "--board", "qemu-m7"],
      "--board: expected a silicon board beside an instrument, found qemu-m7",
    ],
  ])("%j", async (args, message) => {
    const { code, out, err } = await cli(["energy", ...args]);
    expect([code, out, err.length]).toEqual([2, "", 1]);
    if (typeof message === "string") expect(err[0]).toBe(`liquid-edge: ${message}`);
    else expect(err[0]).toMatch(message);
  });

  it("fails where there is no such port", async () => {
    const { code, err } = await cli(["energy", "--port", "/dev/none", "--format", "meter", "--whole"]);
    expect([code, err.length]).toEqual([1, 1]);
    expect(err[0]).toMatch(/\/dev\/none: expected a serial port that can be opened, found none there/);
  });
});
