// Measures the elementary functions of the built core on every f32 between two magnitudes, both signs: greatest error
// in ULP and where, share of results that are not the correctly rounded one, and, of a function that rises, the longest
// fall between neighbours in steps. About 15 seconds a function, gelu a minute; tests/kernel/math.test.ts takes a sample.
//
//   npx tsx scripts/measure-math.ts [function…] [--stride 1] [--from 1e-5] [--to 128]

import { parseArgs } from "node:util";
import { loadEngines } from "../tests/kernel/engines.ts";
import { BOUNDS_ULP, MATH_FUNCTIONS, type MathFunction } from "../tests/kernel/math-bounds.ts";
import { REFERENCE } from "../tests/kernel/math-reference.ts";
import { bitsOf, errorInUlp, stepsBetween } from "../tests/kernel/ulp.ts";

const CHUNK = 1 << 20;
const RISING: readonly MathFunction[] = ["exp", "softplus", "sigmoid", "tanh", "lecunTanh", "relu"];
const engine = loadEngines(8 * CHUNK).find(({ name }) => name === "simd")!; // bit-identical to the others, and fastest
const bits = new Uint32Array(engine.memory.buffer, 0, CHUNK);
const x = new Float32Array(engine.memory.buffer, 0, CHUNK);
const y = new Float32Array(engine.memory.buffer, 4 * CHUNK, CHUNK);

function measure(name: MathFunction, sign: number, from: number, to: number, stride: number): string {
  const exact = REFERENCE[name];
  let worst = 0;
  let at = 0;
  let misrounded = 0;
  let count = 0;
  let fall = 0;
  let last: number | undefined;
  for (let start = bitsOf(from); start <= bitsOf(to); start += CHUNK * stride) {
    const n = Math.min(CHUNK, Math.floor((bitsOf(to) - start) / stride) + 1);
    for (let i = 0; i < n; i++) bits[i] = sign + start + i * stride;
    engine.exports[`${name}F32`](0, 4 * CHUNK, n);
    for (let i = 0; i < n; i++) {
      const result = y[i]!;
      if (last !== undefined && (sign === 0 ? result < last : result > last))
        fall = Math.max(fall, Math.abs(stepsBetween(last, result)));
      last = result;
      const target = exact(x[i]!);
      if (Math.fround(target) === result) continue; // at most 0.5
      misrounded++;
      const error = errorInUlp(result, target);
      if (error > worst) [worst, at] = [error, x[i]!];
    }
    count += n;
  }
  const share = ((100 * misrounded) / count).toFixed(1);
  const figures =
    worst === 0 ? "all correctly rounded" : `${worst.toFixed(3)} ULP at ${at}, ${share} % misrounded`;
  const order = RISING.includes(name) ? `, longest fall ${fall}` : "";
  return `${name.padEnd(9)} ${sign === 0 ? "x > 0" : "x < 0"}  ${count} values  ${figures}${order}`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stride: { type: "string", default: "1" },
    from: { type: "string", default: "1e-5" },
    to: { type: "string", default: "128" },
  },
});
for (const name of MATH_FUNCTIONS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const sign of [0, 0x80000000])
    console.log(measure(name, sign, Number(values.from), Number(values.to), Number(values.stride)));
  console.log(`${name.padEnd(9)} bound  ${BOUNDS_ULP[name]} ULP`);
}
