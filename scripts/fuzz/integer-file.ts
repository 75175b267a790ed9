// Files of quantized networks.

import { LiquidEdgeError } from "../../bindings/errors.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import {
  type IntegerModel,
  readIntegerModel,
  writeIntegerModel,
} from "../../bindings/quantize/integer-file.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { type ModelKind, randomModel, randomSequence } from "../../tests/network/random-model.ts";
import type { FuzzTarget } from "./engine.ts";
import { Broken } from "./judge.ts";
import { changeHeader } from "./safetensors.ts";

const SOURCE = "fuzz.int8.safetensors";
/** Every kind of layer is in one of them. */
const KINDS: readonly ModelKind[] = [
  "ncps LTC",
  "ncps LTC, sparse",
  "ncps CfC",
  "wired CfC",
  "CfC, pure or no_gate",
  "CfC, pure or no_gate",
  "GRU",
  "LSTM",
  "MLP",
  "LiquidGate",
];
const STEPS = 24;
const WORDS = [
  "int-dense",
  "int-cfc",
  "int-gru",
  "int-ltc",
  "int-gate",
  "kind",
  "at",
  "length",
  "nIn",
  "nOut",
  "shift",
  "skipUnchanged",
  "threshold",
];

export const integerFile: FuzzTarget = {
  name: "integer-file",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-file", "bad-config"],
  allocationBytes: 1 << 21,
  seeds: () =>
    KINDS.map((kind, seed) => {
      const model = randomModel(seed, { kind, maxUnits: 8, maxInputs: 3 });
      const { input, timespans } = randomSequence(seed, model, STEPS);
      const features = input.length / STEPS;
      const calibration = {
        batch: 1,
        steps: STEPS,
        features,
        input,
        timespans,
        initialH: null,
        initialC: null,
      };
      const precision = seed % 2 === 0 ? "int8" : "int4";
      const { network } = quantize(model, { precision, calibration, activations: seed % 3 === 0 ? 16 : 8 });
      const { class: cell, config } = model;
      const skipUnchanged = seed % 4 === 2 ? ({ of: "all", threshold: seed } as const) : null;
      const integers = { config: { class: cell, config } as typeof model, precision, network } as const;
      return writeIntegerModel({ ...integers, skipUnchanged });
    }),
  change: changeHeader(WORDS),
  read(input) {
    const model = readIntegerModel(input, SOURCE);
    const written = writeIntegerModel(model);
    const again = writeIntegerModel(readIntegerModel(written, SOURCE));
    if (Buffer.compare(written, again) !== 0) throw new Broken("written and read again it is another file");
    compileInteger(model.network);
    if (model.skipUnchanged != null) compileSkipping(model);
    return `${model.config.class} of ${model.network.layers.length} layers`;
  },
};

/** A network without a matrix that could be held is refused. */
function compileSkipping({ network, skipUnchanged }: IntegerModel): void {
  try {
    compileInteger(network, { skipUnchanged });
  } catch (error) {
    if (!(error instanceof LiquidEdgeError) || error.code !== "unavailable") throw error;
  }
}
