// Writes the sine example, an LTC, its input and the data it was trained on, from the reference training run made with the real ncps code.
// Run: npx tsx scripts/make-sine.ts <folder of the reference data> [<target folder, default examples>]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModel, writeModel } from "../bindings/network/checkpoint.ts";

const NAME = "train-sine-seed0";

const [folder, target = join(import.meta.dirname, "../examples")] = process.argv.slice(2);
if (folder === undefined) throw new TypeError("expected the folder of the reference data");

const training = JSON.parse(readFileSync(join(folder, `${NAME}.json`), "utf8"));
const weightsFile: string = training.final_weights_float32;
const { class: modelClass, input_size, wiring } = training.model;

const model = readModel(
  readFileSync(join(folder, weightsFile)),
  { class: modelClass, config: { input_size, wiring } },
  { weights: weightsFile, config: `${NAME}.json` },
);
const notes = {
  provenance:
    `trained by the first-steps example of ncps (commit 695ec22, PyTorch 1.13.1): seed ${training.seed}, ` +
    `${training.float32.epochs} epochs of Adam, lr ${training.optimiser.lr}, batch 1`,
  task: training.task,
  final_loss: String(training.float32.loss_after_last_step),
};

mkdirSync(target, { recursive: true });
writeFileSync(join(target, "sine.safetensors"), writeModel(model, notes));
writeFileSync(join(target, "sine.input.json"), `${JSON.stringify({ input: training.input })}\n`);

const [, steps, features] = training.input.shape as [number, number, number];
const rows = Array.from({ length: steps }, (_, t) =>
  [...training.input.data.slice(t * features, (t + 1) * features), training.target.data[t]].join(),
);
const description = {
  name: "sine",
  task: "regression",
  inputs: ["sin", "cos"],
  target: "y",
  targetsPer: "step",
  blockSteps: 8,
};
writeFileSync(join(target, "sine.csv"), `${["sin,cos,y", ...rows].join("\n")}\n`);
writeFileSync(join(target, "sine.csv.json"), `${JSON.stringify(description)}\n`);
