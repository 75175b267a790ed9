// `export --to c`: what it writes compiles without a warning and comes to the bits of `run`, here and on a Cortex-M4F.

import { execFileSync, spawnSync } from "node:child_process";
import {
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
import { Network } from "../../bindings/network.ts";
import { missing } from "../../scripts/tools.ts";
import { cli, cliJson, golden, ROOT, SINE, SINE_INPUT } from "../cli/run-cli.ts";
import { exportJson, runJson } from "../cli/schemas.ts";

const FLAGS = "-std=c11 -O2 -ffp-contract=off -fno-fast-math -fwrapv -Wall -Wextra -Werror".split(" ");
const M4F = "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 --specs=rdimon.specs".split(" ");

interface Exported {
  folder: string;
  name: string;
  weights: string[];
}

let folder: string;
const exported = new Map<string, Exported>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "export-"));
  const int8 = join(folder, "sine8.safetensors");
  const calibration = SINE_INPUT;
  const made = await execute([
    "quantize",
    SINE,
    "--calibrate",
    calibration,
    "--precision",
    "int8",
    "--out",
    int8,
  ]);
  expect(made.stderr).toBe("");
  const gelu = await golden("cfc-gelu-8");
  const memory = await golden("ltc-mixed-memory-16");
  const networks: [string, string[]][] = [
    ["sine", [SINE]],
    ["sine8", [int8]],
    ["gelu", [gelu.weights, "--config", gelu.config]],
    ["memory", [memory.weights, "--config", memory.config]],
  ];
  for (const [name, weights] of networks) {
    const out = join(folder, name);
    await cliJson(["export", ...weights, "--to", "c", "--out", out, "--name", name]);
    exported.set(name, { folder: out, name, weights });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command as a process, whose files are real. */
async function execute(args: string[]) {
  return spawnSync(process.execPath, [join(ROOT, "dist/cli.js"), ...args], { encoding: "utf8" });
}

/** First outputs of the steps of example.json, as `run` prints them. */
async function expectedOutputs({ folder: source, weights }: Exported): Promise<number[]> {
  const result = runJson.parse(await cliJson(["run", ...weights, "--input", join(source, "example.json")]));
  const [, , width] = result.output.shape;
  return result.output.data.filter((_, i) => i % width! === 0);
}

/** What a program printed as numbers of the network; integers are counts of its output scale. */
async function printedOutputs({ weights }: Exported, text: string): Promise<number[]> {
  const printed = [...text.matchAll(/^step \d+: (.+)$/gm)].map((match) => Number(match[1]));
  const integer = weights.length === 1 ? (await Network.load(weights[0]!)).compiled.integer : undefined;
  return printed.map((value) =>
    Math.fround(integer === undefined ? value : value * integer.scales.output[0]!),
  );
}

function compile(command: string, { folder: source, name }: Exported, program: string, more: string[] = []) {
  const sources = ["core.c", `${name}.c`, "main.c"].map((file) => join(source, file));
  return execFileSync(command, [...FLAGS, ...more, ...sources, "-o", program], { encoding: "utf8" });
}

function onQemu(elf: string) {
  const args = "-M mps2-an386 -display none -monitor none -serial none -semihosting-config".split(" ");
  return spawnSync("qemu-system-arm", [...args, "enable=on,target=native", "-kernel", elf], {
    encoding: "utf8",
    timeout: 20_000,
  });
}

const NAMES = ["sine", "sine8", "gelu", "memory"];

describe.skipIf(missing("gcc"))("an exported network on this machine", () => {
  it.each(NAMES)("%s comes to the bits of run", async (name) => {
    const network = exported.get(name)!;
    const program = join(folder, `${name}-here`);
    compile("gcc", network, program);
    const { status, stdout } = spawnSync(program, { encoding: "utf8" });
    expect(stdout).toContain("\n0 of 8 steps differ\n");
    expect(status).toBe(0);
    expect(await printedOutputs(network, stdout)).toEqual(await expectedOutputs(network));
  });

  it("notices a bit that is not as expected", () => {
    const network = exported.get("sine")!;
    const copy = { ...network, folder: join(folder, "wrong") };
    execFileSync("cp", ["-r", network.folder, copy.folder]);
    const file = join(copy.folder, "example.h");
    const text = readFileSync(file, "utf8");
    // The last bit of the first output.
    writeFileSync(
      file,
      text.replace(/0x([0-9a-f]{8})/, (_, hex) => `0x${((Number(`0x${hex}`) ^ 1) >>> 0).toString(16)}`),
    );
    const program = join(folder, "wrong-here");
    compile("gcc", copy, program);
    const { status, stdout } = spawnSync(program, { encoding: "utf8" });
    expect([status, stdout.trim().split("\n").at(-1)]).toEqual([1, "1 of 8 steps differ"]);
  });
});

describe.skipIf(missing("arm-none-eabi-gcc", "qemu-system-arm"))(
  "an exported network on a Cortex-M4F",
  () => {
    const start = [
      ...M4F,
      join(import.meta.dirname, "semihosting.c"),
      `-T${join(import.meta.dirname, "semihosting.ld")}`,
      "-Wl,--no-warn-rwx-segments",
    ];

    it.each(NAMES)("%s comes to the bits of run", async (name) => {
      const network = exported.get(name)!;
      const elf = join(folder, `${name}.elf`);
      compile("arm-none-eabi-gcc", network, elf, start);
      const { status, stdout } = onQemu(elf);
      expect(stdout).toContain("0 of 8 steps differ");
      expect(status).toBe(0);
      expect(await printedOutputs(network, stdout)).toEqual(await expectedOutputs(network));
    });

    it("refuses to start where products and sums are one instruction", () => {
      const elf = join(folder, "contracted.elf");
      compile("arm-none-eabi-gcc", exported.get("sine")!, elf, [...start, "-ffp-contract=fast"]);
      const { status, stdout } = onQemu(elf);
      expect([status, stdout.trim()]).toEqual([2, "the arithmetic is not as the network needs it"]);
    });

    it("takes less than half of the whole core", () => {
      const { folder: source } = exported.get("sine")!;
      const object = join(folder, "core.o");
      execFileSync("arm-none-eabi-gcc", [
        ...FLAGS,
        ...M4F.slice(0, 4),
        "-c",
        join(source, "core.c"),
        "-o",
        object,
      ]);
      const text = execFileSync("arm-none-eabi-size", [object], { encoding: "utf8" });
      expect(Number(text.trim().split("\n")[1]!.trim().split(/\s+/)[0])).toBeLessThan(20_000);
    });
  },
);

describe.skipIf(missing("gcc"))("the CMake file", () => {
  it.skipIf(missing("cmake"))("builds the library and the example", () => {
    const { folder: source } = exported.get("sine8")!;
    const build = join(folder, "cmake");
    execFileSync("cmake", ["-S", source, "-B", build, "-DCMAKE_C_FLAGS=-Wall -Werror"], { encoding: "utf8" });
    execFileSync("cmake", ["--build", build], { encoding: "utf8" });
    expect(spawnSync(join(build, "example"), { encoding: "utf8" }).stdout).toContain("0 of 8 steps differ");
  });
});

describe("export", () => {
  it("reports what it wrote", async () => {
    const out = join(folder, "reported");
    const report = exportJson.parse(await cliJson(["export", SINE, "--out", out]));
    expect(report).toMatchObject({ name: "sine", language: "c", precision: "fp32", inputs: 2, outputs: 1 });
    expect(readdirSync(out).sort()).toEqual([...report.files].sort());
    const header = readFileSync(join(out, "sine.h"), "utf8");
    expect(header).toContain(`#define SINE_RAM_BYTES ${report.ramBytes} `);
    expect(readFileSync(join(out, "sine.c"), "utf8")).not.toContain(ROOT);
  });

  it("refuses a folder with something in it, and keeps it as it is", async () => {
    const out = join(folder, "taken");
    mkdirSync(out);
    writeFileSync(join(out, "notes.txt"), "mine");
    const { code, err } = await cli(["export", SINE, "--out", out]);
    expect([code, err]).toEqual([
      2,
      [
        `liquid-edge: ${out}: expected a folder that is empty or does not exist, found one with a file ` +
          "(--force replaces files of the same name)",
      ],
    ]);
    expect(readdirSync(out)).toEqual(["notes.txt"]);
    expect((await cli(["export", SINE, "--out", out, "--force"])).code).toBe(0);
    expect(readFileSync(join(out, "notes.txt"), "utf8")).toBe("mine");
    expect(existsSync(join(out, "core.c"))).toBe(true);
  });

  it.each([
    [
      ["--out", join(tmpdir(), "no-such-folder", "x")],
      /expected a folder that can be written, found no such folder$/,
    ],
    [["--out", SINE], /expected a folder, found something that is no folder$/],
    [["--out", "x", "--name", "3d"], /--name: expected a C identifier .*, found "3d"$/],
    [["--out", "x", "--name", "core"], /--name: expected a C identifier .*, found "core"$/],
    [["--out", "x", "--to", "rust"], /--to: expected c, found "rust"/],
  ])("answers %j with one line", async (args, message) => {
    const { code, err } = await cli(["export", SINE, ...args]);
    expect([code, err.length]).toEqual([2, 1]);
    expect(err[0]).toMatch(message);
    expect(existsSync("x")).toBe(false);
    // No draft is left behind either.
    expect(readdirSync(join(ROOT, "examples")).filter((file) => file.startsWith("."))).toEqual([]);
  });
});

describe.skipIf(missing("wasm2c"))("the core as C that the package brings", () => {
  it("is the core's, so that wasm2c is not needed", () => {
    const out = join(folder, "without-tools");
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, "dist/cli.js"), "export", SINE, "--out", out],
      { encoding: "utf8", env: { PATH: "" } },
    );
    expect([status, stderr]).toEqual([0, ""]);
  });
});
