// Matrices and sets of synapses of an image, in the format that the compiler chose for each by counted cost.

import type { CompiledLayer, CompiledNetwork } from "../bindings/image/compile.ts";
import type { SkipUnchanged } from "../bindings/image/lowered-integer.ts";
import { table, whole } from "./text.ts";

export type Matrix = { layer: string } & CompiledLayer["parameters"][number];

/** All of a network's, in the order of execution. */
export function matricesOf({ layers }: CompiledNetwork): Matrix[] {
  return layers.flatMap(({ name, parameters }) =>
    parameters.map((parameter) => ({ layer: name, ...parameter })),
  );
}

/** A row for each: its format, and how many of the possible connections the image holds and executes. */
export function matrixTable(matrices: readonly Matrix[], colour: boolean): string {
  return table(
    [
      { title: "layer" },
      { title: "in the image" },
      { title: "format" },
      { title: "executed", align: "right" },
    ],
    matrices.map((m) => [m.layer, m.name, m.format, `${whole(m.connections)} of ${whole(m.possible)}`]),
    colour,
  );
}

/** What a network skips, in words. */
export function skipText({ of, threshold }: SkipUnchanged): string {
  const what = of === "inputs" ? "inputs" : "inputs, states and hidden units";
  return `${what} that have not changed${threshold === 0 ? "" : ` by more than ${threshold} of 127`}`;
}
