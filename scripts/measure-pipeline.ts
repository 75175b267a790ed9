// What the compiled core takes on the published pipelines of the Cortex-M4F and the Cortex-M7: QEMU says which instructions a
// time step executes, one by one, and measure-pipeline/pipelines.ts what each costs beside its neighbours. Takes minutes.
//
//   npx tsx scripts/measure-pipeline.ts [--case ltc-ncp-64]
//
// Without --case: the networks of boards/crosscheck.json, which are no choice of this script.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { findEmulatedBoard } from "../bindings/board/emulated.ts";
import type { OpClass } from "../bindings/count/op-class.ts";
import { Network } from "../bindings/network.ts";
import { quantize } from "../bindings/quantize/quantize.ts";
import { SUITE, suiteNetwork } from "../cli/crosscheck/suite.ts";
import { QEMU, type QemuBoard, qemuMachine } from "../cli/firmware/qemu.ts";
import { buildTestFirmware } from "../tests/firmware/batch.ts";
import { caseOf } from "../tests/quantize/cases.ts";
import { readCoreTables } from "./build-boards.ts";
import { type Instruction, parseListing } from "./measure-pipeline/instructions.ts";
import { type Core, type Timed, timeOf } from "./measure-pipeline/pipelines.ts";

const { values } = parseArgs({ options: { case: { type: "string" } } });
const CORES = [
  ["qemu-m4f", "cortex-m4f"],
  ["qemu-m7", "cortex-m7"],
] as const;
const JOB_BYTES = 64;
const tables = await readCoreTables();

interface Named {
  group: string;
  network: Network;
}

function networks(): Named[] {
  if (values.case === undefined) {
    return [...SUITE.fit, ...SUITE.judge].map((entry) => ({
      group: entry.precision === "fp32" || entry.precision === "fp16" ? "floats" : "integers",
      network: suiteNetwork(entry),
    }));
  }
  const { model, calibration } = caseOf(values.case);
  const { network } = quantize(model, { precision: "int8", calibration });
  return [
    { group: "floats", network: Network.fromModel(model) },
    { group: "integers", network: Network.fromInteger({ config: model, precision: "int8", network }) },
  ];
}

/** Memory of batch.c with one job: one step from zero inputs and a state of zero, elapsed time one unit. */
function memoryOf({ compiled }: Network, base: number): Uint8Array {
  const align = (n: number) => (n + 63) & ~63;
  const image = align(8 + JOB_BYTES);
  const records = align(image + compiled.image.length);
  const memory = new Uint8Array(align(records + 65_536));
  memory.set(compiled.image, image);
  const view = new DataView(memory.buffer);
  if (compiled.precision === "int8" || compiled.precision === "int4") view.setUint32(records, 1, true);
  else view.setFloat32(records, 1, true);
  const words = [
    1,
    8 + JOB_BYTES,
    base + image,
    compiled.image.length,
    base + records,
    1,
    base + records,
    0,
    0,
    0,
  ];
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  return memory;
}

