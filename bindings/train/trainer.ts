// Trains a network: epochs of shuffled mini-batches, validation after each, until the epochs are over, patience is, the
// caller stops it, or the loss diverges. Equal network, data, settings and seed give equal bits, also when a training is
// stopped and continued from its state.

import { type Dataset, type Sample, windowed } from "../data/dataset.ts";
import type { ModelConfig, Tensor } from "../network/model.ts";
import { augmented } from "./augment.ts";
import { accumulateBatch, lossOfZeros } from "./batch.ts";
import { type Constraint, constrain, constraintsOf } from "./constraints.ts";
import type { DifferentiableNetwork } from "./differentiable.ts";
import type { EnergyOf } from "./energy-budget.ts";
import { type EnergyPoint, GradualPruning } from "./gradual-pruning.ts";
import { clipByNorm, Optimiser } from "./optimiser.ts";
import { type RandomState, TrainingRandom } from "./random.ts";
import { learningRateShare } from "./schedule.ts";
import type { TrainingSettings } from "./settings.ts";
import { isBetter, type Validation, validate } from "./validate.ts";

/** Samples that a training sees. */
export interface TrainingData {
  /** Says what targets mean and which metric counts. */
  dataset: Dataset;
  /** What gradients are of. */
  train: readonly Sample[];
  /** Empty: no validation. */
  validation: readonly Sample[];
}

/** One epoch as it went. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  /** Mean over the epoch's answers, as augmented, each from the weights before its batch's step. */
  trainLoss: number;
  /** Of the epoch's last step. */
  learningRate: number;
  /** Scores after the epoch; null without a validation part. */
  validation: Validation | null;
}

/** All that a training needs to go on to the same bits: what a checkpoint holds. */
export interface TrainingState {
  /** Epochs done. */
  epoch: number;
  /** Steps of the optimiser done. */
  steps: number;
  /** [nParameters] */
  parameters: Float32Array;
  /** Which connections there are, by name of tensor; null without pruning. Those of `best` too: it is chosen when they are final. */
  masks: ReadonlyMap<string, Tensor> | null;
  /** The way to the energy budget of the pruning; null without one. */
  energy: readonly EnergyPoint[] | null;
  /** Of the optimiser, [nParameters]. */
  firstMoment: Float32Array;
  /** The same. */
  secondMoment: Float32Array;
  /** Where the random streams are. */
  random: Record<"shuffling" | "noise" | "augmentation", RandomState>;
  /** The best epoch by the validation metric and its parameters; null before the first or without validation. */
  best: { epoch: number; parameters: Float32Array } | null;
  /** Loss above which a training counts as diverged; null before the first step. */
  lossLimit: number | null;
  /** All epochs so far. */
  history: EpochRecord[];
}

/** What happens in a training, in order. */
export type TrainingEvent =
  | {
      type: "step";
      /** From 1. */
      step: number;
      totalSteps: number;
      loss: number;
      gradientNorm: number;
      learningRate: number;
    }
  /** `state` may be kept: it is not changed any more. */
  | { type: "epoch"; record: EpochRecord; isBest: boolean; state: TrainingState }
  | { type: "end"; reason: "epochs" | "patience" | "aborted" }
  /** The state is that of the last whole epoch again. */
  | { type: "end"; reason: "diverged"; step: number; epoch: number; loss: number; learningRate: number };

/** A loss so many times the first one, or that of answers of zeros if it is larger, has diverged. */
const GROWTH_LIMIT = 1000;
/** How often a training lets the rest of the program run. */
const PAUSE_EVERY_MS = 50;

/** Trains a network, event by event; can stop and go on at any of them. */
export class Trainer {
  /** How it trains, as given. */
  readonly settings: TrainingSettings;
  /** Steps of the optimiser in an epoch: sequences, or windows, by the size of a batch, rounded up. */
  readonly stepsPerEpoch: number;
  readonly #network: DifferentiableNetwork;
  readonly #data: TrainingData;
  readonly #shown: readonly Sample[];
  readonly #constraints: readonly Constraint[];
  readonly #optimiser: Optimiser;
  readonly #pruning: GradualPruning | null;
  /** After the last whole epoch. */
  #state: TrainingState;

