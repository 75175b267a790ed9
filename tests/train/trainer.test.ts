import { describe, expect, it } from "vitest";
import type { Dataset, Sample } from "../../bindings/data/dataset.ts";
import type { ModelConfig } from "../../bindings/network/model.ts";
import { NO_AUGMENTATION } from "../../bindings/train/augment.ts";
import { accumulateBatch } from "../../bindings/train/batch.ts";
import { ADAM } from "../../bindings/train/optimiser.ts";
import type { TrainingSettings } from "../../bindings/train/settings.ts";
import { Trainer, type TrainingEvent, type TrainingState } from "../../bindings/train/trainer.ts";
import { LeakyNetwork } from "./leaky-network.ts";

const CONFIG: ModelConfig = {
  class: "liquid-edge.LiquidGate",
  config: { input_size: 2, units: 1, output_size: null },
};

/** Sequences whose target is the state of a leaky network with other parameters. */
function samples(count: number, nSteps: number, perStep: boolean): Sample[] {
  const teacher = new LeakyNetwork(2, 1, 0.9);
  return Array.from({ length: count }, (_, s) => {
    const input = Float32Array.from({ length: 2 * nSteps }, (_, i) => Math.sin(i * (1.3 + 0.1 * s) + s));
    const output = teacher.forward(input).slice();
    return {
      id: `sample ${s}`,
      group: "made",
      nSteps,
      input,
      timespans: null,
      target: perStep ? output : output.slice(-1),
    };
  });
}

function dataset(perStep: boolean): Dataset {
  const all = samples(20, 12, perStep);
  return {
    name: "made",
    task: "regression",
    targetsPer: perStep ? "step" : "sequence",
    readout: perStep ? "step" : "last",
    metric: "mse",
    nInputs: 2,
    inputs: ["a", "b"],
    nOutputs: 1,
    nTargets: 1,
    classes: null,
    timeUnit: null,
    normalisation: null,
    blockSteps: null,
    splits: { train: all.slice(0, 15), validation: all.slice(15), test: [] },
  };
}

const SETTINGS: TrainingSettings = {
  epochs: 6,
  batchSize: 4,
  learningRate: 0.03,
  optimiser: ADAM,
  schedule: { name: "cosine", per: "step", warmupSteps: 3 },
  loss: { name: "mse" },
  readout: "step",
  clipNorm: 1,
  seed: 5,
  windows: { steps: 5, stride: 3 },
  truncateSteps: null,
  washoutSteps: 1,
  augmentation: { ...NO_AUGMENTATION, noise: 0.05, scaleNoise: 0.1, rollSteps: 1 },
  pruning: null,
  precision: null,
  patience: null,
  keep: "best",
};

interface Run {
  trainer: Trainer;
  events: TrainingEvent[];
  end: Extract<TrainingEvent, { type: "end" }>;
}

async function train(
  changes: Partial<TrainingSettings> = {},
  state: TrainingState | null = null,
  stop: (event: TrainingEvent) => boolean = () => false,
): Promise<Run> {
  const settings = { ...SETTINGS, ...changes };
  const set = dataset(settings.readout === "step");
  const data = { dataset: set, train: set.splits.train, validation: set.splits.validation };
  const trainer = new Trainer(new LeakyNetwork(2, 1), CONFIG, data, settings, state);
  const events: TrainingEvent[] = [];
  const abort = new AbortController();
  for await (const event of trainer.run({ signal: abort.signal })) {
    events.push(event);
    if (stop(event)) abort.abort();
  }
  const end = events.at(-1)!;
  if (end.type !== "end") throw new Error("the last event is no end");
  return { trainer, events, end };
}

describe("the gradient of a batch", () => {
  const batch = samples(3, 7, true).map((sample, i) => ({
    ...sample,
    // Unequal lengths.
    input: sample.input.slice(0, 2 * (7 - i)),
    target: sample.target.slice(0, 7 - i),
  }));
  const settings = {
    loss: { name: "mse" as const },
    readout: "step" as const,
    truncateSteps: null,
    washoutSteps: 2,
    nInputs: 2,
    nOutputs: 1,
  };

  function differences(value: () => number, network: LeakyNetwork): Float64Array {
    const h = 1e-2;
    return Float64Array.from(network.parameters, (p, i) => {
      const at = (shift: number) => {
        network.parameters[i] = p + shift;
        network.update();
        const loss = value();
        network.parameters[i] = p;
        network.update();
        return loss;
      };
      return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    });
  }

  it.each([
    ["step", 0],
    ["step", 2],
    ["last", 0],
    ["mean", 2],
  ] as const)(
    "of a %s readout after %i steps of washing out is that of its mean loss",
    (readout, washoutSteps) => {
      const network = new LeakyNetwork(2, 1, 0.5);
      const own = { ...settings, readout, washoutSteps };
      const shown =
        readout === "step" ? batch : batch.map((one) => ({ ...one, target: one.target.slice(-1) }));
      const loss = accumulateBatch(network, shown, own);
      const gradient = network.gradient.slice();
      expect(loss).toBeGreaterThan(0);
      const expected = differences(() => accumulateBatch(network, shown, own), network);
      gradient.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 4);
      });
    },
  );

  it("stops at the pieces of a truncated one, while the state goes on", () => {
    const network = new LeakyNetwork(2, 1, 0.5);
    const full = accumulateBatch(network, batch, { ...settings, washoutSteps: 0 });
    const whole = network.gradient.slice();
    const truncated = { ...settings, washoutSteps: 0, truncateSteps: 3 };
    expect(accumulateBatch(network, batch, truncated)).toBe(full);
    const gradient = network.gradient.slice();
    expect(gradient).not.toEqual(whole);
    // By hand: pieces as sequences of their own, from states that are given.
    const other = new LeakyNetwork(2, 1, 0.5);
    const nAnswers = batch.reduce((sum, { target }) => sum + target.length, 0);
    for (const { input, target } of batch) {
      let hidden = new Float32Array(1);
      for (let start = 0; start < target.length; start += 3) {
        const output = other.forward(input.subarray(2 * start, 2 * start + 6), { initialHidden: hidden });
        other.backward(output.map((y, i) => (2 * (y - target[start + i]!)) / nAnswers));
        hidden = Float32Array.from(other.finalHidden);
      }
    }
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(other.gradient[i]!, 6);
    });
  });
});

