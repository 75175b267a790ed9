// The integer kernels on all of i8, i16 and i32, on every build of the core, against docs/integers.md in plain TypeScript.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeIntMatrix, encodeIntSynapses, encodeTable } from "../../bindings/image/encode-integer.ts";
import type { IntMatrix, IntSynapses } from "../../bindings/image/lowered-integer.ts";
import { blend, mul15, narrow, rsh, sat16 } from "../reference/integer/arithmetic.ts";
import { cfcNoGate, timeArgument } from "../reference/integer/cells.ts";
import { argument, capacity, carried, divide } from "../reference/integer/ltc.ts";
import { mapAffine, mapInput, product } from "../reference/integer/product.ts";
import { lookUp, lookUpNearest } from "../reference/integer/table.ts";
import { loadEngines } from "./engines.ts";

const RUNS = { seed: 1, numRuns: 200 };
const ENGINES = loadEngines(1 << 18);
/** Places of vectors, 4 KB each, and of a parameter block. */
const at = (index: number) => 1024 + 4096 * index;
const BLOCK = 131072;

const range = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
/** Anything, often an end of the range. */
const int = (bits: number) =>
  fc.oneof(
    range(bits),
    fc.constantFrom(-(2 ** (bits - 1)), 1 - 2 ** (bits - 1), -1, 0, 1, 2 ** (bits - 1) - 1),
  );
const list = (element: fc.Arbitrary<number>, length: number) =>
  fc.array(element, { minLength: length, maxLength: length });
/** Saturated i16: what states, gates and pre-activations are. */
const i16 = int(16).map((x) => Math.max(x, -32767));
const unit = fc.integer({ min: 0, max: 32767 });

