// `board verify` and `board setup`: a bench of a board and a meter behind pseudo-terminals, whole and with each wire wrong.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseHardware } from "../../bindings/record/hardware.ts";
import { missing } from "../../scripts/tools.ts";
import { repeating } from "../fakes/current.ts";
import { LiveMeter, type LiveMeterOptions } from "../fakes/live-meter.ts";
import { FakePpk2 } from "../fakes/ppk2.ts";
import { meterText } from "../fakes/text-meter.ts";
import { buildHostFirmware, HostDevice } from "../firmware/host-device.ts";
import { attach, PtyPort } from "../pty-port.ts";
import { cli, ROOT } from "./run-cli.ts";
import { boardSetupJson, boardVerifyJson } from "./schemas.ts";

const METER = { samplesPerSecond: 1000, shuntOhm: 1, supplyMv: 3300, highA: 0.012, lowA: 0.001 };

describe.skipIf(missing("python3", "wasm2c", "gcc"))("a bench", () => {
  let firmware: ReturnType<typeof buildHostFirmware>;
  let folder: string;
  let ends: (() => unknown)[];
  let boardPort: PtyPort;
  let meterPort: PtyPort;
  beforeAll(() => {
    firmware = buildHostFirmware([
      '-DHOST_BOARD="nrf52840"',
      "-DHOST_EMULATED=false",
      "-DHOST_INFERENCE_US=0",
      "-DHOST_REAL_TIME",
    ]);
  });
  afterAll(() => firmware?.dispose());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "bench-"));
    boardPort = new PtyPort(join(folder, "board"));
    meterPort = new PtyPort(join(folder, "meter"));
    await boardPort.plug();
    await meterPort.plug();
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends) await end();
    await boardPort.unplug();
    await meterPort.unplug();
    rmSync(folder, { recursive: true });
  });

  async function connect({ wired = true, ...options }: Partial<LiveMeterOptions> & { wired?: boolean } = {}) {
    const device = new HostDevice(firmware.file);
    await device.banner;
    const meter = new LiveMeter({ ...METER, ...options, write: (bytes) => meterPort.write(bytes) });
    meterPort.onData = (bytes) => meter.receive(bytes);
    if (wired) device.onMarker = (high, seconds) => meter.edge(high, seconds);
    const detach = attach(device, boardPort);
    ends.push(
      () => meter.end(),
      detach,
      () => device.dispose(),
    );
    return meter;
  }

  function write(changes: object = {}, board = "nrf52840"): string {
    const zero = meterText(
      {
        chip: "INA228",
        current: repeating([{ seconds: 1, amperes: 3e-6, ripple: { amperes: 1e-6, hertz: 50 } }]),
        ...METER,
      },
      1,
    );
    writeFileSync(join(folder, "zero.csv"), zero);
    const instrument = {
      port: meterPort.path,
      type: "meter",
      supplyMv: 3300,
      marker: "trig",
      zero: "zero.csv",
    };
    const file = join(folder, "hardware.yaml");
    const entry = { id: "left-leg", board, port: boardPort.path, instrument: { ...instrument, ...changes } };
    writeFileSync(file, JSON.stringify({ boards: [entry] }));
    return file;
  }

  async function verified(file: string) {
    const { code, out, err } = await cli(["board", "verify", "--config", file, "--json"]);
    const { boards } = boardVerifyJson.parse(JSON.parse(out));
    const [{ checks }] = boards as [(typeof boards)[number]];
    return { code, err, checks, bad: checks.filter(({ ok }) => !ok) };
  }

  it("is well when everything is connected", async () => {
    await connect();
    const { code, err, checks } = await verified(write());
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect([code, err]).toEqual([0, []]);
    expect(checks.map(({ check }) => check)).toEqual([
      "instrument",
      "board",
      "samples",
      "supply",
      "idle",
      "marker",
      ...(checks.some(({ check }) => check === "zero") ? ["zero"] : []),
    ]);
    expect(checks.find(({ check }) => check === "supply")!.found).toBe("3.300 V");
    expect(checks.find(({ check }) => check === "idle")!.found).toMatch(/^1\.00 mA idle, noise \S+ mA rms$/);
    expect(checks.find(({ check }) => check === "marker")!.found).toBe("3 pulses on trig, as the board gave");
  }, 30_000);

  it.each<[string, Parameters<typeof connect>[0] & object, object, string, RegExp, RegExp]>([
    [
      "no wire on the marker",
      { wired: false },
      {},
      "marker",
      /^0 pulses on trig, expected 3 of \d+, \d+, \d+ ms$/,
      /is its wire on/,
    ],
    [
      "another input",
      {},
      { marker: "D5" },
      "marker",
      /^the instrument has no input "D5"$/,
      /^its inputs: trig$/,
    ],
    ["another supply", { supplyMv: 1800 }, {}, "supply", /^1\.800 V, expected 3\.3 V$/, /bus input/],
    ["a shunt the wrong way round", { lowA: -1e-3 }, {}, "idle", /^-1\.00 mA idle/, /right way round/],
    [
      "a current out of range",
      { overflowAt: (n) => n % 7 === 0 },
      {},
      "samples",
      /at the end of the range$/,
      /smaller shunt/,
    ],
    [
      "a line in twenty lost",
      { loseEvery: 20 },
      {},
      "samples",
      /^(9\d|1\d\d) samples lost$/,
      /close other programs/,
    ],
  ])(
    "tells %s, and how to mend it",
    async (_, options, changes, check, found, mend) => {
      await connect(options);
      const { code, err, bad } = await verified(write(changes));
      expect([code, err.length]).toEqual([1, 1]);
      expect(err[0]).toMatch(/hardware\.yaml: 1 of 1 board not as they should be$/);
      expect(bad.map((one) => one.check)).toEqual([check]);
      expect(bad[0]!.found).toMatch(found);
      expect(bad[0]!.mend).toMatch(mend);
    },
    30_000,
  );

  it("prints what docs/board-bench.md shows, but for figures; UPDATE_DOCS=1 writes them anew", async () => {
    await connect({ wired: false, rippleA: 2e-5 });
    const { out, err } = await cli(["board", "verify", "--config", write()]);
    const printed = [out, ...err, ""]
      .join("\n")
      .replaceAll(meterPort.path, "/dev/ttyUSB0")
      .replaceAll(boardPort.path, "/dev/ttyACM0")
      .replaceAll(`${folder}/`, "")
      // The firmware for this machine has no version.
      .replace("firmware unknown", "firmware 0.1.0");
    const path = join(ROOT, "docs/board-bench.md");
    const page = readFileSync(path, "utf8");
    const current = page.replace(
      /(```console\n\$ npx liquid-edge board verify --config hardware\.yaml\n)[^`]*```/,
      (_, command: string) => `${command}${printed}\`\`\``,
    );
    if (process.env.UPDATE_DOCS === "1") writeFileSync(path, current);
    const withoutFigures = (text: string) => text.replace(/\d[\d.]*(e-\d+)?/g, "#");
    expect(page).toContain("$ npx liquid-edge board verify --config hardware.yaml\n");
    expect(withoutFigures(readFileSync(path, "utf8"))).toBe(withoutFigures(current));
  }, 30_000);

  it("tells an instrument of another kind, which talks on", async () => {
    await connect();
    const instrument = { type: "ppk2", port: meterPort.path, mode: "source", supplyMv: 3000 };
    const file = join(folder, "hardware.yaml");
    const boards = [{ board: "nrf52840", port: boardPort.path, instrument }];
    writeFileSync(file, JSON.stringify({ boards }));
    const { checks } = await verified(file);
    expect(checks.find(({ check }) => check === "instrument")).toMatchObject({
      ok: false,
      found: expect.stringMatching(
        /expected an instrument that stops when it is told to, found one that still talks/,
      ),
      mend: "is it another device, or another --format?",
    });
  }, 30_000);

  it("tells a silent instrument from a silent board", async () => {
    const meter = await connect();
    meter.silent = true;
    const silent = await verified(write());
    expect(silent.bad).toMatchObject([{ check: "instrument", mend: "is it the right port?" }]);
    meter.silent = false;
    await boardPort.unplug();
    const { bad } = await verified(write());
    expect(bad).toMatchObject([{ check: "board", mend: expect.stringContaining("board list") }]);
  }, 60_000);

  it("tells a board of another kind", async () => {
    await connect();
    const { bad } = await verified(write({}, "stm32h743"));
    expect(bad).toMatchObject([
      { check: "board", found: expect.stringMatching(/firmware of stm32h743, found that of nrf52840/) },
    ]);
  }, 30_000);

  it.skipIf(missing("make", "arm-none-eabi-gcc"))(
    "is set up: flashed with the tool that is there, and greeted",
    async () => {
      await connect();
      const args = ["board", "setup", "--config", write()];
      const tools = { "probe-rs": "probe-rs 0.29" };
      const { code, out, err, streamed } = await cli([...args, "--json"], { tools });
      const report = boardSetupJson.parse(JSON.parse(out));
      expect([code, report.boards]).toEqual([0, [{ id: "left-leg", board: "nrf52840", problem: null }]]);
      expect(streamed.map(([command]) => command)).toContain("probe-rs");
      expect(err.join()).toMatch(/probe-rs/);
      const failing = await cli(args, { tools, toolExitCode: 3 });
      expect(failing.code).toBe(1);
      expect(failing.out).toContain("left-leg: probe-rs: expected exit code 0, found 3");
      expect(failing.err.at(-1)).toMatch(/1 of 1 board not set up$/);
    },
    120_000,
  );

  it.skipIf(missing("make", "arm-none-eabi-gcc"))(
    "is set up while the instrument feeds the board, which is off before and afterwards",
    async () => {
      const meter = await connect();
      meter.silent = true;
      const fake = new FakePpk2({ current: repeating([{ seconds: 1, amperes: 3e-3 }]) });
      meterPort.onData = (bytes) => {
        fake.receive(bytes);
        meterPort.write(fake.produce(0));
      };
      const answer = boardPort.onData;
      boardPort.onData = (bytes) => {
        if (fake.dutPower) answer(bytes);
      };
      const file = join(folder, "hardware.yaml");
      const instrument = { type: "ppk2", port: meterPort.path, mode: "source", supplyMv: 3000 };
      writeFileSync(
        file,
        JSON.stringify({ boards: [{ board: "nrf52840", port: boardPort.path, instrument }] }),
      );
      const tools = { "probe-rs": "probe-rs 0.29" };
      const { code, out } = await cli(["board", "setup", "--config", file, "--json"], { tools });
      expect(boardSetupJson.parse(JSON.parse(out)).boards).toMatchObject([{ problem: null }]);
      expect([code, fake.mode, fake.supplyMv]).toEqual([0, "source", 3000]);
      // The last bytes are still on their way through the pseudo-terminal.
      await vi.waitFor(() => expect(fake.dutPower).toBe(false), 20_000);
    },
    120_000,
  );
});