describe("a training", () => {
  it("lowers the loss and the validation metric", async () => {
    const { trainer, end } = await train({ epochs: 40, windows: null, augmentation: NO_AUGMENTATION });
    expect(end.reason).toBe("epochs");
    const { history } = trainer.state;
    expect(history).toHaveLength(40);
    expect(history.at(-1)!.validation!.metric).toBeLessThan(0.1 * history[0]!.validation!.metric);
  });

  it("gives equal bits for equal seeds, and others for others", async () => {
    const first = (await train()).trainer.state;
    expect((await train()).trainer.state).toEqual(first);
    expect((await train({ seed: 6 })).trainer.state.parameters).not.toEqual(first.parameters);
  });

  it("goes on to the same bits after it was stopped, wherever that was", async () => {
    const whole = await train();
    for (const steps of [1, 7, whole.trainer.stepsPerEpoch, 25]) {
      const stopped = await train({}, null, (event) => event.type === "step" && event.step === steps);
      expect(stopped.end.reason).toBe("aborted");
      const { state } = stopped.trainer;
      expect(state.epoch).toBe(Math.floor(steps / whole.trainer.stepsPerEpoch));
      const { trainer } = await train({}, structuredClone(state));
      expect(trainer.state).toEqual(whole.trainer.state);
      expect(trainer.result).toEqual(whole.trainer.result);
    }
  });

  it("shows each sequence once an epoch, with the learning rate of its schedule", async () => {
    const { trainer, events } = await train({ epochs: 2, windows: null });
    expect(trainer.stepsPerEpoch).toBe(4);
    const steps = events.filter((event) => event.type === "step");
    expect(steps.map(({ step, totalSteps }) => [step, totalSteps])).toEqual(
      Array.from({ length: 8 }, (_, i) => [i + 1, 8]),
    );
    const cosine = (step: number) => (1 + Math.cos((Math.PI * step) / 8)) / 2;
    steps.forEach(({ learningRate }, step) => {
      expect(learningRate).toBeCloseTo(0.03 * Math.min(1, (step + 1) / 3) * cosine(step), 15);
    });
  });

  it("stops when patience is over and keeps the best epoch", async () => {
    const { trainer, end } = await train({
      epochs: 200,
      patience: 3,
      learningRate: 0.4,
      optimiser: { ...ADAM, name: "sgd" },
    });
    expect(end.reason).toBe("patience");
    const { history, best, epoch } = trainer.state;
    expect(epoch - best!.epoch).toBe(3);
    const metrics = history.map(({ validation }) => validation!.metric);
    expect(metrics.indexOf(Math.min(...metrics)) + 1).toBe(best!.epoch);
    expect(trainer.result.parameters).toEqual(best!.parameters);
    // Continued, it has no more patience than before.
    expect((await train({ epochs: 200, patience: 3 }, trainer.state)).events).toHaveLength(1);
  });

  it("stops when the loss diverges, at the last good epoch", async () => {
    const diverging = { name: "sgd" as const, beta1: 0, beta2: 0, epsilon: 0, weightDecay: 0, momentum: 0 };
    const changes = { optimiser: diverging, clipNorm: null, learningRate: Number.MAX_VALUE, epochs: 50 };
    const { trainer, end, events } = await train({
      ...changes,
      schedule: { name: "constant", warmupSteps: 0 },
    });
    if (end.reason !== "diverged") throw new Error(`ended with ${end.reason}`);
    expect(end.step).toBe(events.filter(({ type }) => type === "step").length + 1);
    expect(end.learningRate).toBe(Number.MAX_VALUE);
    expect(Number.isNaN(end.loss)).toBe(true);
    expect(trainer.state.parameters).toEqual(new LeakyNetwork(2, 1).parameters);
  });

  it("lets the caller keep the last weights instead of the best", async () => {
    const { trainer } = await train({ keep: "last" });
    expect(trainer.result.epoch).toBe(6);
    expect(trainer.result.parameters).toEqual(trainer.state.parameters);
  });
});
