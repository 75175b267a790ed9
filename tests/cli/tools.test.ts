// Other programs are started without a shell: names of files that a shell would take for something else reach them as they are.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing } from "../../scripts/tools.ts";
import { cli, ROOT, SINE } from "./run-cli.ts";

const NAMES = [
  "a b.elf",
  "quote'and\"quote.elf",
  "line\nfeed.elf",
  "-rf.elf",
  "--help",
  "$(touch pwned).elf",
  "`touch pwned`;touch pwned&|<>*?.elf",
  "ü\u202e.elf",
  "back\\slash.elf",
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tools-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "commonjs" }));
  for (const tool of ["openocd", "probe-rs", "nrfutil", "esptool", "picotool"]) {
    // One JSON list of arguments a line; no shell in between could leave them as they are.
    const script = `#!${process.execPath}\nrequire("node:fs").appendFileSync(process.env.LOG, JSON.stringify(process.argv.slice(2)) + "\\n");\n`;
    writeFileSync(join(folder, tool), script);
    chmodSync(join(folder, tool), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("board flash", () => {
  it.each([
    ["stm32h743", "openocd"],
    ["stm32h743", "probe-rs"],
    ["nrf52840", "nrfutil"],
    ["esp32s3", "esptool"],
    ["rp2040", "picotool"],
  ])(
    "of %s gives %s the file's own name",
    (board, tool) => {
      const work = mkdtempSync(join(folder, "work-"));
      const log = join(work, "log");
      // One tool is called like the other: all names for one of them.
      for (const name of tool === "openocd" ? NAMES : NAMES.slice(0, 3)) {
        writeFileSync(join(work, name), "firmware");
        rmSync(log, { force: true });
        const args = ["board", "flash", board, "--tool", tool, `--firmware=${name}`];
        const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "dist/cli.js"), ...args], {
          encoding: "utf8",
          cwd: work,
          env: { PATH: `${folder}:${process.env.PATH}`, LOG: log },
        });
        expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: "" });
        const calls = readFileSync(log, "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as string[]);
        const words = calls.slice(1).flat();
        const file = join(work, name);
        expect(words).toContain(tool === "openocd" ? `program {${file}} verify reset exit` : file);
        // The name is printed as one that neither drives the terminal nor a shell that it is copied to.
        expect(stdout).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
      }
      expect(readdirSync(work).filter((name) => name === "pwned")).toEqual([]);
    },
    120_000,
  );

  it.each(["a{b}.elf", "}; exec touch pwned; #.elf", "end\\\nof.elf"])(
    "refuses %j, which Tcl would read",
    async (name) => {
      const file = join(folder, name);
      writeFileSync(file, "firmware");
      const { code, err, streamed } = await cli(
        ["board", "flash", "stm32h743", "--tool", "openocd", "--firmware", file],
        {
          tools: { openocd: "0.12.0" },
        },
      );
      expect([code, err.length, streamed]).toEqual([2, 1, []]);
      expect(err[0]).toMatch(/expected a path without braces/);
    },
  );
});

describe.skipIf(missing("wasm2c", "make", "arm-none-eabi-gcc"))("board build", () => {
  it("takes any folder and any checkpoint, though make has a shell", async () => {
    const work = join(folder, "it's $(touch pwned) `touch pwned`; a\nfolder");
    mkdirSync(work);
    const image = join(work, "-net 'x'.safetensors");
    writeFileSync(image, readFileSync(SINE));
    const out = join(work, "out $HOME");
    const args = [
      "board",
      "build",
      "qemu-m4f",
      "--out",
      out,
      "--image",
      image,
      "--image-in",
      "flash",
      "--json",
    ];
    const { code, err, out: printed } = await cli(args);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(JSON.parse(printed)).toMatchObject({ elf: join(out, "firmware.elf"), out });
    expect(existsSync(join(out, "firmware.elf"))).toBe(true);
    for (const place of [work, out, process.cwd(), join(ROOT, "boards")])
      expect(existsSync(join(place, "pwned"))).toBe(false);
  }, 120_000);

  it.each(["a b", "kws01\"'", "$(touch pwned)", ""])("refuses the id %j", async (id) => {
    const { code, err } = await cli([
      "board",
      "build",
      "qemu-m4f",
      "--out",
      join(folder, "o"),
      `--mlperf-id=${id}`,
    ]);
    expect([code, err.length]).toEqual([2, 1]);
    expect(err[0]).toMatch(/--mlperf-id: expected letters, digits, dots and hyphens/);
    expect(existsSync(join(folder, "o"))).toBe(false);
  });

  it("prints a command for other tools that a shell takes as it is meant", async () => {
    const out = join(folder, "s3 it's");
    const { code, out: printed } = await cli(["board", "build", "esp32s3", "--out", out, "--json"]);
    expect(code).toBe(0);
    const { next } = JSON.parse(printed);
    const words = spawnSync("sh", ["-c", `printf '%s\\n' ${next}`], { encoding: "utf8" }).stdout.split("\n");
    expect(words).toContain(`CORE_DIR=${out}`);
  });
});
