// The solvers of LTC and CT-RNN: golden vectors of a second evaluation (tests/golden/solvers/PROVENANCE.md), then what the
// mathematics demands: orders of convergence, closed forms, bounds, fixed points.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LtcConfig, Model, Tensor } from "../../bindings/network/model.ts";
import { expectGolden } from "./expect-golden.ts";
import { maxDifference, ownCases } from "./golden-case.ts";
import { runReference } from "./run-model.ts";

const FLOAT64_LIMIT = 1e-12;
const SOLVERS = ["fused", "euler", "rk4"] as const;
type Solver = (typeof SOLVERS)[number];

describe("the reference, on explicit solvers and the CT-RNN", () => {
  const cases = ownCases("solvers");

  it("has cases of each solver and of the CT-RNN", () => {
    const kinds = cases.map(({ model }) =>
      model.class === "liquid-edge.LTC" ? model.config.solver : model.class,
    );
    expect(new Set(kinds)).toEqual(new Set([...SOLVERS, "liquid-edge.CTRNN"]));
  });

  it.each(cases)("computes $name as numpy does", ({ model, input, float64, ...options }) => {
    expectGolden(runReference(model, input, options), float64!, FLOAT64_LIMIT);
  });
});

/** The network of a golden case, integrated over one unit of time in nUnfolds steps of the given solver. */
function stateAfterOneUnit(solver: Solver, nUnfolds: number): Float64Array {
  const { model, input, initialH } = ownCases("solvers").find(({ name }) => name === "ltc-rk4-9")!;
  const config = {
    ...model.config,
    solver,
    ode_unfolds: nUnfolds,
    ode_step: 1 / nUnfolds,
    epsilon: 0,
  } as LtcConfig;
  const oneStep = { shape: [1, 1, input.shape[2]!], data: Array.from(input.data).slice(0, input.shape[2]) };
  return runReference({ ...model, config } as Model, oneStep, { initialH: initialH! }).finalH;
}

describe("LTC solvers", () => {
  const solution = stateAfterOneUnit("rk4", 4096);

  it.each([
    { solver: "fused", order: 1, coarse: 256 },
    { solver: "euler", order: 1, coarse: 256 },
    { solver: "rk4", order: 4, coarse: 128 },
  ] as const)("$solver converges to the solution with order $order", ({ solver, order, coarse }) => {
    const error = (nUnfolds: number) => maxDifference(stateAfterOneUnit(solver, nUnfolds), solution);
    expect(error(4 * coarse)).toBeGreaterThan(1e-12); // above rounding, or the ratio means nothing
    expect(Math.log2(error(coarse) / error(2 * coarse))).toBeCloseTo(order, 1);
    expect(Math.log2(error(2 * coarse) / error(4 * coarse))).toBeCloseTo(order, 1);
  });

  /** One neuron that only leaks: dv/dt = rate (vleak - v), the exact factor of a step is known for each solver. */
  it.each([
    { solver: "fused", factor: (z: number) => 1 / (1 + z) },
    { solver: "euler", factor: (z: number) => 1 - z },
    { solver: "rk4", factor: (z: number) => 1 - z + z ** 2 / 2 - z ** 3 / 6 + z ** 4 / 24 },
  ] as const)("$solver decays to the leak potential by its stability function", ({ solver, factor }) => {
    const [cm, gleak, vleak, v0, elapsedTime, nUnfolds] = [0.5, 0.75, -0.25, 2, 1.5, 5];
    const model = smallLtc({ solver, nUnfolds, odeStep: 0.1, cm, gleak, vleak, w: 0, erev: 1 });
    const run = runReference(
      model,
      { shape: [1, 1, 1], data: [0.5] },
      {
        timespans: { shape: [1, 1], data: [elapsedTime] },
        initialH: { shape: [1, 1], data: [v0] },
      },
    );
    const z = (0.1 * elapsedTime * gleak) / cm;
    expect(run.finalH[0]).toBeCloseTo(vleak + (v0 - vleak) * factor(z) ** nUnfolds, 14);
  });

  it("fused stays between the old state, the leak potential and the reversal potentials", () => {
    const potential = fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround);
    const positive = fc.double({ min: 0, max: 20, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(
        fc.record({ vleak: potential, erev: potential, v0: potential, gleak: positive, w: positive }),
        fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
        ({ vleak, erev, v0, gleak, w }, elapsedTime) => {
          const model = smallLtc({
            solver: "fused",
            nUnfolds: 6,
            odeStep: 1,
            cm: 0.5,
            gleak,
            vleak,
            w,
            erev,
          });
          const run = runReference(
            model,
            { shape: [1, 1, 1], data: [0.5] },
            {
              timespans: { shape: [1, 1], data: [elapsedTime] },
              initialH: { shape: [1, 1], data: [v0] },
            },
          );
          expect(run.finalH[0]).toBeGreaterThanOrEqual(Math.min(vleak, erev, v0) - 1e-12);
          expect(run.finalH[0]).toBeLessThanOrEqual(Math.max(vleak, erev, v0) + 1e-12);
        },
      ),
      { seed: 1 },
    );
  });

  it("ncps' class divides the elapsed time by the unfolds, ours multiplies it by ode_step", () => {
    const { model, ...run } = ownCases("solvers").find(({ name }) => name === "ltc-fused-step-7")!;
    const ours = { ...model, config: { ...model.config, ode_step: 1 / 6 } } as Model;
    const theirs = { ...model, class: "ncps.torch.LTC" } as Model;
    const difference = (a: Model, b: Model) =>
      maxDifference(runReference(a, run.input, run).output, runReference(b, run.input, run).output);
    expect(difference(ours, theirs)).toBeLessThan(FLOAT64_LIMIT);
    expect(difference(model, theirs)).toBeGreaterThan(1e-3);
  });
});

