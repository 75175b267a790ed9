import { describe, expect, it } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { NO_AUGMENTATION } from "../../bindings/train/augment.ts";
import {
  readCheckpoint,
  type TrainingCheckpoint,
  writeCheckpoint,
} from "../../bindings/train/checkpoint-file.ts";
import { ADAM } from "../../bindings/train/optimiser.ts";
import { randomModel } from "../network/random-model.ts";

function checkpoint(): TrainingCheckpoint {
  const numbers = (scale: number) => Float32Array.from({ length: 7 }, (_, i) => scale * Math.sin(i + 0.1));
  return {
    model: randomModel(0),
    settings: {
      epochs: 9,
      batchSize: 4,
      learningRate: 0.1 + 0.2,
      optimiser: ADAM,
      schedule: { name: "cosine", per: "step", warmupSteps: 3 },
      loss: { name: "binary-cross-entropy", labelSmoothing: 0, classWeights: [1, 3] },
      readout: "last",
      clipNorm: null,
      seed: 2 ** 40 + 1,
      windows: { steps: 5, stride: 3 },
      truncateSteps: null,
      washoutSteps: 0,
      augmentation: NO_AUGMENTATION,
      pruning: null,
      precision: "int8",
      patience: 4,
      keep: "best",
    },
    data: { name: "made", sha256: "00ff", validation: 0.2 },
    trainedFor: "int4",
    state: {
      epoch: 2,
      steps: 10,
      parameters: numbers(1),
      masks: null,
      energy: [
        { step: 3, sparsity: 0.25, energyUj: 1.5 },
        { step: 5, sparsity: 1 / 3, energyUj: 1.25 },
      ],
      firstMoment: numbers(1e-20),
      secondMoment: numbers(1e-40),
      random: { shuffling: [1, 2, 3, 4], noise: [5, 6, 7, 4294967295], augmentation: [9, 10, 11, 12] },
      best: { epoch: 1, parameters: numbers(2) },
      lossLimit: 1234.5678901234567,
      history: [
        { epoch: 1, trainLoss: 1 / 3, learningRate: 0.1, validation: { loss: 0.7, metric: 0.1 + 0.2 } },
        { epoch: 2, trainLoss: 0.25, learningRate: 1e-17, validation: { loss: 0.7, metric: Number.NaN } },
      ],
    },
  };
}

describe("the checkpoint of a training", () => {
  it("comes back from its file to the last bit", () => {
    const written = checkpoint();
    expect(readCheckpoint(writeCheckpoint(written), "file")).toEqual(written);
    const { best: _best, ...state } = written.state;
    const first = { ...written, state: { ...state, best: null, lossLimit: null, history: [] } };
    expect(readCheckpoint(writeCheckpoint(first), "file")).toEqual(first);
  });

  it("is refused in one line when it is another file, cut, or changed", () => {
    const bytes = writeCheckpoint(checkpoint());
    expect(() => readCheckpoint(writeModel(randomModel(0)), "net.safetensors")).toThrow(
      /^net.safetensors: expected the checkpoint of a training, found another file \(/,
    );
    expect(() => readCheckpoint(bytes.subarray(0, bytes.length - 4), "cut")).toThrow(
      /^cut: "training.best" /,
    );
    const changed = (from: string, to: string) => {
      const text = Buffer.from(bytes).toString("latin1");
      expect(text).toContain(from);
      return Buffer.from(text.replace(from, to.padEnd(from.length)), "latin1");
    };
    expect(() => readCheckpoint(changed('\\"steps\\":10', '\\"steps\\":-1'), "file")).toThrow(
      /^file: "__metadata__.liquid_edge_training.steps" expected /,
    );
    expect(() =>
      readCheckpoint(changed('\\"precision\\":\\"int8\\"', '\\"precision\\":\\"int9\\"'), "file"),
    ).toThrow(/^file: "__metadata__.liquid_edge_training.settings.precision" expected /);
    expect(() =>
      readCheckpoint(changed('"training.first_moment"', '"training.first_momenT"'), "file"),
    ).toThrow(/^file: "training.first_moment" expected a tensor, found none$/);
  });
});