  /**
   * @param state a training to continue, of the same network, data and settings; its weights replace the network's
   * @param energyOf where pruning has an energy budget
   */
  constructor(
    network: DifferentiableNetwork,
    config: ModelConfig,
    data: TrainingData,
    settings: TrainingSettings,
    state: TrainingState | null = null,
    energyOf: EnergyOf | null = null,
  ) {
    this.#network = network;
    this.#data = data;
    this.settings = settings;
    const { windows } = settings;
    this.#shown =
      windows !== null && data.dataset.targetsPer === "step" ? windowed(data.train, windows) : data.train;
    if (this.#shown.length === 0) throw new RangeError(`"train" expected at least one sequence, got none`);
    this.stepsPerEpoch = Math.ceil(this.#shown.length / settings.batchSize);
    this.#constraints = constraintsOf(config, network.ranges);
    this.#optimiser = new Optimiser(settings.optimiser, network.parameters.length);
    const nSteps = this.stepsPerEpoch * settings.epochs;
    this.#pruning =
      settings.pruning === null ? null : new GradualPruning(network, settings.pruning, nSteps, energyOf);
    const { shuffling, noise, augmentation } = TrainingRandom.streams(settings.seed);
    this.#state = state ?? {
      epoch: 0,
      steps: 0,
      parameters: network.parameters.slice(),
      masks: this.#pruning?.masks ?? null,
      energy: this.#pruning?.energy ?? null,
      firstMoment: this.#optimiser.firstMoment.slice(),
      secondMoment: this.#optimiser.secondMoment.slice(),
      random: { shuffling: shuffling.state, noise: noise.state, augmentation: augmentation.state },
      best: null,
      lossLimit: null,
      history: [],
    };
    this.#restore();
  }

  /** The training after its last whole epoch. */
  get state(): TrainingState {
    return this.#state;
  }

  /** The weights that the settings keep: of the best epoch, or the last one. */
  get result(): { epoch: number; parameters: Float32Array } {
    const { epoch, parameters, best } = this.#state;
    return this.settings.keep === "best" && best !== null ? best : { epoch, parameters };
  }

  /** Trains on, one event a step and an epoch; the last event says why it ended. */
  async *run({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<TrainingEvent, void> {
    const { epochs } = this.settings;
    let paused = performance.now();
    while (this.#state.epoch < epochs && !this.#isOutOfPatience()) {
      const epoch = new EpochRun(this.#state);
      this.#network.startEpoch?.();
      const order = Uint32Array.from(this.#shown, (_, i) => i);
      epoch.random.shuffling.shuffle(order);
      for (let first = 0; first < order.length; first += this.settings.batchSize) {
        const now = performance.now();
        if (now - paused >= PAUSE_EVERY_MS) {
          await new Promise((resume) => setTimeout(resume, 0));
          paused = performance.now();
        }
        if (signal?.aborted === true) {
          this.#restore();
          yield { type: "end", reason: "aborted" };
          return;
        }
        await this.#pruning?.prune(this.#optimiser.steps, this.#optimiser);
        const event = this.#step(epoch, order.subarray(first, first + this.settings.batchSize));
        if (event.type === "end") this.#restore();
        yield event;
        if (event.type === "end") return;
      }
      const event = this.#endEpoch(epoch);
      if (event.type === "end") this.#restore();
      yield event;
      if (event.type === "end") return;
    }
    yield { type: "end", reason: this.#state.epoch < epochs ? "patience" : "epochs" };
  }

  #step(epoch: EpochRun, indices: Uint32Array): TrainingEvent {
    const { settings } = this;
    const network = this.#network;
    const step = this.#optimiser.steps;
    const place = { step, stepsPerEpoch: this.stepsPerEpoch, epochs: settings.epochs };
    const learningRate = settings.learningRate * learningRateShare(settings.schedule, place);
    const { targetsPer } = this.#data.dataset;
    const batch = Array.from(indices, (i) =>
      augmented(this.#shown[i]!, targetsPer, settings.augmentation, epoch.random),
    );
    const { nInputs, nOutputs } = this.#data.dataset;
    const loss = accumulateBatch(network, batch, { ...settings, nInputs, nOutputs });
    const gradientNorm = clipByNorm(network.gradient, settings.clipNorm ?? Number.POSITIVE_INFINITY);
    epoch.lossLimit ??= GROWTH_LIMIT * Math.max(loss, lossOfZeros(nOutputs, batch, settings.loss));
    if (!(loss <= epoch.lossLimit) || !Number.isFinite(gradientNorm)) {
      const value = Number.isFinite(gradientNorm) ? loss : gradientNorm;
      return this.#diverged(step + 1, value, learningRate);
    }
    this.#optimiser.step(network.parameters, network.gradient, learningRate);
    constrain(network.parameters, this.#constraints);
    network.update();
    epoch.add(loss, batch.length, learningRate);
    const totalSteps = this.stepsPerEpoch * settings.epochs;
    return { type: "step", step: step + 1, totalSteps, loss, gradientNorm, learningRate };
  }

  #endEpoch(run: EpochRun): TrainingEvent {
    const { dataset, validation: samples } = this.#data;
    const network = this.#network;
    const validation = samples.length === 0 ? null : validate(network, dataset, samples, this.settings.loss);
    const isLost = validation !== null && !Number.isFinite(validation.loss);
    if (isLost || !network.parameters.every(Number.isFinite)) {
      return this.#diverged(this.#optimiser.steps, validation?.loss ?? Number.NaN, run.learningRate);
    }
    const epoch = this.#state.epoch + 1;
    const record = { epoch, trainLoss: run.meanLoss, learningRate: run.learningRate, validation };
    const areMasksFinal = this.#pruning?.isOver(this.#optimiser.steps) ?? true;
    const isBest = validation !== null && areMasksFinal && this.#isBest(validation);
    const parameters = network.parameters.slice();
    const { shuffling, noise, augmentation } = run.random;
    this.#state = {
      epoch,
      steps: this.#optimiser.steps,
      parameters,
      masks: this.#pruning?.masks ?? null,
      energy: this.#pruning?.energy ?? null,
      firstMoment: this.#optimiser.firstMoment.slice(),
      secondMoment: this.#optimiser.secondMoment.slice(),
      random: { shuffling: shuffling.state, noise: noise.state, augmentation: augmentation.state },
      best: isBest ? { epoch, parameters } : this.#state.best,
      lossLimit: run.lossLimit,
      history: [...this.#state.history, record],
    };
    return { type: "epoch", record, isBest, state: this.#state };
  }

  #diverged(step: number, loss: number, learningRate: number): TrainingEvent {
    return { type: "end", reason: "diverged", step, epoch: this.#state.epoch + 1, loss, learningRate };
  }

  #isBest(validation: Validation): boolean {
    const { best, history } = this.#state;
    return best === null || isBetter(this.#data.dataset, validation, history[best.epoch - 1]!.validation!);
  }

  #isOutOfPatience(): boolean {
    const { best, epoch } = this.#state;
    const { patience } = this.settings;
    return patience !== null && best !== null && epoch - best.epoch >= patience;
  }

  /** Back to the last whole epoch. */
  #restore(): void {
    const { parameters, masks, energy, firstMoment, secondMoment, steps } = this.#state;
    if (masks !== null) this.#pruning?.restore(masks, energy);
    this.#network.parameters.set(parameters);
    this.#network.update();
    this.#optimiser.firstMoment.set(firstMoment);
    this.#optimiser.secondMoment.set(secondMoment);
    this.#optimiser.steps = steps;
  }
}

/** An epoch under way: its streams, and its mean loss so far. */
class EpochRun {
  readonly random: Record<"shuffling" | "noise" | "augmentation", TrainingRandom>;
  lossLimit: number | null;
  learningRate = 0;
  #sum = 0;
  #n = 0;

  constructor({ random, lossLimit }: TrainingState) {
    const { shuffling, noise, augmentation } = random;
    this.random = {
      shuffling: new TrainingRandom(shuffling),
      noise: new TrainingRandom(noise),
      augmentation: new TrainingRandom(augmentation),
    };
    this.lossLimit = lossLimit;
  }

  add(loss: number, nSequences: number, learningRate: number): void {
    this.#sum += loss * nSequences;
    this.#n += nSequences;
    this.learningRate = learningRate;
  }

  get meanLoss(): number {
    return this.#sum / this.#n;
  }
}
