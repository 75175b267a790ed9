// Sparse synapses with every number of sources a destination may have, and with runs of destinations that have none: sums as
// the formula says, the same bits in every build, and nothing read behind the rows.

import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeSynapses } from "../../bindings/image/encode.ts";
import type { Precision, Synapses } from "../../bindings/image/parameters.ts";
import { TestRandom } from "../network/random-model.ts";
import { type Engine, loadEngines } from "./engines.ts";

const N_IN = 24;
const MEMORY_BYTES = 65536;
/** Format and length, before the rows. */
const HEAD_BYTES = 8;
const VECTOR_BYTES = 256;
/** Of a sum of at most 24 terms of at most 1, each with an exponent of up to 24 in float32. */
const LIMIT = 1e-5;

const engines = loadEngines(MEMORY_BYTES);

/** Sources of each destination; none as often as some. */
const SOURCES = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: N_IN })), {
  minLength: 1,
  maxLength: VECTOR_BYTES / 4,
});

function randomSynapses(random: TestRandom, counts: readonly number[]): Synapses {
  const nOut = counts.length;
  const values = (scale: number) => floats(random, N_IN * nOut, scale);
  const mask = new Uint8Array(N_IN * nOut);
  for (const [j, n] of counts.entries()) {
    let left = n;
    for (let i = 0; i < N_IN; i++) {
      if (!random.chance(left / (N_IN - i))) continue;
      mask[i * nOut + j] = 1;
      left--;
    }
  }
  return { nOut, nIn: N_IN, mask, k: values(12), mu: values(1), w: values(1), wErev: values(1) };
}

function floats(random: TestRandom, length: number, scale: number): Float32Array {
  return Float32Array.from({ length }, () => random.between(-scale, scale));
}

interface State {
  v: Float32Array;
  baseNum: Float32Array;
  baseDen: Float32Array;
}

/** What the kernel writes, num and den, with the rows at the very end of its memory. */
function run(
  { exports, memory }: Engine,
  synapses: Synapses,
  state: State,
  precision: Precision,
): Float32Array {
  const rows = encodeSynapses(synapses, "sparse", precision).bytes.subarray(HEAD_BYTES);
  const rowsAt = MEMORY_BYTES - rows.length;
  new Uint8Array(memory.buffer).set(rows, rowsAt);
  const at = [0, 1, 2, 3, 4].map((i) => i * VECTOR_BYTES);
  for (const [i, values] of [state.v, state.baseNum, state.baseDen].entries())
    new Float32Array(memory.buffer).set(values, at[i]! / 4);
  exports[precision === "fp32" ? "synapsesSparseF32" : "synapsesSparseF16"](rowsAt, ...at, synapses.nOut);
  const sums = (i: number) => new Float32Array(memory.buffer, at[i], synapses.nOut);
  return Float32Array.from([...sums(3), ...sums(4)]);
}

/** The formula, in float64. */
function expected({ nOut, mask, k, mu, w, wErev }: Synapses, { v, baseNum, baseDen }: State): Float64Array {
  const sums = Float64Array.from([...baseNum, ...baseDen]);
  for (const [ij, present] of mask.entries()) {
    if (present === 0) continue;
    const [i, j] = [Math.floor(ij / nOut), ij % nOut];
    const open = 1 / (1 + 2 ** (k[ij]! * (v[i]! - mu[ij]!)));
    sums[j]! += wErev[ij]! * open;
    sums[nOut + j]! += w[ij]! * open;
  }
  return sums;
}

it.each(["fp32", "fp16"] as const)("%s: sums as the formula, in the same bits", (precision) => {
  fc.assert(
    fc.property(SOURCES, fc.nat(), fc.boolean(), (counts, seed, fromMinusZero) => {
      const random = new TestRandom(seed);
      const synapses = randomSynapses(random, counts);
      const base = () =>
        fromMinusZero ? new Float32Array(counts.length).fill(-0) : floats(random, counts.length, 1);
      const state = { v: floats(random, N_IN, 1), baseNum: base(), baseDen: base() };
      const [scalar, ...others] = engines.map((engine) => run(engine, synapses, state, precision));
      const bits = (values: Float32Array) => new Uint32Array(values.buffer);
      for (const other of others) expect(bits(other)).toEqual(bits(scalar!));
      if (precision === "fp16") return;
      const exact = expected(synapses, state);
      for (const [i, sum] of scalar!.entries()) expect(Math.abs(sum - exact[i]!)).toBeLessThan(LIMIT);
    }),
    { numRuns: 300 },
  );
});
