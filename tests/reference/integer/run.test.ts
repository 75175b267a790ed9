// The whole reference on random networks: they keep what `check` proves, and nothing leaves its range. tests/hashes pins the
// bits.

import { describe, expect, it } from "vitest";
import { brokenPromises } from "./proofs.ts";
import { CELLS, type RandomCase, randomCase } from "./random-network.ts";
import { runIntegerReference } from "./run.ts";

const SEEDS = Array.from({ length: 40 }, (_, i) => i);
const run = ({ network, raw, options }: RandomCase) => runIntegerReference(network, raw, options);

describe.each(CELLS)("random %s networks", (cell) => {
  it("keep every promise that check proves", () => {
    for (const seed of SEEDS) expect(brokenPromises(randomCase(cell, seed).network)).toEqual([]);
  });

  it("never reach the most negative value", () => {
    for (const seed of SEEDS) {
      const { output, hidden, cell: memory } = run(randomCase(cell, seed));
      for (const values of [output, hidden, memory]) expect(values.includes(-32768)).toBe(false);
    }
  });

  it("move: few outputs stand still or at an end", () => {
    const outputs = SEEDS.flatMap((seed) => [...run(randomCase(cell, seed)).output]);
    const atEnd = outputs.filter((y) => Math.abs(y) === 32767).length;
    expect(atEnd).toBeLessThan(0.5 * outputs.length);
    expect(new Set(outputs).size).toBeGreaterThan(0.2 * outputs.length);
  });

  it("do not depend on where the arena starts", () => {
    for (const seed of SEEDS.slice(0, 5)) {
      expect(run(randomCase(cell, seed, 8, 64))).toEqual(run(randomCase(cell, seed)));
    }
  });
});

describe("a run", () => {
  it("can be interrupted: the states say everything", () => {
    for (const cell of CELLS) {
      const { network, raw, options } = randomCase(cell, 1);
      const whole = runIntegerReference(network, raw, options);
      const middle = 3 * network.input.length;
      const first = runIntegerReference(network, raw.subarray(0, middle), options);
      const second = runIntegerReference(network, raw.subarray(middle), {
        elapsed: options.elapsed.subarray(3),
        hidden: first.hidden,
        cell: first.cell,
      });
      expect(Int16Array.of(...first.output, ...second.output)).toEqual(whole.output);
      expect([second.hidden, second.cell]).toEqual([whole.hidden, whole.cell]);
      expect(first.clamped + second.clamped).toBe(whole.clamped);
    }
  });

  it("counts and clamps elapsed times outside of the range, and refuses none at all", () => {
    const { network, raw, options } = randomCase("cfc-default", 4, 4);
    const { min, max } = network.time;
    const outside = Uint16Array.of(min, max + 1, 65535, max);
    const inside = Uint16Array.of(min, max, max, max);
    const run = (elapsed: Uint16Array) => runIntegerReference(network, raw, { ...options, elapsed });
    expect(run(outside)).toEqual({ ...run(inside), clamped: 2 });
    expect(run(inside).clamped).toBe(0);
    expect(() => run(Uint16Array.of(0, min, min, min))).toThrow(RangeError);
    expect(() => runIntegerReference(network, raw.subarray(1))).toThrow(RangeError);
  });

  it("takes one unit of time where none is given", () => {
    for (const seed of SEEDS) {
      const { network, raw } = randomCase("ltc", seed, 2);
      const elapsed = new Uint16Array(2).fill(Math.min(2 ** network.time.exponent, 65535));
      expect(runIntegerReference(network, raw)).toEqual(runIntegerReference(network, raw, { elapsed }));
    }
  });

  it("starts from zeros", () => {
    const { network, raw } = randomCase("lstm", 2);
    const zeros = {
      hidden: new Int16Array(network.hidden.length),
      cell: new Int16Array(network.cell.length),
    };
    expect(runIntegerReference(network, raw)).toEqual(runIntegerReference(network, raw, zeros));
  });
});

describe("promises", () => {
  const ltc = () => {
    const { network } = randomCase("ltc", 5);
    const layer = network.layers.find(({ kind }) => kind === "int-ltc")!;
    if (layer.kind !== "int-ltc") throw new Error("no LTC");
    return { network, layer };
  };

  it.each<[string, (layer: ReturnType<typeof ltc>["layer"]) => void, RegExp]>([
    ["a leak of 0", (layer) => layer.leak.fill(0) && layer.cm.fill(0), /dtMax/],
    ["a leak too large", (layer) => layer.leak.fill(2 ** 31 - 1), /in 32 bits/],
    ["a steep synapse", ({ recurrent }) => recurrent.k.fill(32767) && recurrent.mask.fill(1), /argument/],
    [
      "a current without conductance",
      ({ recurrent: r }) => r.w.fill(0) && r.wErev.fill(1) && r.mask.fill(1),
      /we/,
    ],
    ["a negative sigmoid", ({ sigmoid }) => sigmoid.fill(-1, 0, 1), /negative/],
  ])("are broken by %s", (_, change, text) => {
    const { network, layer } = ltc();
    const own = structuredClone(layer);
    change(own);
    const layers = network.layers.map((other) => (other === layer ? own : other));
    expect(brokenPromises({ ...network, layers }).join("\n")).toMatch(text);
  });
});
