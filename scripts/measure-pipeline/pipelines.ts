// Cycles of executed instructions on two in-order pipelines, memory without wait states. The rules are published (timings.json);
// what a rule leaves open is taken as not happening: an `it` does not fold, a load and a load do not issue together.

import type { Instruction } from "./instructions.ts";
import timings from "./timings.json" with { type: "json" };

export type Core = "cortex-m4f" | "cortex-m7";

export interface Timed {
  /** Of each instruction; an instruction that waits owns the wait, two that issue together share the cycle. */
  cycles: Float64Array;
  /** Loads that follow a load and take one cycle (Cortex-M4F); instructions that issue with another one (Cortex-M7). */
  paired: Uint8Array;
  /** Cycles that an instruction waited for an operand or an address. */
  waits: Uint8Array;
}

/** `path`: executed instructions in their order. */
export function timeOf(core: Core, path: readonly Instruction[]): Timed {
  return core === "cortex-m4f" ? onM4(path) : onM7(path);
}

const isTaken = (path: readonly Instruction[], i: number) =>
  i + 1 < path.length && path[i + 1]!.address !== path[i]!.address + path[i]!.bytes;

const reads = (instruction: Instruction, registers: readonly string[]) =>
  registers.some((r) => instruction.reads.includes(r));

const FLOATS = ["float", "floatDivide", "toFloat", "toCore", "flags"];
/** Whose result reaches an address a cycle late. */
const DATA_PROCESSING = ["alu", "shifted", "bitfield", "multiply", "divide"];

function onM4(path: readonly Instruction[]): Timed {
  const t = timings["cortex-m4f"];
  const result = emptyTimes(path.length);
  for (const [i, one] of path.entries()) {
    const before = path[i - 1];
    const follows = before?.kind === "load";
    let cycles = 1;
    let wait = 0;
    if (one.kind === "load" || one.kind === "store") {
      if (
        before !== undefined &&
        DATA_PROCESSING.includes(before.kind) &&
        one.addresses.some((r) => before.writes.includes(r))
      ) {
        wait = t.addressWait.value;
      }
    }
    if (one.kind === "load") {
      const isPipelined = follows && !one.addresses.some((r) => before.writes.includes(r));
      cycles = isPipelined ? t.pipelinedLoad.value : t.load.value;
      result.paired[i] = isPipelined ? 1 : 0;
    } else if (one.kind === "store")
      cycles = one.isIndexed && !follows ? t.indexedStore.value : t.store.value;
    else if (one.kind === "multiple") cycles = 1 + one.registers;
    else if (one.kind === "branch") cycles = isTaken(path, i) ? t.takenBranch.value : 1;
    else if (one.kind === "divide") cycles = t.divide.value;
    else if (one.kind === "floatDivide") cycles = t.floatDivide.value;
    else if (one.kind === "float" && before !== undefined && FLOATS.includes(before.kind)) {
      if (reads(one, before.writes)) wait = t.floatWait.value;
    }
    result.cycles[i] = cycles + wait;
    result.waits[i] = wait;
  }
  return result;
}

/** When a register can be read, by the late ALU, by what reads early (addresses, shifters, multipliers), as an accumulator. */
interface Ready {
  late: number;
  early: number;
  accumulator: number;
}

function onM7(path: readonly Instruction[]): Timed {
  const t = timings["cortex-m7"];
  const result = emptyTimes(path.length);
  const registers = new Map<string, Ready>();
  const ready = (names: readonly string[], stage: keyof Ready) =>
    names.reduce((latest, r) => Math.max(latest, registers.get(r)?.[stage] ?? 0), 0);
  const late = (when: number): Ready => ({ late: when, early: when + 1, accumulator: when });
  /** The cycle in which the instruction before was issued; -1: none. */
  let cycle = -1;
  let hasRoom = false;
  for (const [i, one] of path.entries()) {
    const { kind } = one;
    const isEarlyReader = ["shifted", "bitfield", "multiply"].includes(kind);
    const others = one.reads.filter((r) => !one.accumulates.includes(r));
    const operands = Math.max(
      ready(one.addresses, "early"),
      kind === "store" ? ready(one.reads, "accumulator") : ready(others, isEarlyReader ? "early" : "late"),
      ready(one.accumulates, "accumulator"),
    );
    const canPair: boolean =
      hasRoom && pairs(path[i - 1]!, one) && !isTaken(path, i - 1) && operands <= cycle;
    const issue = canPair ? cycle : Math.max(cycle + 1, operands);
    const wait = canPair ? 0 : Math.max(0, operands - (cycle + 1));
    let busy = 1;
    if (kind === "multiple") busy = Math.ceil(one.registers / 2);
    if (kind === "floatDivide") busy = t.floatDivide.value;
    if (kind === "divide") busy = t.divide.value;
    let next = late(issue + 1);
    // Early ALU: its result is there for the late one in the same cycle.
    if (kind === "alu" && ready(one.reads, "early") <= issue)
      next = { late: issue, early: issue + 1, accumulator: issue };
    if (kind === "load") {
      if (one.width === "f32") next = late(issue + t.floatLoadLatency.value);
      else next = late(issue + (one.width === "i32" ? t.wordLoadLatency : t.narrowLoadLatency).value);
    }
    if (kind === "bitfield") next = { late: issue + 1, early: issue + 2, accumulator: issue + 1 };
    if (kind === "multiply") {
      next = { ...late(issue + t.multiplyLatency.value), accumulator: issue + 1 };
    }
    if (kind === "float" || kind === "toFloat") {
      next = { ...late(issue + t.floatLatency.value), accumulator: issue + 1 };
    }
    if (kind === "floatDivide" || kind === "divide") next = late(issue + busy);
    for (const r of one.writes) registers.set(r, next);
    for (const r of one.writes)
      if (one.kind === "load" && one.addresses.includes(r) && r !== one.writes[0])
        registers.set(r, late(issue));
    result.cycles[i] = wait + busy;
    result.waits[i] = wait;
    if (canPair) {
      // The two share the cycle in which they are issued.
      result.cycles[i] = busy - 0.5;
      result.cycles[i - 1]! -= 0.5;
      result.paired[i] = 1;
      result.paired[i - 1] = 1;
    }
    cycle = issue + busy - 1;
    hasRoom = !canPair && busy === 1;
  }
  return result;
}

const ALONE = ["multiple", "toFloat", "toCore", "divide"];

function pairs(older: Instruction, younger: Instruction): boolean {
  const both = (...kinds: readonly string[]) => kinds.includes(older.kind) && kinds.includes(younger.kind);
  if (ALONE.includes(older.kind) || ALONE.includes(younger.kind)) return false;
  if (older.mnemonic === "vmrs" || younger.mnemonic === "vmrs") return false;
  if (both("float", "floatDivide", "flags") || both("multiply", "store") || both("load") || both("branch"))
    return false;
  return !both("bitfield", "shifted");
}

function emptyTimes(n: number): Timed {
  return { cycles: new Float64Array(n), paired: new Uint8Array(n), waits: new Uint8Array(n) };
}
