// Random integer networks of every cell, precision and sparsity: every build of the core gives the bits of the second
// implementation of docs/integers.md.

import { describe, expect, it } from "vitest";
import { Session } from "../../bindings/core/session.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import { CELLS, type RandomCase, randomCase } from "../reference/integer/random-network.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { ENGINES } from "./run-core.ts";

const N_NETWORKS_OF_CELL = 100;
const N_STEPS = 4;

/** The session's run on the numbers of a case whose scales are all 1, which makes every real number an integer. */
async function runCase(engine: (typeof ENGINES)[number], { network, raw, options }: RandomCase) {
  const compiled = compileInteger(network);
  const session = await Session.create(compiled, { engine });
  const features = network.input.length;
  const steps = raw.length / features;
  const unit = 2 ** network.time.exponent;
  const result = session.run({
    batch: 1,
    steps,
    features,
    input: Float32Array.from(raw),
    timespans: Float32Array.from(options.elapsed, (d) => d / unit),
    initialH: Float32Array.from(options.hidden),
    initialC: network.cell.length === 0 ? null : Float32Array.from(options.cell),
  });
  const integers = (data: Float32Array) => [...data];
  return {
    output: integers(result.output.data),
    hidden: integers(result.finalH.data),
    cell: integers(result.finalC?.data ?? new Float32Array(0)),
    clamped: session.clampedSteps,
  };
}

describe.each(CELLS)("100 random integer networks: %s", (cell) => {
  it.each(ENGINES)(
    "give the reference's bits on the %s core",
    async (engine) => {
      const formats = new Set<string>();
      for (let seed = 0; seed < N_NETWORKS_OF_CELL; seed++) {
        const random = randomCase(cell, seed, N_STEPS, CONTROL_BYTES);
        const {
          output,
          hidden,
          cell: c,
          clamped,
        } = runIntegerReference(random.network, random.raw, random.options);
        const expected = { output: [...output], hidden: [...hidden], cell: [...c], clamped };
        expect(await runCase(engine, random), `seed ${seed}`).toEqual(expected);
        for (const { kernel } of compileInteger(random.network).layers.flatMap(({ macs }) => macs))
          formats.add(kernel);
      }
      expect(formats.size).toBeGreaterThan(1);
    },
    60_000,
  );
});
