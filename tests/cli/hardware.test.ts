// `benchmark --hardware`: on emulated boards, and on the firmware of a board and a fake instrument behind ports.

import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { FrameReader } from "../../bindings/device/frame.ts";
import { FrameType } from "../../bindings/device/protocol.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import { missing } from "../../scripts/tools.ts";
import { repeating } from "../fakes/current.ts";
import { meterOnSocket } from "../fakes/meter-on-socket.ts";
import { FakePpk2 } from "../fakes/ppk2.ts";
import { boardOnPort, follow, PtyPort } from "../pty-port.ts";
import { baselineWorld } from "./baseline-world.ts";
import { cli, cliJson, SINE } from "./run-cli.ts";

const SUITE = { name: "bench", models: [{ id: "sine", weights: SINE }], platforms: ["nrf52840"] };
/** Firmware is built for each run. */
const BUILD_MS = 240_000;
const ARGS = ["benchmark", "suite.json", "--hardware", "hardware.json"];

function filesOf(hardware: object, suite: object = SUITE) {
  return { "suite.json": JSON.stringify(suite), "hardware.json": JSON.stringify(hardware) };
}

async function recordOf(hardware: object, suite: object = SUITE): Promise<BenchmarkRecord> {
  return parseRecord(await cliJson(ARGS, { files: filesOf(hardware, suite) }), "output");
}

describe("bad input", () => {
  const meter = { type: "meter", port: "/dev/none" };
  it.each<[object, string]>([
    [{}, '"boards" expected a list, found nothing'],
    [{ boards: [] }, '"boards" expected at least 1 entry, found an empty list'],
    [
      { boards: [{ board: "qemu-m4" }] },
      '"boards[0].board" expected one of .*found "qemu-m4" (did you mean "qemu-m4f"?)',
    ],
    [
      { boards: [{ board: "nrf52840", emulated: true }] },
      '"boards[0].board" expected a board with an emulator (rp2040), found "nrf52840"',
    ],
    [
      { boards: [{ board: "qemu-m4f" }, { board: "qemu-m4f" }] },
      '"boards[1].id" expected one that no other board has, found "qemu-m4f"',
    ],
    [
      {
        boards: [
          { id: "a", board: "qemu-m4f" },
          { id: "b", board: "qemu-m4f" },
        ],
      },
      '"boards[1].board" expected each board once, found "qemu-m4f" of boards[0] again',
    ],
    [
      { boards: [{ board: "qemu-m4f", instrument: meter }] },
      '"boards[0].instrument" expected none with an emulated board',
    ],
    [
      { boards: [{ board: "nrf52840", readings: 1 }] },
      '"boards[0].readings" expected a number of at least 2, found 1',
    ],
    [
      { boards: [{ board: "nrf52840", instrument: { type: "scope" } }] },
      '"boards[0].instrument.type" expected ppk2, lpm01a or meter, found "scope"',
    ],
    [
      {
        boards: [
          { board: "nrf52840", instrument: { type: "ppk2", port: "x", mode: "source", supplyMv: 12000 } },
        ],
      },
      '"boards[0].instrument.supplyMv"',
    ],
    [{ boards: [{ board: "qemu-m4f", colour: 1 }] }, '"boards[0].colour" expected no field of this name'],
    [{ boards: [{ board: "nrf52840", port: "ttyACM0" }] }, "--port: expected a serial port"],
  ])("%j", async (hardware, message) => {
    const { code, err, out, written } = await cli([...ARGS, "--out", "record.json"], {
      files: filesOf(hardware),
    });
    expect({ code, out, lines: err.length, written: written.size }).toEqual({
      code: 2,
      out: "",
      lines: 1,
      written: 0,
    });
    const pattern = message
      .split(".*")
      .map((part) => part.replace(/[[\]().?]/g, "\\$&"))
      .join(".*");
    expect(err[0]).toMatch(new RegExp(pattern));
  });
});

