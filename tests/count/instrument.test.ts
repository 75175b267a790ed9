import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missing } from "../../scripts/tools.ts";
import { countRun, instantiateCounted, traceRun } from "./counting.ts";
import { randomProgram } from "./random-program.ts";
import { assembleText } from "./wabt-trace.ts";

const withWabt = !missing("wasm-interp");
if (!withWabt)
  console.warn("tests/count: wabt is not installed, so counts are not compared with its interpreter");

describe.skipIf(!withWabt)("instrument", () => {
  /** Histogram of `run`, which is the last function of the module. */
  const countsOf = (wat: string) => countRun(assembleText(wat)).functions.at(-1);

  test("counts the passes of a loop that is tested at its bottom", () => {
    const counts = countsOf(`(module (func (export "run") (local i32)
      (loop $l
        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get 0) (i32.const 10))))))`);
    expect(counts).toEqual({ "i32.add": 10, "i32.lt_u": 10, "br_if:taken": 9, "br_if:not-taken": 1 });
  });

  test("plants one counter in a loop without inner branches beside the one of the function", () => {
    const wasm = assembleText(`(module (func (export "run") (local i32)
      (block $done (loop $l
        (br_if $done (i32.eq (local.get 0) (i32.const 10)))
        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
        (br $l)))))`);
    expect(instantiateCounted(wasm).table.counters).toHaveLength(2);
    expect(countRun(wasm).functions).toEqual([
      { "i32.eq": 11, "br_if:taken": 1, "br_if:not-taken": 10, "i32.add": 10, br: 10 },
    ]);
  });

  test("tells the outcomes of if apart and counts the jump over else", () => {
    const counts = countsOf(`(module (func (export "run") (local i32)
      (loop $l
        (if (i32.lt_u (local.get 0) (i32.const 3)) (then (drop (i32.const 1))) (else (nop)))
        (if (i32.lt_u (local.get 0) (i32.const 2)) (then (drop (i32.const 1))))
        (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10))))))`);
    expect(counts).toEqual({
      "i32.lt_u": 30,
      "i32.add": 10,
      "if:not-taken": 3 + 2,
      "if:taken": 7 + 8,
      else: 3,
      drop: 3 + 2,
      "br_if:taken": 9,
      "br_if:not-taken": 1,
    });
  });

  test("follows each target of a br_table", () => {
    const counts = countsOf(`(module (func (export "run") (local i32)
      (loop $l
        (block $default (block $two (block $zero
          (br_table $zero $default $two $zero $default (local.get 0)))
          (drop (f32.neg (f32.const 1))) (br $default))
          (drop (f32.sqrt (f32.const 1))))
        (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 7))))))`);
    // Indices 0 and 3 go to $zero, 2 to $two, 1, 4, 5 and 6 to $default.
    expect(counts).toMatchObject({ br_table: 7, "f32.neg": 2, br: 2, "f32.sqrt": 1, drop: 3 });
  });

  test("counts calls in the caller and the callee's operations in the callee", () => {
    const { exports, counter } = instantiateCounted(
      assembleText(`(module
        (func $f (param i32) (if (local.get 0) (then (return))) (drop (i32.clz (i32.const 1))))
        (func (export "run") (call $f (i32.const 0)) (call $f (i32.const 1)) (call $f (i32.const 2))))`),
    );
    const { functions, classes, operations } = counter.measure(() => (exports.run as () => void)());
    expect(functions).toEqual([
      {
        name: "function[0]",
        exported: false,
        calls: 3,
        classes: { branchTaken: 3, branchNotTaken: 2, drop: 1, i32Bits: 1 },
        operations: 7,
      },
      { name: "run", exported: true, calls: 1, classes: { call: 3 }, operations: 3 },
    ]);
    expect(classes).toEqual({ branchTaken: 3, branchNotTaken: 2, drop: 1, i32Bits: 1, call: 3 });
    expect(operations).toBe(10);
  });

  test("refuses opcodes without a class by their names", () => {
    const refusal = (body: string) => () =>
      instantiateCounted(assembleText(`(module (memory 1) (func (export "run") ${body}))`));
    expect(refusal("(drop (f64.add (f64.const 1) (f64.const 2)))")).toThrow('"f64.add"');
    expect(refusal("(drop (memory.grow (i32.const 1)))")).toThrow('"memory.grow"');
    expect(refusal("(memory.fill (i32.const 1) (i32.const 1) (i32.const 1))")).toThrow('"memory.fill"');
    expect(refusal("(drop (i64.load32_u (i32.const 1)))")).not.toThrow();
    expect(() =>
      instantiateCounted(assembleText(`(module (import "m" "now" (func)) (func (export "run") (call 0)))`)),
    ).toThrow('imported function "now"');
  });

  test("counts what wabt's interpreter executes, opcode by opcode, in random programs", () => {
    let nFunctions = 0;
    fc.assert(
      fc.property(fc.gen(), (gen) => {
        const wasm = assembleText(randomProgram(gen));
        const counted = countRun(wasm);
        const traced = traceRun(wasm);
        expect(traced.result).toBe(`run() => i32:${(counted.result as number) >>> 0}`);
        expect(counted.functions).toEqual(traced.functions);
        nFunctions += counted.functions.filter((counts) => Object.keys(counts).length > 0).length;
      }),
      { seed: 2, numRuns: 60 },
    );
    expect(nFunctions).toBeGreaterThan(100);
  }, 60_000);
});
