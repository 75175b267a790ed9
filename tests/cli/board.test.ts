// `board` from the command line, on emulated boards.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEmulatedBoard } from "../../bindings/board/emulated.ts";
import { buildFirmware } from "../../cli/firmware/build-firmware.ts";
import { type QemuBoard, qemuMachine } from "../../cli/firmware/qemu.ts";
import { missing } from "../../scripts/tools.ts";
import { cli, cliJson, golden, ROOT, SINE } from "./run-cli.ts";
import { boardBuildJson, boardListJson, boardRunJson } from "./schemas.ts";

const BUILD_TOOLS = ["wasm2c", "make", "arm-none-eabi-gcc"];

describe("board list", () => {
  it("marks the emulated boards", async () => {
    const { boards } = boardListJson.parse(await cliJson(["board", "list"]));
    const emulated = boards.filter((board) => board.emulated).map(({ id }) => id);
    expect(emulated).toEqual(["qemu-m33", "qemu-m4f", "qemu-m7", "rp2040js"]);
    expect((await cli(["board", "list"])).out).toContain("no silicon is measured");
  });
});

describe("bad input", () => {
  it.each([
    ["build qemu-m4", 'board: expected one of .*, found "qemu-m4" \\(did you mean "qemu-m4f"\\?\\)'],
    [
      `run ${SINE} --board rp2350`,
      'board: expected one of .*, found "rp2350", which is estimated and has no firmware \\(qemu-m33 has its core, Arm Cortex-M33\\)',
    ],
    [`run ${SINE} --board qemu`, "board: expected one of .*"],
    [`run ${SINE} --board nrf52840`, "nrf52840: expected --port with a silicon board, .*, found none .*"],
    [
      `run ${SINE} --board nrf52840 --port ttyACM0`,
      '--port: expected a serial port .*, tcp:HOST:PORT or unix:PATH, found "ttyACM0"',
    ],
    [`run ${SINE} --board qemu-m4f --inferences 0`, '--inferences: expected a whole number >= 1, found "0"'],
    ["build qemu-m4f --image-in flash", "--image-in flash: expected --image FILE, found none"],
    [`build qemu-m4f --image ${SINE}`, "--image: expected --image-in flash with it, found ram .*"],
    [`build rp2040 --image-in flash --image ${SINE}`, "--image-in: expected ram on rp2040.*"],
  ])("board %s", async (line, message) => {
    const { code, err, out } = await cli(["board", ...line.split(" ")]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(new RegExp(`^liquid-edge: ${message}$`));
  });
});

describe.skipIf(missing(...BUILD_TOOLS))("board build", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "board-build-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("keeps firmware within its bounds on a Cortex-M4F", async () => {
    const out = join(folder, "m4f");
    const report = boardBuildJson.parse(await cliJson(["board", "build", "qemu-m4f", "--out", out]));
    const coreBytes = statSync(join(ROOT, "build/core.wasm")).size;
    expect(report.flashBytes).toBeLessThanOrEqual(1.8 * coreBytes + 12 * 1024);
    expect(report.ramBytes + report.stackBytes).toBeLessThanOrEqual(8 * 1024);
    expect(report.imageBytes).toBe(0);
  });

  it("links a network into flash", async () => {
    const out = join(folder, "flash");
    const args = ["board", "build", "qemu-m4f", "--out", out, "--image-in", "flash", "--image", SINE];
    const report = boardBuildJson.parse(await cliJson(args));
    expect(report.imageBytes).toBeGreaterThan(1000);
  });

  it("builds for the silicon boards too, within the same bounds", async () => {
    for (const board of ["nrf52840", "stm32h743"]) {
      const out = join(folder, board);
      const report = boardBuildJson.parse(await cliJson(["board", "build", board, "--out", out]));
      const coreBytes = statSync(join(ROOT, "build/core.wasm")).size;
      expect(report.flashBytes, board).toBeLessThanOrEqual(1.8 * coreBytes + 12 * 1024);
      expect(report.portKernels, board).toEqual([
        "matvecS8",
        "matvecS8x16",
        "matvecS4x16",
        "matvecBlockS8",
        "matvecBlockS8x16",
      ]);
    }
  });

  it("leaves the ESP32-S3 to ESP-IDF and says how", async () => {
    const { out } = await cli(["board", "build", "esp32s3", "--out", join(folder, "esp32s3")]);
    expect(out).toMatch(/idf\.py -C .*boards\/esp32s3 -B .* -D CORE_DIR=.*esp32s3 /);
  });

  it("writes a UF2 file for the RP2040 whose blocks hold the program from the start of SRAM on", async () => {
    const out = join(folder, "rp2040");
    const report = boardBuildJson.parse(await cliJson(["board", "build", "rp2040", "--out", out]));
    const uf2 = readFileSync(report.uf2!);
    expect(uf2.length % 512).toBe(0);
    const blocks = uf2.length / 512;
    for (let i = 0; i < blocks; i++) {
      const block = uf2.subarray(512 * i, 512 * (i + 1));
      expect(block.readUInt32LE(0)).toBe(0x0a324655);
      expect(block.readUInt32LE(4)).toBe(0x9e5d5157);
      expect(block.readUInt32LE(12)).toBe(0x20000000 + 256 * i);
      expect([block.readUInt32LE(20), block.readUInt32LE(24)]).toEqual([i, blocks]);
      expect(block.readUInt32LE(28)).toBe(0xe48bff56);
      expect(block.readUInt32LE(508)).toBe(0x0ab16f30);
    }
  });
});

