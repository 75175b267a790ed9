// Elementary functions of the core on every build: error against mpmath's values (tests/golden/math) and, more densely,
// against double precision; special values; symmetry, monotony; equal bits whatever the build, length and address.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { OpCounter } from "../../bindings/count/counted-core.ts";
import { compileProbe } from "./compile-probe.ts";
import { type Engine, loadEngines } from "./engines.ts";
import { BOUNDS_ULP, EXP2_FAST_RELATIVE, MATH_FUNCTIONS, type MathFunction } from "./math-bounds.ts";
import { REFERENCE } from "./math-reference.ts";
import { bitsOf, bothSigns, errorInUlp, fromBits, stepsBetween, ulpOf, worstError } from "./ulp.ts";

const CHUNK = 1 << 16;
const X = 0;
const Y = 4 * CHUNK;
const engines = loadEngines(8 * CHUNK);
const [scalar] = engines as [Engine, ...Engine[]];

/** f of every x by the kernel of that engine. */
function apply({ exports, memory }: Engine, name: MathFunction, x: Float32Array): Float32Array {
  const result = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += CHUNK) {
    const part = x.subarray(i, i + CHUNK);
    // as integers, so that no NaN changes on the way
    new Uint32Array(memory.buffer, X, part.length).set(
      new Uint32Array(part.buffer, part.byteOffset, part.length),
    );
    exports[`${name}F32`](X, Y, part.length);
    result.set(new Float32Array(memory.buffer, Y, part.length), i);
  }
  return result;
}

const one = (engine: Engine, name: MathFunction, x: number) => apply(engine, name, Float32Array.of(x))[0]!;

/** Bits of all values, every NaN as the same one. */
function canonicalBits(values: Float32Array): Buffer {
  const copy = values.map((v) => (Number.isNaN(v) ? Number.NaN : v));
  return Buffer.from(copy.buffer);
}

function readGolden(name: string): { x: Float32Array; exact: Float64Array } {
  const text = readFileSync(new URL(`../golden/math/${name}.txt`, import.meta.url), "utf8");
  const rows = text.trimEnd().split("\n").slice(1);
  const result = new BigUint64Array(rows.map((row) => BigInt(`0x${row.slice(9)}`)));
  const x = new Uint32Array(rows.map((row) => Number.parseInt(row.slice(0, 8), 16)));
  return { x: new Float32Array(x.buffer), exact: new Float64Array(result.buffer) };
}

/** About 10^6 arguments: 0.4 * 10^6 over every exponent and 0.6 * 10^6 where the functions curve. */
const DENSE = Float32Array.from([...bothSigns(0, Infinity, 10_007), ...bothSigns(2 ** -14, 128, 587)]);
const exactDense = {} as Record<MathFunction, Float64Array>;
beforeAll(() => {
  for (const name of MATH_FUNCTIONS) exactDense[name] = Float64Array.from(DENSE, REFERENCE[name]);
});

const GOLDEN = MATH_FUNCTIONS.filter((name) => name !== "relu");

describe.each(GOLDEN)("the double-precision reference of %s", (name) => {
  it("agrees with mpmath to a millionth of an f32's ULP", () => {
    const { x, exact } = readGolden(name);
    expect(x.length).toBeGreaterThan(3000);
    const y = Float64Array.from(x, REFERENCE[name]);
    for (let i = 0; i < x.length; i++) {
      if (Math.abs(exact[i]!) >= 2 ** 128) expect(y[i]).toBeGreaterThanOrEqual(2 ** 128);
      else if (Number.isNaN(exact[i])) expect(y[i]).toBeNaN();
      else expect(Math.abs(y[i]! - exact[i]!) / ulpOf(exact[i]!), `at ${x[i]}`).toBeLessThan(1e-6);
    }
  });
});