/** Addresses that firmware executes between the call of `core_step` and its return. */
async function traceStep(
  board: QemuBoard,
  elf: string,
  memory: Uint8Array,
  start: number,
): Promise<number[]> {
  const file = `${elf}.memory.bin`;
  writeFileSync(file, memory);
  const loader = `loader,file=${file},addr=${board.emulator.testMemory},force-raw=on`;
  const args = [
    ...qemuMachine(board),
    "-singlestep",
    "-d",
    "exec,nochain",
    "-monitor",
    "none",
    "-serial",
    "null",
  ];
  const child = spawn(QEMU, [...args, "-device", loader, "-kernel", elf], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const path: number[] = [];
  let back = -1;
  let before = 0;
  for await (const line of createInterface(child.stderr)) {
    const slash = line.indexOf("/", 10);
    const at = Number.parseInt(line.slice(slash + 1, slash + 9), 16);
    if (Number.isNaN(at)) continue;
    if (back < 0 && at === start) back = before + 4;
    else if (at === back) break;
    if (back >= 0) path.push(at);
    before = at;
  }
  child.kill("SIGKILL");
  return path;
}

interface Sum {
  count: number;
  cycles: number;
  paired: number;
  waits: number;
}

function labelOf({ kind, width, mnemonic, addresses }: Instruction): string {
  // Reloads of what registers do not hold are no operation of the core.
  if (kind === "load" || kind === "store")
    return addresses.includes("sp") ? `spilled ${kind}` : `${kind} ${width}`;
  if (/^v(add|sub|mul|cvt)/.test(mnemonic)) return mnemonic;
  return kind;
}

function report(core: Core, group: string, sums: Map<string, Sum>): void {
  const total = (field: "count" | "cycles") =>
    [...sums.values()].reduce((sum, one) => sum + one[field], 0).toFixed(0);
  console.log(`\n${core}, ${group}: ${total("count")} instructions, ${total("cycles")} cycles`);
  for (const [label, { count, cycles, paired, waits }] of [...sums].sort(
    ([, a], [, b]) => b.cycles - a.cycles,
  )) {
    const each = [cycles, paired, waits].map((n) => (n / count).toFixed(2));
    console.log(
      `  ${label.padEnd(14)} ${count.toFixed(0).padStart(8)}  ${each[0]} cycles each, ${each[1]} paired, waits ${each[2]}`,
    );
  }
}

/** Adds a network's instructions, so that every network counts alike, however large. */
function add(sums: Map<string, Sum>, path: readonly Instruction[], { cycles, paired, waits }: Timed): void {
  const share = 1e6 / totalOf(cycles);
  for (const [i, one] of path.entries()) {
    const label = labelOf(one);
    const sum = sums.get(label) ?? { count: 0, cycles: 0, paired: 0, waits: 0 };
    sum.count += share;
    sum.cycles += share * cycles[i]!;
    sum.paired += share * paired[i]!;
    sum.waits += share * waits[i]!;
    sums.set(label, sum);
  }
}

const totalOf = (cycles: Float64Array) => cycles.reduce((a, b) => a + b, 0);

async function measure(id: string, core: Core, folder: string): Promise<void> {
  const board = findEmulatedBoard(id) as QemuBoard;
  // Operations are counted in the core's own kernels.
  const elf = await buildTestFirmware(board, folder, "batch.c", { portKernels: [] });
  const tool = (name: string, ...args: string[]) =>
    execFileSync(`arm-none-eabi-${name}`, [...args, elf], { encoding: "utf8", maxBuffer: 2 ** 28 });
  const listing = parseListing(tool("objdump", "-d", "--no-show-raw-insn"));
  const start = Number.parseInt(/^([0-9a-f]+) . core_step$/m.exec(tool("nm"))![1]!, 16);
  const prices = tables[core]!.classes;
  const groups = new Map<string, Map<string, Sum>>();
  const ratios = new Map<string, number[]>();
  for (const { group, network } of networks()) {
    const memory = memoryOf(network, Number(board.emulator.testMemory));
    const path = (await traceStep(board, elf, memory, start)).map((at) => listing.get(at)!);
    const timed = timeOf(core, path);
    const { classes } = await network.profileOperations();
    const priced = Object.entries(classes).reduce(
      (sum, [name, n]) => sum + n * (prices[name as OpClass]?.typ ?? 0),
      0,
    );
    const cycles = totalOf(timed.cycles);
    for (const name of [group, "all"]) {
      if (!groups.has(name)) groups.set(name, new Map());
      add(groups.get(name)!, path, timed);
      ratios.set(name, [...(ratios.get(name) ?? []), priced / cycles]);
    }
    if (values.case !== undefined) {
      console.log(
        `${core} ${group}: ${path.length} instructions, ${cycles} cycles; classes price ${priced.toFixed(0)}`,
      );
    }
  }
  for (const [group, sums] of groups) {
    report(core, group, sums);
    const logs = ratios.get(group)!.map(Math.log);
    const mean = Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length);
    const ends = [Math.min, Math.max].map((end) => Math.exp(end(...logs)).toFixed(2));
    console.log(
      `  class prices / pipeline: ${mean.toFixed(2)}, ${ends.join(" to ")} over ${logs.length} networks`,
    );
  }
}

for (const [id, core] of CORES) {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-"));
  try {
    await measure(id, core, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
