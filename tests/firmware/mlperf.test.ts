// The text commands of MLPerf Tiny, against the firmware's own C on this machine. Expected replies are those of the reference
// implementation (mlcommons/tiny, benchmark/api), apart from the names, the help and the size of the buffer.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DeviceSession } from "../../bindings/device/device-session.ts";
import { MlperfSession } from "../../bindings/device/mlperf-session.ts";
import { encodeRow, expectedRows, outputsOf } from "../../bindings/device/records.ts";
import { compile } from "../../bindings/image/compile.ts";
import { missing } from "../../scripts/tools.ts";
import { randomModel } from "../network/random-model.ts";
import { eachWithDevice, type HostDevice, HostLink } from "./host-device.ts";

const compiled = compile(randomModel(1, { kind: "ncps CfC" }));
const nIn = compiled.input.length;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const ascii = (line: string) => Buffer.from(line, "latin1");

/** Two steps of input, and as hex in commands of 31 bytes, as the public runner sends them. */
const STEPS = 2;
const input = Float32Array.from({ length: STEPS * nIn }, (_, i) => Math.fround(Math.sin(i)));
const hex = Buffer.from(input.buffer).toString("hex");
const dbCommands = hex.match(/.{1,62}/g)!.map((digits) => `db ${digits}%`);

async function expectedResults(): Promise<number[]> {
  const sequence = {
    batch: 1,
    steps: STEPS,
    features: nIn,
    input,
    timespans: null,
    initialH: null,
    initialC: null,
  };
  const [row] = await expectedRows(compiled, [encodeRow(compiled, sequence, 0)]);
  return outputsOf(compiled, row!).slice(-compiled.output.length);
}

