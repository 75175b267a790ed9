// Serial ports: which there are, what is behind them, and what happens when one is busy, missing, or pulled out.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtinBoards } from "../../bindings/board/load.ts";
import { ReconnectingLink } from "../../bindings/device/reconnecting-link.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { LIVE_FORMATS } from "../../bindings/measure/live-instruments.ts";
import usbIds from "../../boards/usb-ids.json" with { type: "json" };
import { type PortInfo, portsOfSysfs, rankPorts } from "../../cli/serial/list-ports.ts";
import { openError, openSerial } from "../../cli/serial/serial-link.ts";
import { missing } from "../../scripts/tools.ts";
import { cli, cliJson, golden, SINE } from "../cli/run-cli.ts";
import { boardListJson, boardRunJson } from "../cli/schemas.ts";
import { boardOnPort, PtyPort } from "../pty-port.ts";

const JLINK = { vendorId: "1366", productId: "1015", serialNumber: "000683" };
const CP210X = { vendorId: "10c4", productId: "ea60", serialNumber: null };
const NO_USB = { vendorId: null, productId: null, serialNumber: null };

describe("the table of USB ids", () => {
  it("names boards, instruments and sources that there are", () => {
    const boards = builtinBoards().map(({ id }) => id);
    for (const { vendorId, productId, boards: named, source } of usbIds.ids) {
      expect(`${vendorId}:${productId ?? "0000"}`).toMatch(/^[0-9a-f]{4}:[0-9a-f]{4}$/);
      expect(boards).toEqual(expect.arrayContaining(named));
      expect(Object.keys(usbIds.sources)).toContain(source);
    }
    const instruments = usbIds.ids.flatMap(({ instrument }) => instrument ?? []);
    expect(LIVE_FORMATS).toEqual(expect.arrayContaining(instruments));
    expect(instruments.length).toBeGreaterThan(1);
    const keys = usbIds.ids.map(({ vendorId, productId }) => `${vendorId}:${productId}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("ports", () => {
  it("come in the order of what may be behind them", () => {
    const ports: PortInfo[] = [
      { path: "/dev/ttyS0", ...NO_USB },
      { path: "/dev/ttyUSB9", vendorId: "9999", productId: "0001", serialNumber: null },
      { path: "/dev/ttyACM3", vendorId: "1915", productId: "c00a", serialNumber: null },
      { path: "/dev/ttyUSB0", ...CP210X },
      { path: "/dev/ttyACM0", ...JLINK },
    ];
    expect(rankPorts(ports).map(({ path }) => path)).toEqual([
      "/dev/ttyACM0",
      "/dev/ttyUSB0",
      "/dev/ttyACM3",
      "/dev/ttyUSB9",
      "/dev/ttyS0",
    ]);
  });

  it("are found in the kernel's files where udevadm is missing", async () => {
    const root = mkdtempSync(join(tmpdir(), "sysfs-"));
    const write = (path: string, text: string) => {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    const tty = (name: string, device: string) => {
      mkdirSync(join(root, device), { recursive: true });
      mkdirSync(join(root, "tty", name), { recursive: true });
      symlinkSync(join(root, device), join(root, "tty", name, "device"));
    };
    write("usb1/1-2/idVendor", "1366\n");
    write("usb1/1-2/idProduct", "1015\n");
    write("usb1/1-2/serial", "000683\n");
    tty("ttyACM0", "usb1/1-2/1-2:1.0");
    tty("ttyUSB0", "usb1/1-2/1-2:1.0/ttyUSB0");
    tty("ttyS1", "platform/serial8250");
    tty("ttyAMA0", "platform/soc/uart");
    mkdirSync(join(root, "tty/console"));
    const ports = (await portsOfSysfs(join(root, "tty"))).sort((a, b) => (a.path < b.path ? -1 : 1));
    rmSync(root, { recursive: true });
    expect(ports).toEqual([
      { path: "/dev/ttyACM0", ...JLINK },
      { path: "/dev/ttyAMA0", ...NO_USB },
      { path: "/dev/ttyUSB0", ...JLINK },
    ]);
  });
});

// Texts of serialport 13.0.0 on Linux, macOS and Windows.
describe("a port that cannot be opened", () => {
  it.each([
    ["Error: No such file or directory, cannot open /dev/ttyACM0", /none there \("liquid-edge board list"/],
    ["Opening COM9: File not found", /none there/],
    ["Error: Permission denied, cannot open /dev/ttyACM0", /no permission \(sudo usermod -aG dialout \$USER/],
    ["Error Resource temporarily unavailable Cannot lock port", /one that another program has open/],
    ["Error: Inappropriate ioctl for device, cannot open /tmp/x", /something that is no serial port/],
  ])("%s", (text, message) => {
    const error = openError("/dev/ttyACM0", text);
    expect(error.code).toBe("device-lost");
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(
      /^\/dev\/ttyACM0: expected a serial port that can be opened, found [^\n]+$/,
    );
  });
});

describe.skipIf(missing("python3"))("a port that is pulled out", () => {
  let port: PtyPort;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pty-"));
    port = new PtyPort(join(folder, "tty"));
    await port.plug();
  });
  afterEach(async () => {
    await port.unplug();
    rmSync(folder, { recursive: true });
  });

  it("carries bytes of every value both ways", async () => {
    const link = await openSerial(port.path);
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const arrived: number[] = [];
    port.onData = (bytes) => void arrived.push(...bytes);
    await link.send(all);
    port.write(all);
    const back: number[] = [];
    while (back.length < 256) back.push(...(await link.receive(5000)));
    await link.close();
    await link.close();
    expect([arrived, back]).toEqual([[...all], [...all]]);
  });

  it("is busy while it is open, and free afterwards", async () => {
    const link = await openSerial(port.path);
    const busy = openSerial(port.path);
    await expect(busy).rejects.toThrow(/expected a serial port .*, found one that another program has open/);
    await link.close();
    await (await openSerial(port.path)).close();
  });

  it.each(["idle", "streaming"])("is noticed when it was %s", async (state) => {
    for (let time = 0; time < 5; time++) {
      const link = await openSerial(port.path);
      const stream = state === "idle" ? null : setInterval(() => port.write(new Uint8Array(4096)), 1);
      if (stream !== null) await link.receive(5000);
      await port.unplug();
      if (stream !== null) clearInterval(stream);
      const lost = async () => {
        for (;;) await link.receive(20_000);
      };
      await expect(lost()).rejects.toMatchObject({ code: "device-lost" });
      await link.close();
      await port.plug();
    }
  });

  it("is given up when it does not come back", async () => {
    const changes: boolean[] = [];
    const link = await ReconnectingLink.open(() => openSerial(port.path), {
      patienceMs: 400,
      retryMs: 50,
      onChange: (isBack) => void changes.push(isBack),
    });
    await port.unplug();
    await expect(link.receive(20_000)).rejects.toThrow(/and not back within 0 s$/);
    expect([changes, link.reconnections]).toEqual([[false], 0]);
    await link.close();
  });

  it("does not wait for a port that fails for another reason", async () => {
    let calls = 0;
    const failing = async () => {
      if (calls++ === 0) return openSerial(port.path);
      throw new LiquidEdgeError("bad-tool", "no such package");
    };
    const link = await ReconnectingLink.open(failing, { patienceMs: 20_000, retryMs: 10 });
    await port.unplug();
    await expect(link.receive(20_000)).rejects.toThrow("no such package");
  });
});

describe.skipIf(missing("python3", "wasm2c", "gcc"))("a board behind a serial port", () => {
  const board = boardOnPort();

  it("runs a network and is held against a control loop", async () => {
    const { port } = board;
    const args = ["board", "run", SINE, "--board", "nrf52840", "--port", port.path];
    const report = boardRunJson.parse(await cliJson(args));
    expect(report).toMatchObject({ emulated: false, emulator: null, counts: "cycles", inferences: 1000 });
    expect(report.outputs.bitIdentical).toBe(true);
    expect(report.latencyUs).toEqual({ mean: 250, median: 250, p99: 250, min: 250, max: 250, jitter: 0 });
    expect(report.loop).toEqual({ meanMs: 10, worstMs: 15, jitterMs: 2, ok: true, problems: [] });
    const { code, err, out } = await cli([...args, "--inferences", "5", "--worst-ms", "0.2"]);
    expect(code).toBe(1);
    expect(err.at(-1)).toMatch(/^liquid-edge: nrf52840: worst latency expected at most 0.2 ms, found 0.250$/);
    expect(out).toContain("loop: NOT KEPT, worst latency");
  });

  it("is found by its answer, not by its ids", async () => {
    const { port } = board;
    const silent = new PtyPort(join(board.folder, "silent"));
    await silent.plug();
    const ports: PortInfo[] = [
      { path: silent.path, ...JLINK },
      { path: port.path, ...CP210X },
      { path: "/dev/ttyS0", ...NO_USB },
    ];
    const list = boardListJson.parse(await cliJson(["board", "list"], { ports }));
    expect(list.ports.map(({ path, board, answer }) => [path, board, answer])).toEqual([
      [silent.path, null, "no answer"],
      [port.path, "nrf52840", expect.stringMatching(/^firmware .* of nrf52840$/)],
      ["/dev/ttyS0", null, null],
    ]);
    const quiet = boardListJson.parse(await cliJson(["board", "list", "--no-probe"], { ports }));
    expect(quiet.ports.map(({ answer }) => answer)).toEqual([null, null, null]);
    const run = ["board", "run", SINE, "--board", "nrf52840", "--inferences", "3"];
    expect(boardRunJson.parse(await cliJson(run, { ports })).outputs.bitIdentical).toBe(true);
    await silent.unplug();
  });

  it("goes on with an upload after it was pulled out and plugged in again, twice", async () => {
    const { port } = board;
    const { weights, config } = await golden("ltc-ncp-19");
    const args = ["board", "run", weights, "--config", config, "--board", "nrf52840", "--port", port.path];
    const running = cli([...args, "--inferences", "3", "--json"]);
    for (const bytes of [1500, 3000]) {
      while (port.received < bytes) await new Promise((settle) => setTimeout(settle, 1));
      await port.unplug();
      await new Promise((settle) => setTimeout(settle, 300));
      await port.plug();
    }
    const { code, err, out } = await running;
    expect([code, err]).toEqual([
      0,
      [
        "the device is gone; plug it in again within 30 s",
        "the device is back: going on",
        "the device is gone; plug it in again within 30 s",
        "the device is back: going on",
      ],
    ]);
    const report = boardRunJson.parse(JSON.parse(out));
    expect(report.outputs.bitIdentical).toBe(true);
    expect(report.retransmissions).toBeGreaterThan(0);
  });
});
