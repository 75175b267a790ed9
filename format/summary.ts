import { type ModelWidths, modelWidths } from "../bindings/network/config.ts";
import type { ModelConfig } from "../bindings/network/model.ts";
import type { Network } from "../bindings/network.ts";

/** The file, and the precision where it is not the file's. */
export function titleOf({ name, compiled }: Network): string {
  return compiled.precision === "fp32" ? name : `${name} in ${compiled.precision}`;
}

/** A model in a few words: "LTC, 2 inputs, 16 neurons (AutoNCP), 1 output". */
export function summarise(model: ModelConfig): string {
  const { inputs, outputs, state }: ModelWidths = modelWidths(model);
  const wiring = "wiring" in model.config ? model.config.wiring : null;
  const neurons = state === 0 ? "no state" : `${state} neurons${wiring === null ? "" : ` (${wiring.type})`}`;
  const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  return [model.class.split(".").at(-1), plural(inputs, "input"), neurons, plural(outputs, "output")].join(
    ", ",
  );
}
