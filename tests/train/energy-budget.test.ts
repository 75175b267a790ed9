// Training to an energy budget: the network that comes out takes what the estimate of its file says, no more than the budget; a
// stopped training goes on to the same bits; a budget that cannot be is refused with the least that can.

import { describe, expect, it } from "vitest";
import { findBoard } from "../../bindings/board/load.ts";
import { denseWhereCheaper } from "../../bindings/estimate/dense-fallback.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { readModel, writeModel } from "../../bindings/network/checkpoint.ts";
import type { Model } from "../../bindings/network/model.ts";
import { Network } from "../../bindings/network.ts";
import { calibrationOf } from "../../bindings/quantize/calibration-data.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { readCheckpoint, writeCheckpoint } from "../../bindings/train/checkpoint-file.ts";
import { Differentiator } from "../../bindings/train/differentiator.ts";
import { type EnergyBudget, energyEstimator, sparsityWithin } from "../../bindings/train/energy-budget.ts";
import { prunedModel } from "../../bindings/train/gradual-pruning.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { withParameters } from "../../bindings/train/trained-model.ts";
import type { TrainingState } from "../../bindings/train/trainer.ts";
import { SMALL, trainOn } from "./small-training.ts";

const CELLS = ["liquid-gate", "cfc", "gru", "ltc"] as const;
const modelOf = (cell: (typeof CELLS)[number]) => initialModel(networkFor({ cell, units: 16 }, SMALL), 1);
const BOARD = { platform: "nrf52840", rateHz: null, precision: "fp32" } as const;

/** As a user has it estimated: the file read back, in integers after a calibration on data. */
async function estimateOf(model: Model, { platform, rateHz, precision }: Omit<EnergyBudget, "energyUj">) {
  const floats = readModel(writeModel(model), undefined, { weights: "file" });
  const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(SMALL);
  const network =
    precision === "fp32"
      ? Network.fromModel(floats)
      : Network.fromInteger({
          config: floats,
          precision,
          network: quantize(floats, { precision, ...calibration }).network,
        });
  const simulator = new EnergySimulator({ platform, rateHz: rateHz ?? 100 });
  const form = await denseWhereCheaper(simulator, network);
  const { energyUj, averagePowerUw } = simulator.estimate(form.profile, form.network.memory);
  return rateHz === null ? energyUj.typ : averagePowerUw.typ / rateHz;
}

async function trainTo(
  model: Model,
  budget: EnergyBudget,
  state: TrainingState | null = null,
  lastEpoch = Number.POSITIVE_INFINITY,
) {
  const energyOf = energyEstimator(findBoard(budget.platform), budget);
  const sparsity = await sparsityWithin(model, "4x1", budget, energyOf);
  const pruning = { method: "4x1", sparsity, budget } as const;
  const network = await Differentiator.create(model);
  const stop = ({ state: { epoch } }: { state: TrainingState }) => epoch === lastEpoch;
  const { trainer, settings } = await trainOn(network, { pruning, epochs: 14 }, state, stop, energyOf);
  const trained = withParameters(model, network.ranges, trainer.result.parameters, trainer.state.masks);
  return { trainer, settings, trained };
}

describe.each(CELLS)("an energy budget of a %s", (cell) => {
  it("is kept to by the estimate of the file that comes out", async () => {
    const model = modelOf(cell);
    const whole = await estimateOf(model, BOARD);
    const budget = { ...BOARD, energyUj: 0.75 * whole };
    const { trainer, trained } = await trainTo(model, budget);
    const path = trainer.state.energy!;
    expect(path[0]!.energyUj).toBeCloseTo(whole, 9);
    expect(path.at(-1)!.energyUj).toBeLessThanOrEqual(budget.energyUj);
    expect(await estimateOf(trained, BOARD)).toBeCloseTo(path.at(-1)!.energyUj, 9);
    // It stops as soon as it may, and never puts back what it took.
    for (const { energyUj } of path.slice(0, -1)) expect(energyUj).toBeGreaterThan(budget.energyUj);
    for (const [i, { step, sparsity }] of path.entries()) {
      if (i === 0) continue;
      expect(step).toBeGreaterThanOrEqual(path[i - 1]!.step);
      expect(sparsity).toBeGreaterThan(path[i - 1]!.sparsity);
    }
  });

  it("takes nothing from a network that keeps to it", async () => {
    const model = modelOf(cell);
    const { trainer } = await trainTo(model, { ...BOARD, energyUj: 1.01 * (await estimateOf(model, BOARD)) });
    expect(trainer.state.energy).toHaveLength(1);
    for (const { data } of trainer.state.masks!.values()) expect(data.every((one) => one === 1)).toBe(true);
  });
});

