import { OP_CLASSES, type OpClass } from "../../bindings/count/op-class.ts";
import type { NetworkProfile } from "../../bindings/count/op-profile.ts";
import { inPrecision } from "../../bindings/sweep/variants.ts";
import { titleOf } from "../../format/summary.ts";
import type { ProfileOptions } from "../commands/profile.ts";
import type { Io } from "../io.ts";
import { type Matrix, matricesOf, matrixTable, skipText } from "../matrices.ts";
import { readNetwork } from "../read-network.ts";
import { count, paragraph, percent, table, whole } from "../text.ts";

/** Counts the operations of a network and prints them. */
export async function profile(
  io: Io,
  weights: string,
  { config, precision, steps, json }: ProfileOptions,
): Promise<void> {
  const given = await readNetwork(io, weights, config);
  const own = precision ?? given.compiled.precision;
  const { network, assumed } = await inPrecision({ network: given, assumed: [] }, own, null);
  const counted = await network.profileOperations();
  const inference = { steps, operations: steps * counted.operations };
  const matrices = matricesOf(network.compiled);
  const stated = assumed.length === 0 ? {} : { assumed };
  if (json) io.print(JSON.stringify({ ...counted, matrices, inference, ...stated }));
  else io.print(describe(titleOf(network), counted, matrices, inference, assumed, io.colour));
}

function describe(
  name: string,
  { operations, classes, layers, kernels, valueDependent, skipping }: NetworkProfile,
  matrices: readonly Matrix[],
  inference: { steps: number; operations: number },
  assumed: readonly string[],
  colour: boolean,
): string {
  const share = (n: number) => percent(operations === 0 ? 0 : n / operations);
  const byCount = (a: [string, number], b: [string, number]) => b[1] - a[1];
  const right = "right" as const;
  const totals = [
    { title: "operations", align: right },
    { title: "share", align: right },
  ];
  const perInference =
    inference.steps === 1
      ? "an inference is one time step"
      : `${whole(inference.operations)} an inference of ${count(inference.steps, "time step")}`;
  return [
    `${name}: ${whole(operations)} operations a time step; ${perInference}`,
    ...assumed.map((text) => paragraph(`Assumed: ${text}.`)),
    "",
    table(
      [{ title: "class" }, ...totals, { title: "what it holds" }],
      Object.entries(classes)
        .sort(byCount)
        .map(([id, n]) => [id, whole(n), share(n), OP_CLASSES[id as OpClass]]),
      colour,
    ),
    "",
    table(
      [{ title: "layer" }, { title: "kind" }, ...totals],
      layers.map((layer) => [layer.name, layer.kind, whole(layer.operations), share(layer.operations)]),
      colour,
    ),
    "",
    table(
      [{ title: "kernel" }, { title: "calls", align: right }, { title: "MACs", align: right }, ...totals],
      kernels.map((k) => [k.name, whole(k.calls), whole(k.macs), whole(k.operations), share(k.operations)]),
      colour,
    ),
    "",
    ...(matrices.length === 0 ? [] : [matrixTable(matrices, colour), ""]),
    "Operations are executed WebAssembly instructions of the core without locals, constants and structure.",
    ...(matrices.length === 0
      ? []
      : [
          "Formats are chosen matrix by matrix, by the operations that they execute; a dense one executes its zeros.",
        ]),
    ...(skipping === undefined
      ? []
      : [
          paragraph(
            `Skips ${skipText(skipping)}. The counts are of the worst case, a step in which all have changed; estimate --data prices the mean of data.`,
          ),
        ]),
    ...valueDependent.map((text) => paragraph(`Cycles, not counts, depend on values in ${text}.`)),
  ].join("\n");
}
