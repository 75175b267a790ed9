import { describe, expect, test } from "vitest";
import { type CountTable, OpCounter } from "../../bindings/count/counted-core.ts";
import { opClassOf } from "../../bindings/count/opcodes.ts";

const counter = (value: bigint) => new WebAssembly.Global({ value: "i64", mutable: true }, value);

/** A function that was called, with a loop in it: a pass adds and jumps back, the last one falls through. */
const TABLE: CountTable = {
  functions: [{ name: "sumF32", exported: true, calls: 0 }],
  counters: [
    { function: 0, histogram: { "br_if:not-taken": 1, "br_if:taken": -1, "f32.load": 2 } },
    { function: 0, histogram: { "br_if:taken": 1, "f32.add": 1, "f32.sub": 3, "i32.add": 1 } },
  ],
};

describe("OpCounter", () => {
  test("multiplies what was counted since with the histograms", () => {
    const counters = [counter(5n), counter(7n)] as const;
    const reader = new OpCounter({ "count:0": counters[0], "count:1": counters[1] }, TABLE);
    const counted = reader.measure(() => {
      counters[0].value += 2n;
      counters[1].value += 10n;
    });
    const classes = { branchNotTaken: 2, branchTaken: 8, f32Load: 4, f32Add: 40, i32Alu: 10 };
    expect(counted).toEqual({
      classes,
      operations: 64,
      functions: [{ name: "sumF32", exported: true, calls: 2, classes, operations: 64 }],
    });
  });

  test("lists no function that was not called", () => {
    const reader = new OpCounter({ "count:0": counter(1n), "count:1": counter(9n) }, TABLE);
    expect(reader.measure(() => {})).toEqual({ classes: {}, operations: 0, functions: [] });
  });

  test("refuses exports without the counters, and counts that a number does not hold", () => {
    expect(() => new OpCounter({ "count:0": counter(0n) }, TABLE)).toThrow(
      /^"exports" expected the global count:1/,
    );
    const reader = new OpCounter({ "count:0": counter(0n), "count:1": counter(0n) }, TABLE);
    const [none, many] = [BigInt64Array.of(0n, 0n), BigInt64Array.of(1n, 2n ** 53n)];
    expect(() => reader.difference(none, many)).toThrow(RangeError);
  });
});

describe("opClassOf", () => {
  test("prices an opcode by what it asks of a processor", () => {
    const samples = {
      "i64.load32_u": "i64Load",
      "f32.sub": "f32Add",
      "f32.copysign": "f32Sign",
      "i32.trunc_sat_f32_u": "i32TruncF32",
      "f32.reinterpret_i32": "reinterpret",
      "i32.rotl": "i32Alu",
      "i32.rem_u": "i32Div",
      "i32.eqz": "i32Compare",
      "i64.shr_s": "i64Shift",
      "i32.wrap_i64": "i64Convert",
      return: "branchTaken",
      else: "branchTaken",
      "if:taken": "branchTaken",
      "br_if:not-taken": "branchNotTaken",
      br_table: "branchTable",
      call_indirect: "callIndirect",
    };
    for (const [opcode, name] of Object.entries(samples)) expect(opClassOf(opcode), opcode).toBe(name);
  });

  test("excludes locals, constants and the brackets of the structure, and knows no other opcode", () => {
    for (const opcode of [
      "local.get",
      "local.set",
      "local.tee",
      "f32.const",
      "block",
      "loop",
      "end",
      "nop",
    ]) {
      expect(opClassOf(opcode)).toBe("excluded");
    }
    expect(() => opClassOf("f64.add")).toThrow('"f64.add"');
    expect(() => opClassOf("toString")).toThrow('"toString"');
  });
});