it("is kept to by fewer neurons as well", async () => {
  const model = modelOf("gru");
  const budget = { ...BOARD, energyUj: 0.6 * (await estimateOf(model, BOARD)) };
  const energyOf = energyEstimator(findBoard(budget.platform), budget);
  const sparsity = await sparsityWithin(model, "neurons", budget, energyOf);
  const pruning = { method: "neurons", sparsity, budget } as const;
  const network = await Differentiator.create(model);
  const { trainer } = await trainOn(network, { pruning, epochs: 14 }, null, () => false, energyOf);
  const masked = withParameters(model, network.ranges, trainer.result.parameters, trainer.state.masks);
  const trained = prunedModel(masked, pruning);
  expect(trained.config).toMatchObject({ units: 16 - Math.round(sparsity * 16) });
  const last = trainer.state.energy!.at(-1)!;
  expect(last.energyUj).toBeLessThanOrEqual(budget.energyUj);
  expect(await estimateOf(trained, BOARD)).toBeCloseTo(last.energyUj, 9);
});

it("counts a whole period, and integers, where that is the budget", async () => {
  const model = modelOf("gru");
  const [fast, slow] = await Promise.all(
    [1000, 10].map((rateHz) => energyEstimator(findBoard(BOARD.platform), { ...BOARD, rateHz })(model)),
  );
  const active = await energyEstimator(findBoard(BOARD.platform), BOARD)(model);
  expect(fast).toBeGreaterThan(active);
  expect(slow).toBeGreaterThan(fast!);
  expect(slow).toBeCloseTo(await estimateOf(model, { ...BOARD, rateHz: 10 }), 9);
  const int8 = { ...BOARD, precision: "int8" } as const;
  expect(await energyEstimator(findBoard(int8.platform), int8)(model)).toBeCloseTo(
    await estimateOf(model, int8),
    9,
  );
});

it("goes on to the same bits from a checkpoint of any epoch", async () => {
  const model = modelOf("liquid-gate");
  const budget = { ...BOARD, energyUj: 0.7 * (await estimateOf(model, BOARD)) };
  const { trainer } = await trainTo(model, budget);
  for (const epoch of [2, 5, 11]) {
    const { trainer: stopped, settings } = await trainTo(model, budget, null, epoch);
    const data = { name: "made", sha256: "0", validation: "split" } as const;
    const bytes = writeCheckpoint({ model, settings, data, state: stopped.state });
    const { state } = readCheckpoint(bytes, "checkpoint");
    expect((await trainTo(model, budget, state)).trainer.state, `epoch ${epoch}`).toEqual(trainer.state);
  }
});

it("is refused where no sparsity keeps to it, with the least that one reaches", async () => {
  const model = modelOf("cfc");
  const within = (energyUj: number) =>
    sparsityWithin(model, "4x1", { ...BOARD, energyUj }, energyEstimator(findBoard(BOARD.platform), BOARD));
  const refusal = await within(1e-6).catch((error: Error) => error.message);
  const least = Number(/expected at least ([\d.e-]+) µJ/.exec(String(refusal))![1]);
  expect(await within(1.01 * least)).toBeGreaterThan(0.5);
  await expect(within(0.98 * least)).rejects.toThrow(/at least .* found/);
});
