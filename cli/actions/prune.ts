import { writeModel } from "../../bindings/network/checkpoint.ts";
import { parseSafetensors } from "../../bindings/network/safetensors.ts";
import { Network } from "../../bindings/network.ts";
import { type PruneOptions, prune as pruneModel } from "../../bindings/prune/prune.ts";
import type { PruneReport } from "../../bindings/prune/report.ts";
import { summarise } from "../../format/summary.ts";
import type { PruneCommandOptions } from "../commands/prune.ts";
import type { Io } from "../io.ts";
import { type Matrix, matricesOf, matrixTable } from "../matrices.ts";
import { usageError } from "../options.ts";
import { prunedTable } from "../pruned-table.ts";
import { readModelFile } from "../read-model.ts";
import { fileName } from "../read-text.ts";
import { bytes, count, neuronList, paragraph, percent, table, whole } from "../text.ts";

/** What a network takes, before or after. */
interface Costs {
  fileBytes: number;
  imageBytes: number;
  /** Of one time step. */
  operations: number;
}

interface Outcome extends PruneReport {
  file: string;
  out: string;
  before: Costs;
  after: Costs;
  /** Matrices and sets of synapses of the pruned network, in the format that the compiler chose by counted cost. */
  matrices: Matrix[];
}

/** Prunes a network, writes the rest, and prints what that did. */
export async function prune(io: Io, weights: string, options: PruneCommandOptions): Promise<void> {
  const method = pruneOptions(options);
  if (options.out === "-") throw usageError("--out: expected a file, found - for standard output");
  const file = fileName(weights);
  // Standard input can be read only once.
  const given = await io.readFile(weights);
  const cached: Io = { ...io, readFile: async (path) => (path === weights ? given : io.readFile(path)) };
  const model = await readModelFile(cached, weights, options.config);
  const { model: pruned, report } = pruneModel(model, method, file);
  const written = writeModel(pruned, notesOf(given, file, report, method));

  const network = Network.fromModel(pruned, fileName(options.out));
  const outcome: Outcome = {
    file,
    out: network.name,
    ...report,
    before: await costsOf(Network.fromModel(model, file), given.length),
    after: await costsOf(network, written.length),
    matrices: matricesOf(network.compiled),
  };
  await io.writeFile(options.out, written);
  io.print(options.json ? JSON.stringify(outcome) : describe(outcome, summarise(pruned), method, io.colour));
}

function pruneOptions({ method, sparsity, n, m }: PruneCommandOptions): PruneOptions {
  if (method === "n:m") {
    if (sparsity !== undefined)
      throw usageError("--sparsity: expected without --method n:m, whose --n and --m say it, found both");
    const [kept, of] = [n ?? 1, m ?? 4];
    if (kept > of) throw usageError(`--n: expected at most --m ${of}, found ${kept}`);
    return { method, n: kept, m: of };
  }
  if (n !== undefined || m !== undefined)
    throw usageError(`--n, --m: expected with --method n:m, found with ${method}`);
  if (sparsity === undefined) throw usageError("prune: expected --sparsity, found none");
  return { method, sparsity };
}

async function costsOf(network: Network, fileBytes: number): Promise<Costs> {
  const { operations } = await network.profileOperations();
  return { fileBytes, imageBytes: network.memory.imageBytes, operations };
}

const OWN_NOTES = ["liquid_edge", "format", "pruning"];

/** The file's own notes, and what was done to it, behind what was done before. */
function notesOf(given: Uint8Array, file: string, report: PruneReport, options: PruneOptions) {
  const { metadata } = parseSafetensors(given, file);
  const notes = Object.entries(metadata).filter(([key]) => !OWN_NOTES.includes(key));
  const before = Object.hasOwn(metadata, "pruning") ? `${metadata.pruning}; ` : "";
  return { ...Object.fromEntries(notes), pruning: `${before}${report.method}, ${askedFor(options)}` };
}

function askedFor(options: PruneOptions): string {
  return options.method === "n:m" ? `${options.n} of ${options.m}` : `sparsity ${options.sparsity}`;
}

const right = "right" as const;

function describe(outcome: Outcome, summary: string, options: PruneOptions, colour: boolean): string {
  const { file, out, method, kept, total, sparsity, parts, before, after, neuronsWithoutInputs } = outcome;
  const { removedNeurons, neverPruned, notes, matrices } = outcome;
  const costs: [string, number, number, (value: number) => string][] = [
    ["operations a time step", before.operations, after.operations, whole],
    ["image", before.imageBytes, after.imageBytes, bytes],
    ["file", before.fileBytes, after.fileBytes, bytes],
  ];
  return [
    `${file}: ${method}, ${askedFor(options)} → ${out}: ${summary}`,
    `${whole(kept)} of ${count(total, method === "neurons" ? "parameter" : "weight")} left, ${percent(sparsity)} absent`,
    "",
    table(
      [
        { title: "" },
        { title: "before", align: right },
        { title: "after", align: right },
        { title: "share", align: right },
      ],
      costs.map(([title, a, b, text]) => [title, text(a), text(b), percent(a === 0 ? 0 : b / a)]),
      colour,
    ),
    "",
    prunedTable(parts, colour),
    "",
    matrixTable(matrices, colour),
    "",
    ...removedNeurons
      .filter(({ neurons }) => neurons.length > 0)
      .map(
        ({ layer, neurons, of }) => `Gone from ${layer}: ${neuronList(neurons)} of ${count(of, "neuron")}.`,
      ),
    ...neuronsWithoutInputs.map(({ cell, neurons }) => `Without inputs in ${cell}: ${neuronList(neurons)}.`),
    ...notes,
    // A state_dict keeps its zeros, and every mask is as large as its weights.
    ...(after.fileBytes > before.fileBytes
      ? ["The file is larger for what it says of absent weights; the image is what a board holds."]
      : []),
    `Not pruned: ${neverPruned.map(({ tensor }) => tensor).join(", ") || "nothing"}.`,
    "The accuracy of the rest is not known: only data can tell.",
  ]
    .map(paragraphOfText)
    .join("\n");
}

/** Tables stay as they are. */
function paragraphOfText(text: string): string {
  return text.includes("\n") ? text : paragraph(text);
}
