// The pipelines of scripts/measure-pipeline against what their sources say of short pieces of code.

import { describe, expect, it } from "vitest";
import { parseListing } from "../../scripts/measure-pipeline/instructions.ts";
import { type Core, timeOf } from "../../scripts/measure-pipeline/pipelines.ts";

/** Cycles of instructions that follow each other, "mnemonic operands" a line; all of four bytes. */
function cyclesOf(core: Core, ...code: string[]): number {
  const text = code
    .map((line, i) => ` ${(0x100 + 4 * i).toString(16)}:\t${line.replace(" ", "\t")}`)
    .join("\n");
  const path = [...parseListing(`${text}\n ${(0x100 + 4 * code.length).toString(16)}:\tnop\t`).values()];
  return timeOf(core, path.slice(0, -1)).cycles.reduce((a, b) => a + b, 0);
}

const repeated = (n: number, line: string) => new Array<string>(n).fill(line);

describe("Cortex-M4F", () => {
  // The examples of TI SWCU192 (the Arm manual's), "normally three cycles total" and so on.
  it.each([
    [3, "ldr r0, [r1, #0]", "ldr r1, [r2, #0]"],
    [3, "ldr r0, [r1, r2]", "str r0, [r3, #20]"],
    [4, "ldr r0, [r1, r5]", "ldr r1, [r2, #0]", "ldr r2, [r3, #4]"],
    // The result of the first is the address of the second: nothing to pipeline.
    [4, "ldr r1, [r2, #0]", "ldr r0, [r1, #0]"],
    // An address from a data-processing instruction waits for a cycle.
    [4, "add.w r1, r1, r2", "ldr r0, [r1, #0]"],
    [3, "add.w r1, r1, r2", "ldr r0, [r3, #0]"],
    [3, "ldrsh.w r0, [r1, #2]", "ldrsb.w r4, [r1, #3]"],
    // STM32F407: register offset 2, immediate 1.
    [2, "str.w r0, [r1, r2]"],
    [1, "str.w r0, [r1, #4]"],
  ] as [number, ...string[]][])("takes %d cycles for %s; %s; %s", (cycles, ...code) => {
    expect(cyclesOf("cortex-m4f", ...code)).toBe(cycles);
  });

  it("takes 2.00 cycles an addition in a chain, 1.00 elsewhere, 14 a division (STM32G474)", () => {
    expect(cyclesOf("cortex-m4f", ...repeated(101, "vadd.f32 s0, s0, s1"))).toBe(201);
    expect(cyclesOf("cortex-m4f", ...["s2", "s3", "s4"].map((s) => `vadd.f32 ${s}, s0, s1`))).toBe(3);
    expect(cyclesOf("cortex-m4f", "vdiv.f32 s2, s0, s1")).toBe(14);
  });
});

describe("Cortex-M7", () => {
  // What was measured on an STM32H743 (jnk0le), steady state.
  const each = (n: number, ...code: string[]) => {
    const many = Array.from({ length: n }, () => code).flat();
    return (cyclesOf("cortex-m7", ...many, ...many) - cyclesOf("cortex-m7", ...many)) / n;
  };

  it.each([
    [3, "a chain of additions", ["vadd.f32 s0, s0, s1"]],
    [2, "two independent additions", ["vadd.f32 s0, s1, s2", "vadd.f32 s3, s1, s2"]],
    [1, "an addition beside a load", ["vadd.f32 s0, s1, s2", "vldr s3, [r0, #4]"]],
    [1, "two independent ALU operations", ["add.w r0, r1, r2", "add.w r3, r4, r5"]],
    [1, "a load and a store", ["ldr.w r0, [r1, #0]", "str.w r2, [r3, #0]"]],
    [2, "two stores", ["str.w r0, [r1, #0]", "str.w r2, [r3, #0]"]],
    [1, "a chain on an accumulator", ["mla r0, r1, r2, r0"]],
    [2, "two multiplications", ["mul.w r0, r1, r2", "mul.w r3, r4, r5"]],
    [16, "a division", ["vdiv.f32 s0, s1, s2"]],
    [2, "four registers at once", ["ldmia.w r0, {r1, r2, r3}"]],
  ] as const)("takes %d cycles for %s", (cycles, _, code) => {
    expect(each(50, ...code)).toBeCloseTo(cycles, 1);
  });

  it("waits a cycle longer for a byte than for a word, one more into a shifter", () => {
    const wait = (load: string, use: string) => cyclesOf("cortex-m7", `${load} r0, [r1, #0]`, use);
    expect(wait("ldr.w", "add.w r2, r0, r3")).toBe(2);
    expect(wait("ldrb.w", "add.w r2, r0, r3")).toBe(3);
    expect(wait("ldr.w", "add.w r2, r3, r0, lsl #2")).toBe(3);
    expect(wait("ldr.w", "mul.w r2, r0, r3")).toBe(3);
  });
});