describe.skipIf(missing("wasm2c", "make", "arm-none-eabi-gcc", "qemu-system-arm"))("emulated boards", () => {
  it(
    "count, the same at every run, and are compared exactly",
    async () => {
      const hardware = { boards: [{ board: "qemu-m4f", inferences: 5 }] };
      const world = {
        files: filesOf(hardware),
        tools: { "qemu-system-arm": "QEMU 7.2" },
      };
      const made = parseRecord(await cliJson(ARGS, world), "output");
      const [entry] = made.entries;
      expect(made.entries.map(({ id }) => id)).toEqual(["sine/qemu-m4f/fp32/0"]);
      expect(entry).toMatchObject({ kind: "emulated", conditions: { operatingPoint: "emulated" } });
      expect([entry!.energyUj, entry!.latencyMs]).toEqual([undefined, undefined]);
      const run = ["board", "run", SINE, "--board", "qemu-m4f", "--inferences", "5", "--steps", "4"];
      const { perInference } = (await cliJson(run)) as { perInference: { mean: number } };
      expect(entry!.instructions!.value).toBeCloseTo(perInference.mean, 6);
      expect(made.environment.boards).toEqual({
        "qemu-m4f": { compiler: expect.stringMatching(/^arm-none-eabi-gcc \d+\.\d/), emulator: "QEMU 7.2" },
      });

      const kept = baselineWorld(made);
      const dearer = structuredClone(made);
      dearer.entries[0]!.instructions!.value *= 1.06;
      dearer.entries[0]!.instructions!.max *= 1.06;
      expect((await kept.check(made)).code).toBe(0);
      const { code, out } = await kept.check(dearer);
      expect(code).toBe(1);
      expect(out).toMatch(/sine\/qemu-m4f\/fp32\/0 +instructions .* \+6\.0 %/);
      const other = structuredClone(made);
      other.environment.boards!["qemu-m4f"]!.compiler = "another compiler";
      expect(await kept.check(other)).toMatchObject({ code: 4, out: expect.stringContaining("compiler") });
      kept.remove();
    },
    BUILD_MS,
  );

  it(
    "shows how far it is, and whose figures these are",
    async () => {
      const files = filesOf({ boards: [{ board: "rp2040", emulated: true, inferences: 1, warmup: 0 }] });
      const { code, out, progress } = await cli(ARGS, { files });
      expect(code).toBe(0);
      expect(out).toMatch(/^Emulated: .* no silicon was measured\.$/m);
      expect(out).toMatch(/^sine\/rp2040js\/fp32\/0 +\d{3},\d{3} /m);
      expect(progress.some((line) => /^\[[.#]{20}\] \d+ %, /.test(line))).toBe(true);
    },
    BUILD_MS,
  );
});

const AMPERES = 0.05;
const SUPPLY_V = 3.3;
/** The fake's marker is high for half of this. */
const PERIOD_SECONDS = 0.1;
/** What the fake board takes for a request to time inferences: its inferences are simulated, the instrument's time is not. */
const BUSY_MS = 450;

describe.skipIf(missing("python3", "wasm2c", "gcc"))("a board and an instrument behind ports", () => {
  const frames = new FrameReader();
  const isTime = (bytes: Uint8Array) => frames.push(bytes).some(({ type }) => type === FrameType.TIME);
  const bench = boardOnPort((bytes) => (isTime(bytes) ? BUSY_MS : 0));

  async function measured(amperes: number, instrument: object): Promise<BenchmarkRecord> {
    const path = join(bench.folder, `meter-${amperes}`);
    const options = {
      chip: "INA226" as const,
      current: repeating([{ seconds: 1, amperes }]),
      shuntOhm: 0.1,
      samplesPerSecond: 1000,
      supplyMv: 1000 * SUPPLY_V,
      trigger: (seconds: number) => seconds % PERIOD_SECONDS >= PERIOD_SECONDS / 2,
    };
    const stop = await meterOnSocket(path, options, 60);
    const meter = { type: "meter", port: `unix:${path}`, ...instrument };
    const board = {
      board: "nrf52840",
      port: bench.port.path,
      inferences: 40,
      readings: 4,
      instrument: meter,
    };
    try {
      return await recordOf({ environment: { room: "22 °C" }, boards: [board] });
    } finally {
      await stop();
    }
  }

  it("give measured figures with their readings, which the gate compares by intervals", async () => {
    const before = await measured(AMPERES, { marker: "trig" });
    const [entry] = before.entries;
    expect(entry).toMatchObject({ kind: "measured", conditions: { operatingPoint: "1mhz", steps: 1 } });
    // 250 µs is what the firmware was told that an inference takes.
    expect(entry!.latencyMs).toEqual({
      value: 0.25,
      min: 0.25,
      max: 0.25,
      samples: [0.25, 0.25, 0.25, 0.25],
    });
    const energy = entry!.energyUj!;
    const expected = AMPERES * SUPPLY_V * (PERIOD_SECONDS / 2) * 1e6;
    expect(energy.samples).toHaveLength(4);
    expect(Math.abs(energy.value / expected - 1)).toBeLessThan(0.01);
    expect(energy.min).toBeLessThan(expected);
    expect(energy.max).toBeGreaterThan(expected);
    expect(before.environment).toMatchObject({
      measured: { room: "22 °C" },
      boards: { nrf52840: { clock: "1 MHz", instrument: "meter, windows by marker" } },
    });

    const kept = baselineWorld(before);
    const dearer = await measured(1.1 * AMPERES, { marker: "trig" });
    const { code, out } = await kept.check(dearer, "--verbose");
    expect(code).toBe(1);
    expect(out).toMatch(/regressed .*sine\/nrf52840\/fp32\/0 +energy µJ .* measured, n = 4 and 4/);
    expect(out).toMatch(/same .*sine\/nrf52840\/fp32\/0 +RAM kB/);
    const again = structuredClone(before);
    expect((await kept.check(again)).code).toBe(0);
    kept.remove();
  });

  it("fill a window with inferences where there is no marker", async () => {
    const { entries } = await measured(AMPERES, {});
    const inferences = 800 / 0.25;
    const least = (AMPERES * SUPPLY_V * BUSY_MS * 1000) / inferences;
    expect(entries[0]!.energyUj!.samples).toHaveLength(4);
    expect(entries[0]!.energyUj!.value).toBeGreaterThan(0.95 * least);
  });

  it("work where the board has power from the instrument alone", async () => {
    const ppk2 = new FakePpk2({ current: repeating([{ seconds: 1, amperes: 5e-3 }]) });
    const ppk2Port = new PtyPort(join(bench.folder, "ppk2"));
    await ppk2Port.plug();
    const end = follow(ppk2, ppk2Port, 100_000);
    const { port } = bench;
    const answer = port.onData;
    port.onData = (bytes) => {
      if (ppk2.dutPower) answer(bytes);
    };
    try {
      const instrument = { type: "ppk2", port: ppk2Port.path, mode: "source", supplyMv: 3000 };
      const board = { board: "nrf52840", port: bench.port.path, inferences: 40, readings: 2, instrument };
      const { entries } = await recordOf({ boards: [board] });
      // 5 mA at 3 V for as long as a request takes, at least; 3,200 inferences of 250 µs fill 800 ms.
      expect(entries[0]!.energyUj!.value).toBeGreaterThan((0.95 * 5e-3 * 3 * BUSY_MS * 1000) / 3200);
      expect(ppk2.mode).toBe("source");
      await vi.waitFor(() => expect(ppk2.dutPower).toBe(false), { timeout: 10_000 });
    } finally {
      end();
      await ppk2Port.unplug();
    }
  });

  it("are given back when the instrument is not there", async () => {
    const meter = { type: "meter", port: `unix:${join(bench.folder, "nobody")}` };
    const hardware = { boards: [{ board: "nrf52840", port: bench.port.path, instrument: meter }] };
    for (let time = 0; time < 2; time++) {
      const { code, err, written } = await cli([...ARGS, "--out", "x.json"], { files: filesOf(hardware) });
      expect({ code, written: written.size }).toEqual({ code: 1, written: 0 });
      expect(err.at(-1)).toMatch(/nobody: expected a device, found no such socket/);
    }
  });
});
