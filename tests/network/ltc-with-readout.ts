// LTCs whose outputs are a linear readout of all neurons, class liquid-edge.LTC with `output_size`.

import { parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";

/** 3 inputs, 5 neurons and 7 outputs, more than there are neurons, unless `options` say otherwise. */
export function ltcWithReadout(seed: number, options: object = {}): Model {
  const wiring = { type: "FullyConnected", args: { units: 5 } };
  const config = { input_size: 3, wiring, output_size: 7, ...options };
  return initialModel(parseConfig({ class: "liquid-edge.LTC", config }, "test"), seed);
}