describe("the CT-RNN", () => {
  const { model, input } = ownCases("solvers").find(({ name }) => name === "ctrnn-9")!;
  const nIn = input.shape[2]!;
  const constant = { shape: [1, 1, nIn], data: Array.from(input.data).slice(0, nIn) };
  const withConfig = (config: object) => ({ ...model, config: { ...model.config, ...config } }) as Model;

  it("comes to rest where v = tau tanh(W [x, v] + b)", () => {
    const { finalH } = runReference(withConfig({ ode_unfolds: 3000 }), constant);
    const values = (name: string) => model.tensors.get(name)!.data;
    const joined = [...constant.data, ...finalH];
    const rest = Float64Array.from(finalH, (_, j) => {
      const drive = joined.reduce((sum, z, i) => sum + values("dense.weight")[j * joined.length + i]! * z, 0);
      return values("tau")[j]! * Math.tanh(drive + values("dense.bias")[j]!);
    });
    expect(maxDifference(finalH, rest)).toBeLessThan(1e-12);
    expect(Math.max(...finalH.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it("converges with order 1 as the steps get finer", () => {
    const stateAfter = (n: number) =>
      runReference(withConfig({ ode_unfolds: n, ode_step: 1 / n }), constant).finalH;
    const [coarse, middle, fine] = [stateAfter(256), stateAfter(512), stateAfter(1024)];
    // Richardson: successive differences halve for order 1.
    expect(Math.log2(maxDifference(coarse, middle) / maxDifference(middle, fine))).toBeCloseTo(1, 1);
  });

  it("reads ode_step as a share of the elapsed time", () => {
    const timespans = { shape: [1, 1], data: [2.5] };
    expect(runReference(withConfig({ ode_step: 0.1 }), constant, { timespans }).finalH).toEqual(
      runReference(withConfig({ ode_step: 0.25 }), constant).finalH,
    );
  });
});

/** One input, one neuron, one sensory synapse of weight w; the neuron's own synapse is masked. */
function smallLtc(options: {
  solver: Solver;
  nUnfolds: number;
  odeStep: number;
  cm: number;
  gleak: number;
  vleak: number;
  w: number;
  erev: number;
}): Model {
  const { cm, gleak, vleak, w, erev } = options;
  const scalars = { cm, gleak, vleak, sensory_w: w, sensory_erev: erev, sensory_mu: 0.25, sensory_sigma: 3 };
  const own = { w: 9, erev: 9, mu: 0, sigma: 1, sparsity_mask: 0, sensory_sparsity_mask: 1 };
  const tensors = new Map<string, Tensor>(
    Object.entries({ ...scalars, ...own }).map(([name, value]) => [
      `rnn_cell.${name}`,
      { shape: [1], data: Float32Array.of(value) },
    ]),
  );
  const config: LtcConfig = {
    input_size: 1,
    units: 1,
    wiring: { type: "FullyConnected", args: { units: 1 } },
    mixed_memory: false,
    input_mapping: null,
    output_mapping: null,
    ode_unfolds: options.nUnfolds,
    epsilon: 0,
    implicit_param_constraints: false,
    solver: options.solver,
    ode_step: options.odeStep,
    output_size: null,
  };
  return { class: "liquid-edge.LTC", config, tensors };
}