describe.skipIf(missing("gcc"))("results", () => {
  it("are printed as printf's %.3f prints them", () => {
    // A C library as the judge, on 200,000 floats of all sizes and on every tie.
    const folder = mkdtempSync(join(tmpdir(), "text-"));
    const common = join(import.meta.dirname, "../../boards/common");
    const file = join(folder, "text");
    const sources = [join(import.meta.dirname, "text-float.c"), join(common, "text.c")];
    execFileSync("gcc", ["-std=gnu11", "-O1", "-Wall", "-Wextra", `-I${common}`, ...sources, "-o", file]);
    expect(execFileSync(file, { encoding: "utf8" })).toBe("");
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(missing("wasm2c", "gcc"))("MLPerf text commands", () => {
  let device: HostDevice;
  eachWithDevice((fresh) => {
    device = fresh;
  });

  const send = async (line: string) => text(await device.take(ascii(line)));
  const upload = () => new DeviceSession(new HostLink(device)).upload(compiled.image, compiled.arenaBytes);

  it("says what it is when it starts", async () => {
    expect(text(await device.reset())).toMatch(
      /^m-timestamp-mode-performance\r\nm-lap-us-\d+\r\nm-init-done\r\nm-ready\r\n$/,
    );
  });

  it.each([
    ["name%", "m-name-dut-[liquid-edge]\r\nm-ready\r\n"],
    ["profile%", "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[ad01]\r\nm-ready\r\n"],
    ["DB%", "e-[Unknown command: DB]\r\nm-ready\r\n"],
    ["na\r\nme%", "e-[Unknown command: na\r\nme]\r\nm-ready\r\n"],
    ["%", "m-ready\r\n"],
    ["db%", "e-[Command 'db' requires a subcommand]\r\nm-ready\r\n"],
    ["db load 0%", "e-[Command 'db load' must be >0 bytes]\r\nm-ready\r\n"],
    ["db load%", "e-[Command 'db load' must be >0 bytes]\r\nm-ready\r\n"],
    ["infer 0%", "e-[Inference iterations must be >0]\r\nm-ready\r\n"],
    ["infer 1 -1%", "e-[Inference warmup must be >=0]\r\nm-ready\r\n"],
    ["infer 1%", "e-[No network: upload an image first]\r\nm-ready\r\n"],
  ])("%j is answered by %j", async (command, reply) => {
    expect(await send(command)).toBe(reply);
  });

  it("answers timestamp with microseconds that go on", async () => {
    const at = async () => Number(/^m-lap-us-(\d+)\r\nm-ready\r\n$/.exec(await send("timestamp%"))![1]);
    const first = await at();
    await device.pass(123_456);
    const passed = (await at()) - first;
    expect(passed).toBeGreaterThan(123_456);
    expect(passed).toBeLessThan(130_000);
  });

  it("prints help of ten lines", async () => {
    const lines = (await send("help%")).split("\r\n");
    expect(lines[1]).toBe("");
    expect(lines.slice(2).filter((line) => line !== "" && line !== "m-ready")).toHaveLength(10);
  });

  it("keeps the last of the characters beyond 80", async () => {
    expect(await send(`${"x".repeat(100)}y%`)).toBe(`e-[Unknown command: ${"x".repeat(79)}y]\r\nm-ready\r\n`);
  });

  it("loads, prints and checks the input", async () => {
    await upload();
    expect(await send("db load 10%")).toBe("m-[Expecting 10 bytes]\r\nm-ready\r\n");
    expect(await send("db 0123456789%")).toBe("m-ready\r\n");
    expect(await send("db AbCDeF1%")).toBe("e-[Insufficent number of hex digits]\r\nm-ready\r\n");
    expect(await send("db 1x%")).toBe("e-[Invalid hex digit '1x']\r\nm-ready\r\n");
    expect(await send("db 00ffee%")).toBe("m-load-done\r\nm-ready\r\n");
    expect(await send("db print%")).toBe(
      "m-buffer-01-23-45-67-89-AB-CD-EF\r\nm-buffer-00-FF\r\n\r\nm-ready\r\n",
    );
    expect(await send("db load 1000000%")).toMatch(
      /^Supplied buffer size 1000000 exceeds maximum of \d+\nm-ready\r\n$/,
    );
  });

  it("forgets what was loaded when the network goes: no digit is written where there is no buffer", async () => {
    await upload();
    await send("db load 10%");
    await send("db 01%");
    const broken = compiled.image.slice();
    broken[0]! ^= 1;
    const session = new DeviceSession(new HostLink(device));
    await expect(session.upload(broken, compiled.arenaBytes)).rejects.toThrow();
    expect(await send("db 00ff%")).toBe("m-ready\r\n");
    expect(await send("db print%")).toBe("m-ready\r\n");
    expect(await send("infer 1 0%")).toMatch(/^e-\[/);
    // Nor does another network get what the one before it was given.
    await upload();
    await send("db load 10%");
    await upload();
    expect(await send("db 00ff%")).toBe("m-ready\r\n");
    expect(await send("db print%")).toBe("m-ready\r\n");
  });

  it.each([false, true])("runs a whole session (a zero in front of every command: %s)", async (stray) => {
    await upload();
    const command = (line: string) => send(stray ? `\0${line}` : line);
    const expected = await expectedResults();
    for (const name of ["name%", "profile%", "timestamp%"])
      expect(await command(name)).toMatch(/m-ready\r\n$/);
    for (let round = 0; round < 2; round++) {
      expect(await command(`db load ${hex.length / 2}%`)).toContain(`m-[Expecting ${hex.length / 2} bytes]`);
      for (const line of dbCommands.slice(0, -1)) expect(await command(line)).toBe("m-ready\r\n");
      expect(await command(dbCommands.at(-1)!)).toBe("m-load-done\r\nm-ready\r\n");
      // Results do not depend on how often it ran.
      const reply = await command(round === 0 ? "infer 1 0%" : "infer 7 3%");
      const results = /m-results-\[([^\]]*)\]\r\nm-ready\r\n$/.exec(reply)![1]!;
      expect(results.split(",").map(Number)).toEqual(expected.map((x) => Number(x.toFixed(3))));
      expect(reply).toMatch(
        round === 0
          ? /^m-warmup-start-0\r\nm-warmup-done\r\nm-infer-start-1\r\nm-lap-us-\d+\r\nm-lap-us-\d+\r\nm-infer-done\r\n/
          : /^m-warmup-start-3\r\nm-warmup-done\r\nm-infer-start-7\r\nm-lap-us-\d+\r\nm-lap-us-\d+\r\nm-infer-done\r\n/,
      );
      expect(await command("results%")).toBe(`m-results-[${results}]\r\nm-ready\r\n`);
    }
  });

  it("a warm-up that is not given is ten", async () => {
    await upload();
    await send(`db load ${hex.length / 2}%`);
    for (const line of dbCommands) await send(line);
    expect(await send("infer 1%")).toContain("m-warmup-start-10\r\n");
  });

  it("is driven by our own client as the public runner does it", async () => {
    await upload();
    const talk = new MlperfSession(new HostLink(device));
    expect([await talk.name(), await talk.model()]).toEqual(["liquid-edge", "ad01"]);
    await talk.load(new Uint8Array(input.buffer));
    const { results, iterations, elapsedUs } = await talk.infer(20, 2);
    expect(results).toEqual((await expectedResults()).map((x) => Number(x.toFixed(3))));
    expect(iterations).toBe(20);
    expect(elapsedUs).toBeGreaterThan(0);
    await expect(talk.command("nonsense")).rejects.toThrow("e-[Unknown command: nonsense]");
    await expect(talk.load(new Uint8Array(100_000))).rejects.toThrow("exceeds maximum");
    await expect(talk.command("na%me")).rejects.toThrow(RangeError);
  });

  it("understands a command behind a frame that broke off", async () => {
    await device.take(Uint8Array.of(0, 3, 0x81, 7));
    await device.pass(60_000);
    expect(await send("name%")).toBe("m-name-dut-[liquid-edge]\r\nm-ready\r\n");
    // Half a frame of the greatest length.
    await device.take(new Uint8Array(700).fill(0x83).fill(0, 0, 1));
    expect(await send("name%")).toContain("m-name-dut-[liquid-edge]\r\nm-ready\r\n");
  });
});