describe("hardware.yaml", () => {
  const board = { id: "a", board: "rp2040" };
  it.each([
    [{}, /^f: "boards" expected .*, found nothing$/],
    [{ boards: [] }, /^f: "boards" expected .*, found an empty list$/],
    [{ boards: [{ id: "a" }] }, /^f: "boards\[0\]\.board" expected .*, found nothing$/],
    [{ boards: [{ ...board, baudRate: 0 }] }, /^f: "boards\[0\]\.baudRate" expected .*, found 0$/],
    [{ boards: [board, board] }, /^f: "boards\[1\]\.id" expected one that no other board has, found "a"$/],
    [
      {
        boards: [
          { ...board, port: "/dev/x" },
          { id: "b", board: "rp2040", port: "/dev/x" },
        ],
      },
      /^f: "boards\[1\]\.port" expected one/,
    ],
    [
      { boards: [{ ...board, instrument: { port: "/dev/x", type: "scope" } }] },
      /^f: "boards\[0\]\.instrument\.type" expected .*ppk2.*, found "scope"$/,
    ],
    [{ boards: [{ ...board, pin: 3 }] }, /^f: .*pin/],
  ])("%j is refused in one line", (json, message) => {
    expect(() => parseHardware(json, "f")).toThrow(message);
  });

  it("is set up in a dry run only as far as it can be, and told what is in the way", async () => {
    const files = { "h.yaml": "boards:\n  - id: a\n    board: rp2040\n" };
    const { code, out, err } = await cli(["board", "setup", "--config", "h.yaml", "--dry-run"], { files });
    expect(out).toMatch(/^a: board flash: expected one of uf2, picotool, found none \(/m);
    expect([code, err]).toEqual([1, ["liquid-edge: h.yaml: 1 of 1 board not set up"]]);
  });

  it("is refused before anything is opened", async () => {
    const files = { "h.yaml": "boards:\n  - id: a\n    board: rp2041\n" };
    for (const command of ["setup", "verify"]) {
      const { code, out, err } = await cli(["board", command, "--config", "h.yaml"], { files });
      expect([code, out, err.length]).toEqual([2, "", 1]);
      expect(err[0]).toMatch(/board: expected one of .*, found "rp2041" \(did you mean "rp2040"\?\)$/);
    }
    const other = { "h.yaml": "boards:\n  - id: a\n    board: rp2040\n" };
    const { err } = await cli(["board", "verify", "--config", "h.yaml", "--only", "b"], { files: other });
    expect(err).toEqual(['liquid-edge: h.yaml: "boards" expected one called "b", found a']);
  });
});
