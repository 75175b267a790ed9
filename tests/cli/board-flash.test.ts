// `board flash`: which tool is chosen, and that its arguments pass through no shell.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { intelHexOf } from "../../cli/firmware/intel-hex.ts";
import { missing } from "../../scripts/tools.ts";
import { cli, ROOT } from "./run-cli.ts";

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flash-"));
  file = join(folder, "a b;$(touch x).elf");
  writeFileSync(file, "firmware");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("board flash", () => {
  it.each([
    ["stm32h743", { openocd: "Open On-Chip Debugger 0.12.0" }, "openocd"],
    ["stm32h743", { openocd: "0.12.0", "probe-rs": "0.24.0" }, "probe-rs"],
    ["nrf52840", { "probe-rs": "0.24.0", openocd: "0.12.0" }, "probe-rs"],
    ["nrf52840", { "probe-rs": "0.24.0", nrfutil: "7.0" }, "nrfutil"],
    ["rp2040", { picotool: "2.0" }, "picotool"],
    ["esp32s3", { esptool: "5.0" }, "esptool"],
  ])("takes the first tool for %s of %j", async (board, tools, expected) => {
    const { code, streamed, out } = await cli(["board", "flash", board, "--firmware", file], { tools });
    expect(code).toBe(0);
    expect(streamed[0]![0]).toBe(expected);
    expect(streamed.flat().join("\n")).toContain(file);
    expect(out.split("\n")).toHaveLength(streamed.length);
  });

  it("only prints with --dry-run, and fails with the tool", async () => {
    const args = ["board", "flash", "stm32h743", "--firmware", file];
    const tools = { openocd: "0.12.0" };
    expect((await cli([...args, "--dry-run"], { tools })).streamed).toEqual([]);
    const { code, err } = await cli(args, { tools, toolExitCode: 3 });
    expect([code, err]).toEqual([1, ["liquid-edge: openocd: expected exit code 0, found 3"]]);
  });

  it.each([
    [
      ["nrf52840"],
      /^liquid-edge: board flash: expected one of nrfutil, probe-rs, openocd, found none \(nrfutil: .*\)$/,
    ],
    [["nrf52840", "--tool", "picotool"], /--tool: expected one of nrfutil, probe-rs, openocd for nrf52840/],
    [["qemu-m4f"], /expected a board of silicon, found "qemu-m4f", which is emulated$/],
  ])("answers %j with one line", async (args, message) => {
    const { code, err } = await cli(["board", "flash", ...args]);
    expect([code, err.length]).toEqual([2, 1]);
    expect(err[0]).toMatch(message);
  });

  it("says that a file is not there", async () => {
    const args = ["board", "flash", "stm32h743", "--firmware", join(folder, "none.elf")];
    const { code, err } = await cli(args, { tools: { openocd: "0.12.0" } });
    expect(code).toBe(2);
    expect(err[0]).toMatch(/none\.elf: expected a file of firmware, found none there$/);
  });

  it("hands arguments to the tool as they are", () => {
    const tool = join(folder, "openocd");
    writeFileSync(tool, `#!/bin/sh\nfor a in "$@"; do printf '%s\\n' "$a" >> "${folder}/arguments"; done\n`);
    chmodSync(tool, 0o755);
    const { status } = spawnSync(
      process.execPath,
      [join(ROOT, "dist/cli.js"), "board", "flash", "stm32h743", "--tool", "openocd", "--firmware", file],
      { encoding: "utf8", env: { PATH: `${folder}:${process.env.PATH}` }, cwd: folder },
    );
    expect(status).toBe(0);
    // The first call asked for the version.
    expect(readFileSync(join(folder, "arguments"), "utf8").trim().split("\n").slice(1)).toEqual([
      "-f",
      "board/st_nucleo_h743zi.cfg",
      "-c",
      `program {${file}} verify reset exit`,
    ]);
  });
});

describe.skipIf(missing("arm-none-eabi-gcc"))("Intel HEX", () => {
  it("is what objcopy reads back to the same bytes", () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 251);
    const hex = join(folder, "x.hex");
    writeFileSync(hex, intelHexOf([{ address: 0x0800fff8, bytes }]));
    execFileSync("arm-none-eabi-objcopy", ["-I", "ihex", "-O", "binary", hex, join(folder, "x.bin")]);
    expect(new Uint8Array(readFileSync(join(folder, "x.bin")))).toEqual(bytes);
  });
});
