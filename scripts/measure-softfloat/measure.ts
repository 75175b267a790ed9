// Cycles of libgcc's and newlib's routines on a Cortex-M0+, where f32 and 64-bit arithmetic and all division are calls.
// Builds routines.S with the Debian cross compiler, runs every routine on random operands under rp2040js (an RP2040
// emulator that counts Cortex-M0+ cycles, memory without wait states) and writes result.json beside this file, from
// which boards/cores/cortex-m0plus.json takes its soft-float prices. Every result is checked against JavaScript's.
//
//   npx tsx scripts/measure-softfloat/measure.ts

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConsoleLogger, LogLevel, RP2040 } from "rp2040js";
import { ROUTINES, type Routine, SEED } from "./routines.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const LOAD_ADDRESS = 0x20000000;
const STACK_TOP = 0x20041000;
const RUNS = 4000;

interface Cycles {
  /** Mean over operands of the size that occurs in networks, 2^-12 to 2^4, or over the loop counts and indices of integers. */
  mean: number;
  /** 5th and 95th percentile over those operands together with arbitrary bit patterns, one in eight of them denormal. */
  low: number;
  high: number;
  least: number;
  most: number;
}

interface Program {
  code: Buffer;
  addresses: Map<string, number>;
}

function buildProgram(): Program {
  const folder = mkdtempSync(join(tmpdir(), "softfloat-"));
  try {
    const elf = join(folder, "routines.elf");
    const binaryFile = join(folder, "routines.bin");
    const place = [`-Wl,-Ttext=0x${LOAD_ADDRESS.toString(16)}`, "-Wl,--entry=stub_empty"];
    const libraries = ["--specs=nosys.specs", "-lm", "-lc", "-lgcc"];
    const flags = ["-mcpu=cortex-m0plus", "-mthumb", "-nostartfiles", ...place];
    execFileSync("arm-none-eabi-gcc", [...flags, join(HERE, "routines.S"), ...libraries, "-o", elf]);
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", elf, binaryFile]);
    const addresses = new Map<string, number>();
    for (const line of execFileSync("arm-none-eabi-nm", [elf], { encoding: "utf8" }).split("\n")) {
      const match = /^([0-9a-f]+) T stub_(\w+)$/.exec(line);
      if (match !== null) addresses.set(match[2]!, Number.parseInt(match[1]!, 16));
    }
    return { code: readFileSync(binaryFile), addresses };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Machine {
  readonly #chip = new RP2040();
  readonly #addresses: Map<string, number>;
  #stopped = false;

  constructor(program: Program) {
    this.#chip.logger = new ConsoleLogger(LogLevel.Error);
    this.#chip.sram.set(program.code);
    this.#chip.onBreak = () => {
      this.#stopped = true;
    };
    this.#addresses = program.addresses;
  }

  /** Cycles from the stub's BL up to its breakpoint, and r0 and r1 there. */
  call(stub: string, registers: number[]): { cycles: number; result: [number, number] } {
    const core = this.#chip.core;
    const address = this.#addresses.get(stub);
    if (address === undefined) throw new Error(`routines.S has no stub_${stub}`);
    core.registers.fill(0, 0, 13);
    registers.forEach((value, i) => {
      core.registers[i] = value;
    });
    core.SP = STACK_TOP;
    core.PC = address;
    this.#stopped = false;
    const start = core.cycles;
    for (let steps = 0; ; steps++) {
      if (steps > 100_000) throw new Error(`stub_${stub} does not come back`);
      const before = core.cycles;
      core.executeInstruction();
      if (this.#stopped) {
        return { cycles: before - start, result: [core.registers[0]! >>> 0, core.registers[1]! >>> 0] };
      }
    }
  }
}

function measure(machine: Machine, routines: Routine[]): Cycles {
  const usualCycles: number[] = [];
  const allCycles: number[] = [];
  for (const routine of routines) {
    for (let run = 0; run < RUNS; run++) {
      const usual = run % 2 === 0;
      const { registers, expected } = routine.operands(usual);
      const { cycles, result } = machine.call(routine.stub, registers);
      if (expected?.some((value, i) => value !== result[i]) === true) {
        const given = registers.map((value) => value.toString(16)).join(" ");
        throw new Error(
          `${routine.stub}(${given}) gives ${result.join(" ")}, expected ${expected.join(" ")}`,
        );
      }
      allCycles.push(cycles);
      if (usual) usualCycles.push(cycles);
    }
  }
  allCycles.sort((a, b) => a - b);
  const at = (fraction: number) => allCycles[Math.round(fraction * (allCycles.length - 1))]!;
  const mean = usualCycles.reduce((sum, cycles) => sum + cycles, 0) / usualCycles.length;
  return { mean: Math.round(mean * 10) / 10, low: at(0.05), high: at(0.95), least: at(0), most: at(1) };
}

function versionOf(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8" }).trim();
}

const machine = new Machine(buildProgram());
const classes: Record<string, Cycles> = {};
for (const [name, routines] of Object.entries(ROUTINES)) classes[name] = measure(machine, routines);

const emulator = JSON.parse(readFileSync(join(HERE, "../../node_modules/rp2040js/package.json"), "utf8")) as {
  version: string;
};
const result = {
  about:
    "Cycles of libgcc and newlib routines, call and return included, Cortex-M0+ with memory of no wait states, " +
    "measured by scripts/measure-softfloat/measure.ts; mean over usual operands, low and high are the 5th and 95th " +
    "percentile over usual operands and arbitrary bit patterns with denormals",
  gcc: versionOf("arm-none-eabi-gcc", ["-dumpfullversion"]),
  rp2040js: emulator.version,
  emptyCallCycles: machine.call("empty", []).cycles,
  seed: SEED,
  classes,
};
writeFileSync(join(HERE, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
console.table(classes);
