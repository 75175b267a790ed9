// Networks that skip unchanged inputs: the bits of the same network without, at threshold 0; what is held, where, and what is
// refused. Thresholds above 0 are held to the reference by tests/hashes.

import { describe, expect, it } from "vitest";
import { loadCore } from "../../bindings/core/core.ts";
import { Session } from "../../bindings/core/session.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import type { SkipUnchanged } from "../../bindings/image/lowered-integer.ts";
import { CELLS, type CellName, randomCase } from "../reference/integer/random-network.ts";

const INT8 = { bits: 8, pattern: "all", activations: 8 } as const;
const HOLDING = CELLS.filter((cell) => cell !== "ltc");
const ALL: SkipUnchanged = { of: "all", threshold: 0 };
const INPUTS: SkipUnchanged = { of: "inputs", threshold: 0 };
const networkOf = (cell: CellName, seed: number, form: Parameters<typeof randomCase>[4] = INT8) =>
  randomCase(cell, seed, 8, CONTROL_BYTES, form);

describe("at threshold 0", () => {
  it.each(HOLDING)(
    "a %s gives the bits of the dense network, also after its states were set",
    async (cell) => {
      for (const engine of ["scalar", "simd", "counted"] as const) {
        const core = await loadCore(engine, 1 << 20);
        for (let seed = 0; seed < 6; seed++) {
          const { network, raw, options } = networkOf(cell, seed);
          const width = network.input.length;
          const hidden = Float32Array.from(options.hidden);
          const cells = network.cell.length === 0 ? null : Float32Array.from(options.cell);
          /** Inputs half as they were, states set before the fifth step, a reset before the seventh. */
          const outputs = (skipUnchanged: SkipUnchanged | null) => {
            const session = Session.on(core, compileInteger(network, { skipUnchanged }));
            const x = new Int16Array(width);
            return Array.from({ length: 8 }, (_, t) => {
              if (t === 4) session.setStates(hidden, cells);
              if (t === 6) session.reset();
              for (let i = t % 2; i < width; i += 1 + (t % 3)) x[i] = raw[t * width + i]!;
              return [...session.stepRaw(x, options.elapsed[t]!), ...session.state];
            });
          };
          const dense = outputs(null);
          expect(outputs(ALL)).toEqual(dense);
          if (cell !== "ltc-mixed-memory") expect(outputs(INPUTS)).toEqual(dense);
        }
      }
    },
  );
});

describe("what is held", () => {
  it("of a GRU: all columns of its matrices, or those of the inputs", () => {
    const { network } = networkOf("gru", 3);
    const [n, nIn] = [network.hidden.length, network.input.length];
    const held = (skip: SkipUnchanged) =>
      compileInteger(network, { skipUnchanged: skip }).skipUnchanged!.matrices.map(
        ({ name, nOut, nHeld }) => [name, nOut, nHeld],
      );
    const gates = ["reset_update", 2 * n];
    const input = ["candidate_input", n, nIn];
    expect(held(ALL).slice(0, 3)).toEqual([[...gates, nIn + n], input, ["candidate_state", n, n]]);
    expect(held(INPUTS)).toEqual([[...gates, nIn], input]);
  });

  it("takes 8 bytes a row and one a column of the arena, which count as state, and the image grows by 20 a matrix", () => {
    const { network } = networkOf("gate", 5);
    const dense = compileInteger(network, { dense: new Set(["gate.g", "gate.a"]) });
    const skipping = compileInteger(network, { skipUnchanged: ALL });
    const { matrices } = skipping.skipUnchanged!;
    const aligned = (n: number) => 4 * Math.ceil(n / 4);
    const kept = matrices.reduce((sum, { nOut, nHeld }) => sum + 8 * aligned(nOut) + aligned(nHeld), 0);
    expect(skipping.memory.sections.state - dense.memory.sections.state).toBe(kept);
    expect(skipping.arenaBytes - dense.arenaBytes).toBe(kept);
    expect(skipping.image.length - dense.image.length).toBe(20 * matrices.length);
    const formats = skipping.layers.flatMap(({ parameters }) => parameters.map(({ format }) => format));
    expect(formats.filter((format) => format === "held")).toHaveLength(matrices.length);
  });

  it("is nothing of a pruned matrix that is stored without its absent weights", () => {
    for (let seed = 0; seed < 40; seed++) {
      const { network } = networkOf("gru", seed, { ...INT8, pattern: "some" });
      const compile = () => compileInteger(network, { skipUnchanged: ALL });
      const usual = compileInteger(network).layers.flatMap(({ parameters }) => parameters);
      if (
        !usual.some(({ format, connections, possible }) => format === "dense" && connections === possible)
      ) {
        expect(compile).toThrow(/expected a dense int8 matrix/);
        continue;
      }
      const formats = compile().layers.flatMap(({ parameters }) => parameters.map(({ format }) => format));
      expect(formats).toEqual(usual.map(({ format }) => (format === "dense" ? "held" : format)));
    }
  });
});

describe("refused is", () => {
  it.each([
    ["int4", networkOf("gru", 1, { ...INT8, bits: 4 })],
    ["activations of 16 bits", networkOf("gru", 1, { ...INT8, activations: 16 })],
    ["an LTC", networkOf("ltc", 1)],
  ])("%s, which has no matrix for it", (_, { network }) => {
    expect(() => compileInteger(network, { skipUnchanged: ALL, source: "net" })).toThrow(
      'net: "skipUnchanged" expected a dense int8 matrix that reads int8, found none (int8 weights and activations, unpruned, no LTC)',
    );
  });

  it.each([-1, 128, 0.5, Number.NaN])("a threshold of %d", (threshold) => {
    const { network } = networkOf("gru", 1);
    expect(() => compileInteger(network, { skipUnchanged: { of: "all", threshold } })).toThrow(
      `"threshold" expected a whole number from 0 to 127, got ${threshold}`,
    );
  });
});