describe.each(ENGINES)("on the $name core", ({ exports, memory }) => {
  const bytes = new Uint8Array(memory.buffer);
  const words = (index: number, length: number) => new Int16Array(memory.buffer, at(index), length);
  const put = (index: number, values: Int8Array | Uint8Array | Int16Array | Int32Array) =>
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at(index));
  const i16s = (values: number[]) => Int16Array.from(values);

  /** Runs a kernel over i16 vectors 0, 1, … into the last one, which lies behind them, and compares every element. */
  function elementwise(
    inputs: fc.Arbitrary<number>[],
    run: (n: number, y: number) => void,
    expected: (...values: number[]) => number,
  ): void {
    const rows = fc.array(fc.tuple(...inputs), { maxLength: 40 });
    fc.assert(
      fc.property(rows, (table) => {
        for (const index of inputs.keys()) put(index, i16s(table.map((row) => row[index]!)));
        const y = inputs.length;
        run(table.length, at(y));
        expect([...words(y, table.length)]).toEqual(table.map((row) => expected(...row) + 0));
      }),
      RUNS,
    );
  }

  const shape = fc.tuple(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 70 }));
  const matrices = (weight: fc.Arbitrary<number>, bits: 8 | 4, activationBits: 8 | 16) =>
    shape.chain(([nOut, nIn]) =>
      fc
        .tuple(
          list(weight, nOut * nIn),
          list(fc.constantFrom(0, 1, 1), nOut * nIn),
          list(range(30), nOut),
          list(fc.integer({ min: 16384, max: 32767 }), nOut),
          list(fc.integer({ min: 1, max: 46 }), nOut),
          list(int(activationBits), nIn),
        )
        .map(([w, mask, bias, multiplier, shift, x]) => {
          const matrix: IntMatrix = {
            nOut,
            nIn,
            bits,
            activationBits,
            weights: Int8Array.from(w),
            mask: Uint8Array.from(mask),
            bias: Int32Array.from(bias),
            multiplier: Int32Array.from(multiplier),
            shift: Uint8Array.from(shift),
          };
          return { matrix, x: activationBits === 8 ? Int8Array.from(x) : Int16Array.from(x) };
        }),
    );

  it.each([
    ["dense", 8, 8],
    ["block", 8, 8],
    ["sparse", 8, 8],
    ["dense", 4, 8],
    ["block", 4, 8],
    ["dense", 8, 16],
    ["block", 8, 16],
    ["sparse", 8, 16],
    ["dense", 4, 16],
    ["block", 4, 16],
  ] as const)("a %s product of int%d weights with int%d activations", (format, bits, activationBits) => {
    const weight = bits === 8 ? int(8) : fc.oneof(int(4), fc.constantFrom(-7, 7));
    fc.assert(
      fc.property(matrices(weight, bits, activationBits), ({ matrix, x }) => {
        const { nOut, nIn } = matrix;
        const { bytes: block, kernel } = encodeIntMatrix(matrix, format);
        bytes.set(block, BLOCK);
        put(0, x);
        words(1, nOut + 2).fill(-21846);
        const body = BLOCK + 8;
        if (format === "dense") exports[kernel](body, body + 8 * nOut, at(0), at(1), nOut, nIn);
        else exports[kernel](body, at(0), at(1), nOut);
        expect([...words(1, nOut + 2)]).toEqual([...product(matrix, x), -21846, -21846]);
      }),
      RUNS,
    );
  });

  it("the widest product there is, all weights and activations at one end", () => {
    const nOut = 5;
    for (const [nIn, activationBits, w, z] of [
      [2000, 8, 127, 127],
      [2000, 8, -127, 127],
      [2000, 8, 127, -127],
      [2000, 8, -128, -128],
      [511, 16, 127, 32767],
      [511, 16, -127, 32767],
      [511, 16, 127, -32767],
      [511, 16, -128, -32768],
    ] as const) {
      const fill = (value: number) => new Int32Array(nOut).fill(value);
      const largest = 2 ** 31 - 1 - 128 * 2 ** (activationBits - 1) * nIn;
      const matrix: IntMatrix = {
        ...{ nOut, nIn, bits: 8, activationBits, mask: null },
        weights: new Int8Array(nOut * nIn).fill(w),
        bias: fill(w * z > 0 ? largest : -largest),
        multiplier: fill(32767),
        shift: new Uint8Array(nOut).fill(31),
      };
      const x = new (activationBits === 8 ? Int8Array : Int16Array)(nIn).fill(z);
      put(0, x);
      for (const format of ["dense", "block", "sparse"] as const) {
        const { bytes: block, kernel } = encodeIntMatrix(matrix, format);
        bytes.set(block, BLOCK);
        const body = BLOCK + 8;
        if (format === "dense") exports[kernel](body, body + 8 * nOut, at(0), at(3), nOut, nIn);
        else exports[kernel](body, at(0), at(3), nOut);
        expect([...words(3, nOut)], `${format} ${w} ${z}`).toEqual([...product(matrix, x)]);
      }
    }
  });

  it("held columns: sums of inputs that have changed by more than a threshold", () => {
    const changes = shape.chain(([nOut, nIn]) =>
      fc.tuple(
        fc.constant([nOut, nIn] as const),
        list(int(8), nOut * nIn),
        list(int(32), nOut),
        list(int(8), nIn),
        // Mostly as they were, else off by a little or by anything.
        list(
          fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 3 }), int(8)),
          nIn,
        ),
        fc.constantFrom(0, 0, 1, 2, 126, 127),
        fc.integer({ min: 0, max: 3 }),
      ),
    );
    fc.assert(
      fc.property(changes, ([[nOut, nIn], weights, sums, before, steps, threshold, misaligned]) => {
        const padded = 4 * Math.ceil(nOut / 4);
        const row = (j: number) => (at(0) >> 2) + 2 * j;
        const i32 = new Int32Array(memory.buffer);
        for (let j = 0; j < padded + 1; j++) {
          i32[row(j)] = sums[j] ?? 0;
          i32[row(j) + 1] = 77 + j;
        }
        const columns = new Int8Array(padded * nIn);
        for (let i = 0; i < nIn; i++) {
          for (let j = 0; j < nOut; j++) columns[i * padded + j] = weights[j * nIn + i]!;
        }
        bytes.set(new Uint8Array(columns.buffer), BLOCK);
        const x = Int8Array.from(before, (value, i) => value + steps[i]!);
        put(1, Int8Array.from(before));
        bytes[at(1) + nIn] = 99;
        bytes.set(new Uint8Array(x.buffer), at(2) + misaligned);
        exports.matvecHeldS8(at(0), BLOCK, at(2) + misaligned, at(1), threshold, nOut, nIn);
        const through = x.map((value, i) => (Math.abs(value - before[i]!) > threshold ? value : before[i]!));
        expect([...new Int8Array(memory.buffer, at(1), nIn + 1)]).toEqual([...through, 99]);
        for (let j = 0; j < padded + 1; j++) {
          let sum = sums[j] ?? 0;
          for (let i = 0; i < nIn && j < nOut; i++)
            sum = (sum + Math.imul(weights[j * nIn + i]!, through[i]! - before[i]!)) | 0;
          expect([i32[row(j)], i32[row(j) + 1]]).toEqual([sum, 77 + j]);
        }
      }),
      RUNS,
    );
  });

  it.each(["dense", "sparse"] as const)("%s synapses", (format) => {
    const cases = shape.chain(([nOut, nIn]) => {
      const field = (element: fc.Arbitrary<number>) => list(element, nOut * nIn);
      const bases = list(int(32), nOut);
      return fc.tuple(
        fc.constant([nOut, nIn] as const),
        field(fc.constantFrom(0, 1, 1)),
        field(int(16)),
        field(int(16)),
        field(int(8)),
        field(int(8)),
        list(int(16), nIn),
        bases,
        bases,
        fc.integer({ min: 0, max: 16 }),
      );
    });
    const table = Int16Array.from({ length: 1024 }, (_, i) => (Math.imul(i, 40503) >> 3) & 32767);
    fc.assert(
      fc.property(cases, ([[nOut, nIn], mask, k, mu, w, wErev, v, baseNum, baseDen, shift]) => {
        const synapses: IntSynapses = {
          ...{ nOut, nIn, shift },
          mask: Uint8Array.from(mask),
          k: i16s(k),
          mu: i16s(mu),
          w: Int8Array.from(w),
          wErev: Int8Array.from(wErev),
        };
        const { bytes: block, kernel } = encodeIntSynapses(synapses, format);
        bytes.set(block, BLOCK);
        put(0, i16s(v));
        put(1, table);
        put(2, Int32Array.from(baseNum));
        put(3, Int32Array.from(baseDen));
        const addresses = [at(0), at(1), shift, at(2), at(3), at(4), at(5), nOut];
        if (format === "dense") exports[kernel](BLOCK + 12, ...addresses, nIn);
        else exports[kernel](BLOCK + 12, ...addresses);
        const num = new Int32Array(memory.buffer, at(4), nOut);
        const den = new Int32Array(memory.buffer, at(5), nOut);
        for (let j = 0; j < nOut; j++) {
          let [n, d] = [baseNum[j]!, baseDen[j]!];
          for (let i = 0; i < nIn; i++) {
            const e = i * nOut + j;
            if (mask[e] === 0) continue;
            const a = lookUpNearest(table, argument(v[i]!, mu[e]!, k[e]!, shift));
            n = (n + Math.imul(wErev[e]!, a)) | 0;
            d = (d + Math.imul(w[e]!, a)) | 0;
          }
          expect([num[j], den[j]]).toEqual([n, d]);
        }
      }),
      RUNS,
    );
  });

  it("tables, everywhere", () => {
    const tables = fc.tuple(int(16), fc.integer({ min: 1, max: 8 }), list(int(16), 257));
    fc.assert(
      fc.property(tables, fc.array(int(16), { maxLength: 60 }), ([lo, k, entries], x) => {
        const table = { lo, k, entries: i16s(entries) };
        bytes.set(encodeTable(table), BLOCK);
        put(0, i16s(x));
        exports.tableS16(BLOCK, at(0), at(0), x.length);
        expect([...words(0, x.length)]).toEqual(x.map((value) => lookUp(table, value)));
      }),
      RUNS,
    );
  });

  it("narrowing", () => {
    fc.assert(
      fc.property(fc.array(int(16), { maxLength: 40 }), fc.integer({ min: 0, max: 15 }), (h, s) => {
        put(0, i16s(h));
        exports.narrowS8(at(0), at(1), s, h.length);
        expect([...new Int8Array(memory.buffer, at(1), h.length)]).toEqual(h.map((x) => narrow(x, s)));
      }),
      RUNS,
    );
  });

  it("the maps of inputs and outputs", () => {
    const element = fc.tuple(int(16), int(32), int(32), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.array(element, { maxLength: 30 }), (rows) => {
        const n = rows.length;
        const raw = i16s(rows.map(([x]) => x));
        const map = {
          multiplier: Int32Array.from(rows, ([, m]) => m),
          bias: Int32Array.from(rows, ([, , b]) => b),
          shift: Uint8Array.from(rows, ([, , , s]) => s),
        };
        put(0, raw);
        put(1, map.multiplier);
        put(2, map.bias);
        put(3, map.shift);
        const addresses = [0, 1, 2, 3, 4].map(at);
        exports.inputS8(...addresses, n);
        expect([...new Int8Array(memory.buffer, at(4), n)]).toEqual([...mapInput({ ...map, width: 8 }, raw)]);
        exports.inputS16(...addresses, n);
        expect([...words(4, n)]).toEqual([...mapInput({ ...map, width: 16 }, raw)]);
        exports.affineS16(...addresses, n);
        expect([...words(4, n)]).toEqual([...mapAffine(map, raw)]);
      }),
      RUNS,
    );
  });

  it("blends and products of gates", () => {
    elementwise([i16, i16, unit], (n, y) => exports.blendS16(at(0), at(1), at(2), y, n), blend);
    elementwise(
      [i16, unit, i16],
      (n, y) => exports.mulAddS16(at(0), at(1), at(2), y, n),
      (b, t, a) => sat16(a + mul15(b, t)),
    );
    elementwise(
      [i16, unit, i16],
      (n, y) => exports.halfSumS16(at(0), at(1), at(2), y, n),
      (c, t, a) => cfcNoGate(a, c, t),
    );
    elementwise(
      [int(16)],
      (n, y) => exports.negateS16(at(0), y, n),
      (x) => sat16(-x),
    );
    for (const s of [0, 1, 5, 15]) {
      elementwise(
        [unit, i16],
        (n, y) => exports.mulS16(s, at(0), at(1), y, n),
        (a, b) => rsh(mul15(a, b), s),
      );
    }
  });

  it("the times of CfC and LiquidGate", () => {
    for (const s of [0, 1, 7, 16, 17, 30]) {
      for (const d of [1, 2, 999, 65535]) {
        elementwise(
          [i16, i16],
          (n, y) => exports.timeS16(d, s, at(0), at(1), y, n),
          (pa, pb) => timeArgument(pa, pb, d, s),
        );
        elementwise(
          [unit],
          (n, y) => exports.scaleS16(d, s, at(0), y, n),
          (x) => Math.min((Math.imul(x, d) + ((1 << s) >> 1)) >>> s, 32767),
        );
      }
    }
  });

  it("CfC's pure mode", () => {
    const element = fc.tuple(
      i16,
      unit,
      fc.integer({ min: 0, max: 65535 }),
      range(15),
      fc.integer({ min: 0, max: 30 }),
    );
    const times = fc.tuple(
      fc.integer({ min: 1, max: 65535 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 15, max: 30 }),
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 30 }), times, (rows, [d, timeShift, q]) => {
        const n = rows.length;
        put(0, i16s(rows.map(([p]) => p)));
        put(1, i16s(rows.map(([, x]) => x)));
        put(
          2,
          Int32Array.from(rows, ([, , tau]) => tau),
        );
        put(
          3,
          Int32Array.from(rows, ([, , , a]) => a),
        );
        put(
          4,
          Uint8Array.from(rows, ([, , , , s]) => s),
        );
        exports.decayS16(d, timeShift, at(2), at(0), at(5), n);
        expect([...words(5, n)]).toEqual(
          rows.map(([p, , tau]) => Math.min(Math.imul(d, tau + Math.abs(p)) >>> timeShift, 32767)),
        );
        exports.pureS16(q, at(3), at(4), at(0), at(1), at(5), n);
        expect([...words(5, n)]).toEqual(
          rows.map(([p, x, , a, s]) => sat16(rsh(Math.imul(a, 2048 - rsh(Math.imul(p, x), q)), s))),
        );
      }),
      RUNS,
    );
  });

  it("LSTM's cell", () => {
    const rows = fc.array(fc.tuple(i16, unit, unit, i16), { maxLength: 30 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 4 }), (table, k) => {
        const n = table.length;
        for (const index of [0, 1, 2, 3]) put(index, i16s(table.map((row) => row[index]!)));
        exports.cellS16(k, at(0), at(1), at(2), at(3), at(4), n);
        const next = table.map(([g, i, f, c]) => sat16(mul15(c, f) + rsh(Math.imul(g, i), 15 + k)));
        expect([...words(3, n)]).toEqual(next);
        expect([...words(4, n)]).toEqual(next.map((c) => sat16(rsh(c, 4 - k))));
      }),
      RUNS,
    );
  });

  it("the membrane of an LTC and its division", () => {
    const fused = fc.integer({ min: 0, max: 14 }).chain((f) => {
      const den = fc.oneof(
        fc.integer({ min: 1, max: 2 ** (16 + f) - 1 }),
        fc.constantFrom(1, 2, 3, 2 ** (16 + f) - 1),
      );
      return fc.tuple(
        fc.constant(f),
        fc.array(
          den.chain((d) =>
            fc.tuple(
              fc.constant(d),
              fc.integer({ min: 0, max: d }),
              i16,
              fc.double({ min: -1, max: 1, noNaN: true }),
            ),
          ),
          { maxLength: 20 },
        ),
      );
    });
    fc.assert(
      fc.property(fused, ([f, rows]) => {
        const n = rows.length;
        const largest = (d: number) => Math.min((2 ** (16 - f) - 1) * d, 2 ** 31 - 1);
        const top = rows.map(([d, , , share]) => Math.trunc(share * largest(d)));
        // num is what the numerator lacks beside the membrane.
        const num = rows.map(([, cap, v], i) => (top[i]! - carried(cap, v, f)) | 0);
        put(
          0,
          Int32Array.from(rows, ([, cap]) => cap),
        );
        put(1, Int32Array.from(num));
        put(
          2,
          Int32Array.from(rows, ([d]) => d),
        );
        put(3, i16s(rows.map(([, , v]) => v)));
        exports.fusedS16(f, at(0), at(1), at(2), at(3), n);
        const expected = rows.map(([d], i) => divide(top[i]!, d, f) + 0);
        expect([...words(3, n)]).toEqual(expected);
      }),
      RUNS,
    );
    const membrane = fc.array(fc.tuple(int(32), int(32)), { maxLength: 20 });
    const times = fc.tuple(fc.integer({ min: 1, max: 65535 }), fc.integer({ min: 0, max: 62 }));
    fc.assert(
      fc.property(membrane, times, (rows, [d, c]) => {
        put(
          0,
          Int32Array.from(rows, ([cm]) => cm),
        );
        put(
          2,
          Int32Array.from(rows, ([, den]) => den),
        );
        exports.membraneS32(Math.floor(0x7fffffff / d), c, at(0), at(1), at(2), rows.length);
        const cap = rows.map(([cm]) => capacity(cm, c, d));
        expect([...new Int32Array(memory.buffer, at(1), rows.length)]).toEqual(cap);
        const den = rows.map(([, old], i) => (old + cap[i]!) | 0);
        expect([...new Int32Array(memory.buffer, at(2), rows.length)]).toEqual(den);
      }),
      RUNS,
    );
  });
});