describe.skipIf(missing(...BUILD_TOOLS, "qemu-system-arm"))("board run on QEMU", () => {
  it.each(["ltc-ncp-19", "cfc-wired-pure-irregular-20", "cfc-mixed-memory-16"])(
    "uploads %s and finds the bits of this machine",
    async (name) => {
      const { weights, config } = await golden(name);
      const args = ["board", "run", weights, "--config", config, "--board", "qemu-m4f", "--inferences", "5"];
      const report = boardRunJson.parse(await cliJson(args));
      expect(report.outputs).toMatchObject({ differing: 0, bitIdentical: true, steps: 16 });
      expect(report).toMatchObject({
        emulated: true,
        emulator: "qemu",
        counts: "instructions",
        inferences: 5,
      });
      expect(report.perInference.min).toBeGreaterThan(1000);
    },
  );

  it("runs an image that is linked into flash", async () => {
    const args = ["board", "run", SINE, "--board", "qemu-m7", "--image-in", "flash", "--inferences", "5"];
    const report = boardRunJson.parse(await cliJson(args));
    expect(report.network.imageIn).toBe("flash");
    expect(report.outputs.bitIdentical).toBe(true);
  });
});

describe.skipIf(missing(...BUILD_TOOLS, "qemu-system-arm"))("board run through a socket", () => {
  let folder: string;
  let qemu: ChildProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "board-socket-"));
    const { elf } = await buildFirmware("qemu-m4f", { out: folder });
    const board = findEmulatedBoard("qemu-m4f") as QemuBoard;
    const serial = `unix:${join(folder, "uart")},server=on,wait=off`;
    const args = [...qemuMachine(board), "-monitor", "none", "-serial", serial, "-kernel", elf!];
    qemu = spawn("qemu-system-arm", args, { stdio: "ignore" });
    while (!existsSync(join(folder, "uart"))) await new Promise((settle) => setTimeout(settle, 20));
  });
  afterAll(async () => {
    qemu?.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  it("finds the firmware there, twice in a row", async () => {
    const args = ["board", "run", SINE, "--board", "qemu-m4f", "--port", `unix:${join(folder, "uart")}`];
    for (let time = 0; time < 2; time++) {
      const report = boardRunJson.parse(await cliJson([...args, "--inferences", "3"]));
      expect(report).toMatchObject({ emulated: true, latencyUs: null });
      expect(report.outputs.bitIdentical).toBe(true);
    }
  });

  it("does not take another board's firmware for the one that was named", async () => {
    const args = ["board", "run", SINE, "--board", "nrf52840", "--port", `unix:${join(folder, "uart")}`];
    const { code, err } = await cli(args);
    expect([code, err]).toEqual([
      2,
      ["liquid-edge: nrf52840: expected firmware of nrf52840, found that of qemu-m4f"],
    ]);
  });

  it("says that nobody is there", async () => {
    const args = ["board", "run", SINE, "--board", "nrf52840", "--port", `unix:${join(folder, "nobody")}`];
    const { code, err } = await cli(args);
    expect(code).toBe(1);
    expect(err[0]).toMatch(/^liquid-edge: unix:.*nobody: expected a device, found no such socket$/);
  });
});

describe.skipIf(missing(...BUILD_TOOLS))("board run on rp2040js", () => {
  it.each(["ltc-ncp-19", "cfc-gelu-8", "ltc-mixed-memory-16"])(
    "runs the first steps of %s, with the bits of this machine",
    async (name) => {
      const { weights, config } = await golden(name);
      const args = ["--board", "rp2040", "--emulated", "--steps", "2", "--inferences", "1", "--warmup", "0"];
      const report = boardRunJson.parse(
        await cliJson(["board", "run", weights, "--config", config, ...args]),
      );
      expect(report).toMatchObject({ board: "rp2040js", emulated: true, counts: "cycles" });
      expect(report.outputs.bitIdentical).toBe(true);
    },
  );
});