describe.each(engines.map((engine) => [engine.name, engine] as const))("%s core", (_name, engine) => {
  it.each(GOLDEN)("keeps %s within its bound of mpmath's values", (name) => {
    const { x, exact } = readGolden(name);
    const worst = worstError(x, apply(engine, name, x), exact);
    expect(worst.errorUlp, `at ${worst.at}`).toBeLessThanOrEqual(BOUNDS_ULP[name]);
  });

  it.each(MATH_FUNCTIONS)("keeps %s within its bound over every exponent and both signs", (name) => {
    const worst = worstError(DENSE, apply(engine, name, DENSE), exactDense[name]);
    expect(worst.errorUlp, `at ${worst.at}`).toBeLessThanOrEqual(BOUNDS_ULP[name]);
  });

  it("answers special values exactly", () => {
    const tiny = 2 ** -149;
    const amplitude = Math.fround(1.7159);
    const cases: [MathFunction, number, number][] = [
      ["exp", 0, 1],
      ["exp", -0, 1],
      ["exp", Infinity, Infinity],
      ["exp", -Infinity, 0],
      ["exp", 3.4e38, Infinity],
      ["exp", 88.72284, Infinity], // first f32 above ln((2 - 2^-24) 2^127)
      ["exp", 88.72283, Math.fround(3.4027985e38)], // last below
      ["exp", -103.97207, tiny], // last f32 above ln(2^-150)
      ["exp", -103.972084, 0],
      ["sigmoid", 0, 0.5],
      ["sigmoid", Infinity, 1],
      ["sigmoid", -Infinity, 0],
      ["sigmoid", -103.9, tiny],
      ["tanh", 0, 0],
      ["tanh", -0, -0],
      ["tanh", tiny, tiny],
      ["tanh", -Infinity, -1],
      ["tanh", Infinity, 1],
      ["tanh", 9.02, 1],
      ["lecunTanh", -0, -0],
      ["lecunTanh", Infinity, amplitude],
      ["lecunTanh", -3.4e38, -amplitude],
      ["relu", -0, -0],
      ["relu", -tiny, 0],
      ["relu", tiny, tiny],
      ["relu", -Infinity, 0],
      ["relu", Infinity, Infinity],
      ["silu", 0, 0],
      ["silu", -0, -0],
      ["silu", Infinity, Infinity],
      ["silu", -Infinity, 0],
      ["silu", 3.4e38, Math.fround(3.4e38)],
      ["silu", -200, 0],
      ["gelu", 0, 0],
      ["gelu", -0, -0],
      ["gelu", Infinity, Infinity],
      ["gelu", -Infinity, 0],
      ["gelu", 3.4e38, Math.fround(3.4e38)],
      ["gelu", -20, 0],
      ["softplus", Infinity, Infinity],
      ["softplus", -Infinity, 0],
      ["softplus", 3.4e38, Math.fround(3.4e38)],
      ["softplus", 21, 21], // PyTorch's threshold of 20 makes no difference in f32
      ["softplus", -20, Math.fround(2.0611536181902037e-9)],
      ["softplus", -103.97207, tiny], // last f32 above ln(2^-150)
      ["softplus", -103.972084, 0],
    ];
    for (const [name, x, expected] of cases) expect(one(engine, name, x), `${name}(${x})`).toBe(expected);
  });

  it.each(MATH_FUNCTIONS)("answers NaN to %s of any NaN", (name) => {
    const nan = Uint32Array.of(
      0x7fc00000,
      0xffc00000,
      0x7f800001,
      0xff800001,
      0x7fffffff,
      0xffffffff,
      0x7fa5a5a5,
    );
    expect([...apply(engine, name, new Float32Array(nan.buffer))]).toEqual(
      Array(nan.length).fill(Number.NaN),
    );
  });

  it.each(["tanh", "lecunTanh"] as const)("keeps %s odd, bit by bit", (name) => {
    const y = apply(engine, name, DENSE);
    const mirrored = apply(
      engine,
      name,
      DENSE.map((x) => -x),
    );
    expect(canonicalBits(y.map((v) => -v)).equals(canonicalBits(mirrored))).toBe(true);
  });

  it("keeps sigmoid(x) + sigmoid(-x) within 2^-23 of 1", () => {
    const y = apply(engine, "sigmoid", DENSE);
    const mirrored = apply(
      engine,
      "sigmoid",
      DENSE.map((x) => -x),
    );
    let worst = 0;
    y.forEach((v, i) => {
      if (!Number.isNaN(v)) worst = Math.max(worst, Math.abs(v + mirrored[i]! - 1));
    });
    expect(worst).toBeLessThanOrEqual(2 ** -23);
  });

  it.each(MATH_FUNCTIONS)("gives %s the same bits at any length and address, and in place", (name) => {
    const { exports, memory } = engine;
    const x = Float32Array.from({ length: 13 }, (_, i) => 1.7 * (i - 6.2));
    const expected = apply(scalar, name, x);
    for (let offset = 64; offset < 80; offset += 4)
      for (let n = 0; n <= x.length; n++) {
        const values = new Float32Array(memory.buffer, offset, x.length);
        const around = new Float32Array(memory.buffer, offset - 8, x.length + 4).fill(-77);
        values.set(x);
        exports[`${name}F32`](offset, offset, n);
        expect([...around]).toEqual([-77, -77, ...expected.subarray(0, n), ...x.subarray(n), -77, -77]);
      }
  });
});

