// Matrices of integers that a board multiplies for less when they are dense: which they are, and that no bit depends on it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findBoard } from "../../bindings/board/load.ts";
import { ENGINES } from "../../bindings/core/core.ts";
import { Session } from "../../bindings/core/session.ts";
import { BoardSimulator, type BoardSimulatorOptions } from "../../bindings/estimate/board-simulator.ts";
import { denseWhereCheaper } from "../../bindings/estimate/dense-fallback.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { Network } from "../../bindings/network.ts";
import { prune } from "../../bindings/prune/prune.ts";
import type { IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { quantizePlainly } from "../../bindings/quantize/quantize.ts";
import { variantOn } from "../../bindings/sweep/variants.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { caseOf } from "../quantize/cases.ts";
import { runIntegerReference } from "../reference/integer/run.ts";

const CASES = [
  "cfc-no_gate-32",
  "cfc-pure-32",
  "cfc-wired-32",
  "gru-readout-12",
  "lstm-readout-13",
  "gate-readout-14",
  "mlp-lecun-gelu",
  "ltc-mixed-memory-16",
];
const METHODS = [
  { method: "4x1", sparsity: 0.5 },
  { method: "4x1", sparsity: 0.9 },
  { method: "unstructured", sparsity: 0.7 },
] as const;
const PLATFORMS = ["nrf52840", "stm32h743", "esp32s3", "rp2040"];

function integersOf(name: string, method: (typeof METHODS)[number] | null, precision: IntegerPrecision) {
  const { model, calibration } = caseOf(name);
  const pruned = method === null ? model : prune(model, method).model;
  const network = quantizePlainly(pruned, { precision, calibration });
  return Network.fromInteger({ config: model, precision, network }, name);
}

const formatsOf = ({ compiled }: Network) =>
  compiled.layers.flatMap(({ name, parameters }) =>
    parameters.map((one) => [`${name}.${one.name}`, one.format]),
  );
const othersThanDense = (network: Network) =>
  formatsOf(network).flatMap(([name, format]) => (format === "dense" ? [] : [name!]));

describe.each(CASES)("%s", (name) => {
  it.each(["int8", "int4"] as const)("gives the reference's bits dense and sparse, %s", async (precision) => {
    for (const method of METHODS) {
      const network = integersOf(name, method, precision);
      const dense = network.withDense(new Set(othersThanDense(network)));
      const n = network.compiled.input.length;
      const raw = Int16Array.from({ length: 12 * n }, (_, i) => ((i * 7919) % 4001) - 2000);
      const { output } = runIntegerReference(network.integers!, raw);
      for (const { compiled } of [network, dense]) {
        for (const engine of ENGINES) {
          const session = await Session.create(compiled, { engine });
          const own = Array.from({ length: 12 }, (_, t) => [
            ...session.stepRaw(raw.subarray(t * n, (t + 1) * n)),
          ]);
          expect(own.flat(), `${engine} ${method.method}`).toEqual([...output]);
        }
      }
    }
  });
});

it("takes no more energy than as it was and than all dense, and names what it changed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CASES),
      fc.constantFrom(null, ...METHODS),
      fc.constantFrom("int8", "int4") as fc.Arbitrary<IntegerPrecision>,
      fc.constantFrom(...PLATFORMS),
      async (name, method, precision, platform) => {
        const network = integersOf(name, method, precision);
        const simulator = new EnergySimulator({ platform, draws: 100 });
        const energyOf = async (one: Network) =>
          simulator.estimate(await one.profileOperations(), one.memory).energyUj.typ;
        const form = await denseWhereCheaper(simulator, network);
        const allDense = network.withDense(new Set(othersThanDense(network)));
        const own = await energyOf(form.network);
        expect(own).toBeLessThanOrEqual((await energyOf(network)) * (1 + 1e-12));
        // Each matrix has to save 1 %.
        const most = 1 + 0.01 * othersThanDense(network).length;
        expect(own).toBeLessThanOrEqual((await energyOf(allDense)) * most);
        const before = new Map(formatsOf(network) as [string, string][]);
        const changed = formatsOf(form.network).filter(([matrix, format]) => before.get(matrix!) !== format);
        expect(changed).toEqual(form.compiledDense.map((matrix) => [matrix, "dense"]));
      },
    ),
    { numRuns: 15 },
  );
});

describe("a board's port that multiplies dense int8 matrices, and no blocks", () => {
  const nrf52840 = findBoard("nrf52840");
  const { matvecS8 } = nrf52840.portKernels;
  const simulatorOf = (options: BoardSimulatorOptions = {}) =>
    new BoardSimulator({ ...nrf52840, portKernels: { matvecS8: matvecS8! } }, { draws: 100, ...options });
  const cfc = initialModel(networkFor({ cell: "cfc", units: 32 }, { nInputs: 6, nOutputs: 13 }), 0);
  const calibration = {
    ...{ batch: 1, steps: 8, features: 6, timespans: null, initialH: null, initialC: null },
    input: Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)),
  };
  const int8 = (model = cfc) =>
    Network.fromInteger({
      config: model,
      precision: "int8",
      network: quantizePlainly(model, { precision: "int8", calibration }),
    });
  const sparse = int8(prune(cfc, { method: "4x1", sparsity: 0.5 }).model);

  it("makes a CfC of 32 neurons dense at 50 %, not at 90 %, and the core alone does not", async () => {
    const nrf = simulatorOf();
    const dense = await nrf.estimate(await int8().profileOperations()).energyUj.typ;
    const { network, profile, compiledDense } = await denseWhereCheaper(nrf, sparse);
    expect(compiledDense).toEqual(["cfc.ff1", "cfc.ff2", "cfc.time"]);
    expect(nrf.estimate(profile).energyUj.typ).toBeCloseTo(dense, 12);
    expect(network.memory.imageBytes).toBeGreaterThan(sparse.memory.imageBytes);
    const sparser = int8(prune(cfc, { method: "4x1", sparsity: 0.9 }).model);
    expect((await denseWhereCheaper(nrf, sparser)).compiledDense).toEqual([]);
    const core = simulatorOf({ portKernels: false });
    expect((await denseWhereCheaper(core, sparse)).network).toBe(sparse);
  });

  it("leaves a network sparse that would not fit dense", async () => {
    const simulator = simulatorOf();
    const room = sparse.memory.imageBytes + sparse.memory.arenaBytes;
    const tight = simulatorOf({ ramLimitBytes: room, imageIn: "ram" });
    expect((await denseWhereCheaper(simulator, sparse)).compiledDense).toHaveLength(3);
    expect((await denseWhereCheaper(tight, sparse)).compiledDense).toEqual([]);
  });

  it("does nothing to floats", async () => {
    const floats = Network.fromModel(prune(cfc, { method: "4x1", sparsity: 0.7 }).model);
    const simulator = simulatorOf();
    expect((await denseWhereCheaper(simulator, floats)).network).toBe(floats);
    expect(() => floats.withDense(new Set(["cfc.ff1"]))).toThrow(
      "model: expected a network of integers, found one of floats",
    );
  });

  it("keeps what is known of a variant", async () => {
    const simulator = simulatorOf();
    const variant = {
      requestedSparsity: 0.5,
      profile: await sparse.profileOperations(),
      facts: { precision: "int8", sparsity: 0.4 },
      network: sparse,
      evaluation: null,
      outcomes: null,
    };
    const own = await variantOn(simulator, variant);
    expect(own.facts).toEqual({ ...variant.facts, compiledDense: ["cfc.ff1", "cfc.ff2", "cfc.time"] });
    expect(own.profile).toEqual(await own.network!.profileOperations());
  });
});
