// Files of quantized networks.

import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { readIntegerModel, writeIntegerModel } from "../../bindings/quantize/integer-file.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { caseOf } from "../../tests/quantize/cases.ts";
import { Broken, type FuzzTarget } from "./engine.ts";
import { changeHeader } from "./safetensors.ts";

const SOURCE = "fuzz.int8.safetensors";
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
];

export const integerFile: FuzzTarget = {
  name: "integer-file",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-file", "bad-config"],
  allocationBytes: 1 << 21,
  seeds: () =>
    ["gru-9", "ltc-fc-8", "cfc-irregular-16", "gate-9"].map((name) => {
      const { model, calibration } = caseOf(name);
      const { network } = quantize(model, { precision: "int8", calibration, activations: 8 });
      const { class: cell, config } = model;
      return writeIntegerModel({
        config: { class: cell, config } as typeof model,
        precision: "int8",
        network,
      });
    }),
  change: changeHeader(WORDS),
  read(input) {
    const model = readIntegerModel(input, SOURCE);
    const written = writeIntegerModel(model);
    const again = writeIntegerModel(readIntegerModel(written, SOURCE));
    if (Buffer.compare(written, again) !== 0) throw new Broken("written and read again it is another file");
    compileInteger(model.network);
    return `${model.config.class} of ${model.network.layers.length} layers`;
  },
};