/** The longest fall between neighbours, in steps, for arguments below and above 0. */
const FALLS = { exp: [0, 0], tanh: [0, 0], lecunTanh: [0, 0], sigmoid: [1, 0], softplus: [2, 2] } as const;

describe.each(Object.keys(FALLS) as (keyof typeof FALLS)[])("%s of neighbouring f32", (name) => {
  it("never falls by more than the documented steps", () => {
    const rng = new Uint32Array(20_000).map((_, i) => Math.imul(i + 1, 2654435761) >>> 0);
    const starts = [...rng].map((bits) =>
      fromBits((bits % (bitsOf(104) - bitsOf(2 ** -26))) + bitsOf(2 ** -26)),
    );
    const x = Float32Array.from(
      starts.flatMap((a) => [a, fromBits(bitsOf(a) + 1), -fromBits(bitsOf(a) + 1), -a]),
    );
    const y = apply(scalar, name, x);
    for (let i = 0; i < x.length; i += 2) {
      const steps = stepsBetween(y[i]!, y[i + 1]!);
      expect(steps, `from ${x[i]}`).toBeGreaterThanOrEqual(-FALLS[name][x[i]! < 0 ? 0 : 1]);
    }
  });
});

describe.each(engines.slice(1).map((engine) => [engine.name, engine] as const))(
  "%s core",
  (_name, engine) => {
    it.each(MATH_FUNCTIONS)("gives %s the bits of the scalar core", (name) => {
      expect(
        canonicalBits(apply(engine, name, DENSE)).equals(canonicalBits(apply(scalar, name, DENSE))),
      ).toBe(true);
    });
  },
);

describe("operations a value", () => {
  it("are the documented ones, whatever the value", () => {
    const counted = engines.find(({ name }) => name === "counted")!;
    const table = JSON.parse(readFileSync(new URL("../../build/core.counted.json", import.meta.url), "utf8"));
    const counter = new OpCounter(counted.exports, table);
    const operations = (name: MathFunction, x: number, n: number) =>
      counter.measure(() => apply(counted, name, new Float32Array(n).fill(x))).operations;
    // load, store, two address increments; comparison, exit not taken, jump back
    const LOOP = 7;
    const perValue = {
      exp: 32,
      sigmoid: 31,
      tanh: 29,
      lecunTanh: 30,
      relu: 2,
      silu: 34,
      gelu: 59,
      softplus: 45,
    };
    for (const name of MATH_FUNCTIONS)
      for (const x of [0, -1e-40, 0.3, -5, 50, -120, 3e38, Infinity, -Infinity, Number.NaN]) {
        expect(operations(name, x, 8) - operations(name, x, 7), `${name}(${x})`).toBe(perValue[name] + LOOP);
      }
  });
});

describe.each([false, true])("exp2Fast with simd %s", (simd) => {
  it("stays within its relative error, is exact for integers and passes NaN", async () => {
    const memory = new WebAssembly.Memory({ initial: 64 });
    const T = simd ? "v128" : "f32";
    const source = `import { exp2Fast } from "./exp2-f32";
      export function run(p: usize, end: usize): void {
        for (; p < end; p += sizeof<${T}>()) store<${T}>(p, exp2Fast<${T}>(load<${T}>(p)));
      }`;
    const { run } = (await compileProbe(source, simd, memory)) as { run(p: number, end: number): void };
    const integers = Array.from({ length: 61 }, (_, i) => i - 30);
    const x = Float32Array.from([...integers, Number.NaN, ...bothSigns(2 ** -30, 30, 997)]);
    const view = new Float32Array(memory.buffer, 0, x.length);
    view.set(x);
    run(0, 4 * x.length);
    expect([...view.subarray(0, 62)]).toEqual([...integers.map((n) => 2 ** n), Number.NaN]);
    let worst = 0;
    for (let i = 62; i < x.length; i++) worst = Math.max(worst, Math.abs(view[i]! / 2 ** x[i]! - 1));
    expect(worst).toBeLessThanOrEqual(EXP2_FAST_RELATIVE);
    expect(worst).toBeGreaterThan(EXP2_FAST_RELATIVE / 2); // the bound says something
  });
});

describe("the ULP measure", () => {
  it("knows binades, denormals and overflow", () => {
    expect(ulpOf(1)).toBe(2 ** -23);
    expect(ulpOf(0.999)).toBe(2 ** -24);
    expect(ulpOf(1e-44)).toBe(2 ** -149);
    expect(errorInUlp(1, 1 + 2 ** -24)).toBe(0.5);
    expect(errorInUlp(Infinity, 1e60)).toBe(0);
    expect(errorInUlp(0, 1)).toBe(2 ** 23);
    expect(errorInUlp(1, Number.NaN)).toBe(Infinity);
  });
});
