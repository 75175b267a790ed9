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

const HERE = fileURLToPath(new URL(".", import.meta.url));
const LOAD_ADDRESS = 0x20000000;
const STACK_TOP = 0x20041000;
const RUNS = 4000;
const SEED = 2024;

interface Cycles {
  /** Mean over operands of the size that occurs in networks, 2^-12 to 2^4, or over the loop counts and indices of integers. */
  mean: number;
  /** 5th and 95th percentile over those operands together with arbitrary bit patterns, one in eight of them denormal. */
  low: number;
  high: number;
  least: number;
  most: number;
}

// --- operands --------------------------------------------------------------------------------------------------------

let randomState = SEED;

/** Uniform unsigned 32-bit integers (mulberry32). */
function randomU32(): number {
  randomState = (randomState + 0x6d2b79f5) >>> 0;
  let t = Math.imul(randomState ^ (randomState >>> 15), randomState | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

const word = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

function floatOf(bits: number): number {
  word.setUint32(0, bits);
  return word.getFloat32(0);
}

/** A float of a network's usual size, or any finite bit pattern. */
function randomFloat(usual: boolean): number {
  const u = randomU32();
  if (usual) return floatOf((u & 0x807fffff) | ((127 - 12 + (randomU32() % 17)) << 23));
  const exponent = randomU32() % 8 === 0 ? 0 : randomU32() % 255;
  return floatOf((u & 0x807fffff) | (exponent << 23));
}

/** An integer of a counter's or an index's usual size (below 2^16), or any bit pattern. */
function randomInteger(usual: boolean): number {
  const u = randomU32();
  return usual ? u >>> (16 + (randomU32() % 16)) : u >>> (randomU32() % 32);
}

// --- what is measured ------------------------------------------------------------------------------------------------

interface Routine {
  stub: string;
  /** Registers r0 to r3 and the words that r0 (and r1) must then hold; undefined where the result is not checked. */
  operands(usual: boolean): { registers: number[]; expected: number[] | undefined };
}

/** The default NaN and the payload of others differ between implementations: a NaN is not compared. */
function floatResult(value: number): number[] | undefined {
  return Number.isNaN(value) ? undefined : [bitsOf(Math.fround(value))];
}

function binary(stub: string, operation: (a: number, b: number) => number[] | undefined): Routine {
  return {
    stub,
    operands(usual) {
      const [a, b] = [randomFloat(usual), randomFloat(usual)];
      return { registers: [bitsOf(a), bitsOf(b)], expected: operation(a, b) };
    },
  };
}

function unary(
  stub: string,
  operation: (a: number) => number[] | undefined,
  magnitudeLimit = Infinity,
): Routine {
  return {
    stub,
    operands(usual) {
      let a = randomFloat(usual);
      if (Math.abs(a) >= magnitudeLimit) a = randomFloat(true);
      return { registers: [bitsOf(a)], expected: operation(a) };
    },
  };
}

function convert(stub: string, signed: boolean): Routine {
  return {
    stub,
    operands(usual) {
      const value = signed && randomU32() % 2 === 0 ? -randomInteger(usual) | 0 : randomInteger(usual);
      return { registers: [value >>> 0], expected: [bitsOf(Math.fround(signed ? value | 0 : value >>> 0))] };
    },
  };
}

function divide(stub: string, signed: boolean): Routine {
  return {
    stub,
    operands(usual) {
      const a = signed && randomU32() % 2 === 0 ? -randomInteger(usual) : randomInteger(usual);
      const b = Math.max(1, randomInteger(usual) >>> 1);
      const [dividend, divisor] = signed ? [a | 0, b | 0] : [a >>> 0, b >>> 0];
      return { registers: [dividend >>> 0, divisor], expected: [Math.trunc(dividend / divisor) >>> 0] };
    },
  };
}

function integer(stub: string, operation: (a: number) => number): Routine {
  return {
    stub,
    operands(usual) {
      const a = randomInteger(usual) || 1;
      return { registers: [a], expected: [operation(a) >>> 0] };
    },
  };
}

const U64 = (value: bigint) => BigInt.asUintN(64, value);
const words = (value: bigint) => [Number(U64(value) & 0xffffffffn), Number(U64(value) >> 32n)];

/** 64-bit operands: products of the size a rescale makes (below 2^47), or any. */
function randomI64(usual: boolean): bigint {
  const value = U64((BigInt(randomU32()) << 32n) | BigInt(randomU32()));
  return usual ? value >> BigInt(17 + (randomU32() % 32)) : value >> BigInt(randomU32() % 64);
}

function wide(stub: string, operation: (a: bigint, b: bigint) => bigint): Routine {
  return {
    stub,
    operands(usual) {
      const [a, b] = [randomI64(usual), randomI64(usual) || 1n];
      return { registers: [...words(a), ...words(b)], expected: words(operation(a, b)) };
    },
  };
}

function wideShift(stub: string, operation: (a: bigint, distance: bigint) => bigint): Routine {
  return {
    stub,
    operands(usual) {
      const [a, distance] = [randomI64(usual), randomU32() % (usual ? 32 : 64)];
      return { registers: [...words(a), distance], expected: words(operation(a, BigInt(distance))) };
    },
  };
}

const popcount = (a: number) => a.toString(2).replaceAll("0", "").length;
const truth = (value: boolean) => [value ? 1 : 0];
const signedOf = (a: bigint) => BigInt.asIntN(64, a);

/** Routines by operation class; a class with several routines takes their mean. */
const ROUTINES: Record<string, Routine[]> = {
  f32Add: [binary("f32Add", (a, b) => floatResult(a + b)), binary("f32Sub", (a, b) => floatResult(a - b))],
  f32Mul: [binary("f32Mul", (a, b) => floatResult(a * b))],
  f32Div: [binary("f32Div", (a, b) => floatResult(a / b))],
  f32Sqrt: [
    {
      stub: "f32Sqrt",
      operands(usual) {
        const a = Math.abs(randomFloat(usual));
        return { registers: [bitsOf(a)], expected: floatResult(Math.sqrt(a)) };
      },
    },
  ],
  f32Compare: [
    binary("f32Less", (a, b) => truth(a < b)),
    binary("f32GreaterEqual", (a, b) => truth(a >= b)),
    binary("f32Equal", (a, b) => truth(a === b)),
  ],
  f32Round: [
    unary("f32RoundFloor", (a) => floatResult(Math.floor(a))),
    unary("f32RoundTrunc", (a) => floatResult(Math.trunc(a))),
    unary("f32RoundNearest", () => undefined),
  ],
  f32ConvertI32: [convert("f32ConvertI32Signed", true), convert("f32ConvertI32Unsigned", false)],
  i32TruncF32: [
    unary("i32TruncF32Signed", (a) => [Math.trunc(a) >>> 0], 2 ** 31),
    {
      stub: "i32TruncF32Unsigned",
      operands(usual) {
        let a = Math.abs(randomFloat(usual));
        if (a >= 2 ** 32) a = Math.abs(randomFloat(true));
        return { registers: [bitsOf(a)], expected: [Math.trunc(a) >>> 0] };
      },
    },
  ],
  i32Div: [divide("i32DivSigned", true), divide("i32DivUnsigned", false)],
  i32Bits: [
    integer("i32Clz", Math.clz32),
    integer("i32Ctz", (a) => 31 - Math.clz32(a & -a)),
    integer("i32Popcnt", popcount),
  ],
  i64Mul: [wide("i64Mul", (a, b) => a * b)],
  i64Div: [
    wide("i64DivSigned", (a, b) => signedOf(a) / signedOf(b)),
    wide("i64DivUnsigned", (a, b) => a / b),
  ],
  i64Shift: [
    wideShift("i64ShiftLeft", (a, distance) => a << distance),
    wideShift("i64ShiftRightSigned", (a, distance) => signedOf(a) >> distance),
  ],
  i64Bits: [
    {
      stub: "i64Clz",
      operands(usual) {
        const a = randomI64(usual) || 1n;
        return { registers: words(a), expected: [64 - a.toString(2).length] };
      },
    },
  ],
};

// --- running ---------------------------------------------------------------------------------------------------------

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
