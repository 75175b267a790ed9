// Counts of integer images: a property of their structure alone, additive over layers, and within what a synapse may cost.

import { beforeAll, describe, expect, it } from "vitest";
import { type CountedCore, loadCountedCore } from "../../bindings/core/core.ts";
import { StepStatus } from "../../bindings/core/exports.ts";
import { profileNetwork } from "../../bindings/core/profile.ts";
import { installNetwork, placeNetwork } from "../../bindings/core/session.ts";
import { OpCounter } from "../../bindings/count/counted-core.ts";
import { totalOperations } from "../../bindings/count/op-class.ts";
import type { CompiledNetwork } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES, Control } from "../../bindings/image/format.ts";
import type { IntNetwork, IntSynapses } from "../../bindings/image/lowered-integer.ts";
import { Random } from "../reference/integer/random.ts";
import { CELLS, randomCase } from "../reference/integer/random-network.ts";

const N_DRAWS = 50;

let core: CountedCore;
let counter: OpCounter;
beforeAll(async () => {
  core = await loadCountedCore(8 * 65536);
  counter = new OpCounter(core.exports as unknown as WebAssembly.Exports, core.table);
});

/** Operations of one step on random input, times and leftovers in the arena. */
function countStep(compiled: CompiledNetwork, random: Random, elapsed: number) {
  const { image, arena } = placeNetwork(compiled);
  installNetwork(core, compiled, image, arena);
  const bytes = new Uint8Array(core.memory.buffer, arena, compiled.arenaBytes);
  for (let i = CONTROL_BYTES; i < bytes.length; i++) bytes[i] = random.between(0, 255);
  new DataView(core.memory.buffer, arena).setUint32(Control.ELAPSED, elapsed, true);
  return counter.measure(() => expect(core.exports.step(image, arena)).toBe(StepStatus.OK));
}

describe.each(CELLS)("integer %s:", (cell) => {
  const compiled = compileInteger(randomCase(cell, 1, 1, CONTROL_BYTES).network);

  it("a step executes the same operations whatever the arena holds and however much time has passed", () => {
    const random = new Random(1);
    const expected = countStep(compiled, random, 1);
    for (let draw = 0; draw < N_DRAWS; draw++) {
      const elapsed = [1, 65535, 0xffffffff, random.between(1, 65535)][draw % 4]!;
      expect(countStep(compiled, random, elapsed), `draw ${draw}`).toEqual(expected);
    }
  });

  it("its profile adds up, and every operation has a class without floats", async () => {
    const profile = await profileNetwork(compiled);
    expect(profile.layers.reduce((sum, { operations }) => sum + operations, 0)).toBe(profile.operations);
    expect(totalOperations(profile.classes)).toBe(profile.operations);
    expect(Object.keys(profile.classes).filter((name) => /f32|reinterpret/i.test(name))).toEqual([]);
  });
});

describe("an integer LTC of 64 neurons, every one connected to every other", () => {
  const [UNITS, INPUTS, UNFOLDS] = [64, 16, 6];

  it("executes at most 24 operations a synapse and unfold, everything included", async () => {
    const { operations, classes, kernels } = await profileNetwork(
      compileInteger(fullyConnected(UNITS, INPUTS, UNFOLDS)),
    );
    expect(operations / (UNITS * UNITS * UNFOLDS)).toBeLessThan(24);
    // One division a neuron and unfold, one a step; 64-bit products once a neuron and step, for cap.
    expect(classes.i32Div).toBe(UNITS * UNFOLDS + 1);
    expect(classes.i64Mul).toBe(UNITS);
    expect(kernels.find(({ name }) => name === "synapsesS8")).toMatchObject({
      calls: UNFOLDS + 1,
      macs: 2 * (UNITS * UNITS * UNFOLDS + UNITS * INPUTS),
    });
  });

  it("takes 6 bytes a synapse", () => {
    const { image } = compileInteger(fullyConnected(256, INPUTS, UNFOLDS));
    const floats = 16 * 256 * (256 + INPUTS);
    expect(image.length / floats).toBeLessThan(0.42);
  });

  function fullyConnected(units: number, inputs: number, unfolds: number): IntNetwork {
    const vector = (at: number, length: number) => ({ at, length });
    const synapses = (nIn: number): IntSynapses => {
      const fill = nIn * units;
      return {
        ...{ nOut: units, nIn, shift: 13, mask: new Uint8Array(fill).fill(1) },
        k: new Int16Array(fill).fill(3000),
        mu: new Int16Array(fill).fill(5000),
        w: new Int8Array(fill).fill(50),
        wErev: new Int8Array(fill).fill(-50),
      };
    };
    const raw = vector(CONTROL_BYTES, inputs);
    const state = vector(raw.at + 2 * inputs, units);
    const ones = (length: number) => new Float64Array(length).fill(1);
    return {
      layers: [
        {
          ...{ kind: "int-ltc", name: "ltc", in: raw, out: state, unfolds, fractionBits: 14, narrowed: null },
          ...{ sensory: synapses(inputs), recurrent: synapses(units) },
          cm: new Int32Array(units).fill(100),
          leak: new Int32Array(units).fill(1000),
          leakCurrent: new Int32Array(units),
          capacityShift: 20,
          sigmoid: new Int16Array(1024).fill(16384),
        },
      ],
      ...{ input: raw, output: state, hidden: state, cell: vector(CONTROL_BYTES, 0) },
      narrowedState: vector(CONTROL_BYTES, 0),
      arenaEnd: state.at + 2 * units,
      time: { exponent: 8, min: 256, max: 2560 },
      scales: {
        input: ones(inputs),
        inputOffset: new Float64Array(inputs),
        output: ones(units),
        hidden: ones(units),
        cell: ones(0),
      },
    };
  }
});
