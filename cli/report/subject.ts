// What a report is about: a record, a suite that is run for it, or a checkpoint, which is a suite of one network.

import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { complain } from "../../bindings/errors.ts";
import { printable } from "../../bindings/network/printable.ts";
import type { Network } from "../../bindings/network.ts";
import { parseJson } from "../../bindings/parse-json.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import { parseSuite, type Suite } from "../../bindings/record/suite.ts";
import type { ReportInput } from "../../bindings/report/report.ts";
import { summarise } from "../../format/summary.ts";
import { type CostedVariant, checkPlatforms, costSuite } from "../actions/run-suite.ts";
import type { ReportOptions } from "../commands/report.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { findPlatforms } from "../platforms.ts";
import { namedFolder } from "../read-dataset.ts";
import { readNetwork } from "../read-network.ts";
import { decodeText, fileName } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";

export interface Subject {
  kind: ReportInput["kind"];
  record: BenchmarkRecord;
  summaries: Record<string, string>;
  /** By id of entry; of a record nothing. */
  costed: ReadonlyMap<string, CostedVariant>;
}

export async function readSubject(io: Io, path: string, options: ReportOptions, at: Date): Promise<Subject> {
  const bytes = await io.readFile(path);
  // Standard input can be read but once.
  const reading: Io = {
    ...io,
    readFile: (file) => (file === path ? Promise.resolve(bytes) : io.readFile(file)),
  };
  const kind = kindOf(path, bytes);
  refuseOptions(kind, options);
  if (kind === "json") {
    const json = parseJson(decodeText(bytes, fileName(path), "bad-record"), fileName(path), "bad-record");
    if (typeof json === "object" && json !== null && "format" in json) {
      refuseOptions("record", options);
      return { kind: "record", record: parseRecord(json, fileName(path)), summaries: {}, costed: new Map() };
    }
    refuseOptions("suite", options);
  }
  const suite =
    kind === "model"
      ? await suiteOfModel(reading, path, options)
      : parseSuite(await readYaml(reading, path, "bad-record"), fileName(path));
  checkPlatforms(suite, fileName(path));
  const folder = kind === "model" ? "." : dirname(path);
  const costed = new Map<string, CostedVariant>();
  const summaries: Record<string, string> = {};
  const record = await costSuite(
    reading,
    suite,
    (file) => (isAbsolute(file) || file === path ? file : join(folder, file)),
    {
      at,
      mayBeEmpty: true,
      onEntry(one) {
        costed.set(one.entry.id, one);
        summaries[one.entry.model] ??= summarise(one.original.config);
      },
    },
  );
  return { kind: kind === "model" ? "model" : "suite", record, summaries, costed };
}

type FileKind = "model" | "json" | "suite";

/** By its name, and where that says nothing by its first bytes: a checkpoint begins with eight of length and a brace. */
function kindOf(path: string, bytes: Uint8Array): FileKind {
  const extension = extname(path).toLowerCase();
  if (extension === ".safetensors") return "model";
  if (extension === ".json") return "json";
  if (extension === ".yaml" || extension === ".yml") return "suite";
  const brace = "{".charCodeAt(0);
  if (bytes[0] === brace) return "json";
  return bytes[8] === brace && bytes[7] === 0 ? "model" : "suite";
}

const OF_MODELS = ["config", "platform", "precision", "sparsity", "rateHz", "steps", "data"] as const;
const OF_DATA = ["dataset", "description", "split"] as const;

/** Options that would be ignored are refused. */
function refuseOptions(kind: FileKind | "record", options: ReportOptions): void {
  if (kind !== "model" && kind !== "json") {
    const useless = [...OF_MODELS, ...OF_DATA].find((name) => options[name] !== undefined);
    if (useless !== undefined) {
      const flag = useless === "rateHz" ? "rate-hz" : useless;
      throw usageError(`--${flag}: expected with a checkpoint, found with a ${kind}, which says it itself`);
    }
  }
  if (kind === "model" && options.data === undefined && OF_DATA.some((name) => options[name] !== undefined))
    throw usageError("--dataset, --description, --split: expected with --data, found without");
}

async function suiteOfModel(io: Io, path: string, options: ReportOptions): Promise<Suite> {
  const {
    config,
    platform,
    precision,
    sparsity,
    rateHz = 100,
    steps = 1,
    data,
    dataset,
    description,
    split,
  } = options;
  const network: Network = await readNetwork(io, path, config);
  const platforms = (await findPlatforms(io, platform, undefined)).map(({ id }) => id);
  const id = path === "-" ? "network" : basename(path).replace(/\.safetensors$/i, "") || "network";
  const task =
    data === undefined ? null : (dataset ?? namedFolder(data) ?? basename(data).replace(/\..*$/, ""));
  const own = network.compiled.precision as Suite["precisions"][number];
  return {
    name: id,
    models: [
      {
        id,
        weights: path,
        ...(config === undefined ? {} : { config }),
        ...(task === null ? {} : { tasks: [task] }),
      },
    ],
    platforms,
    precisions: (precision as Suite["precisions"] | undefined) ?? [own],
    sparsities: sparsity ?? [0],
    tasks:
      task === null
        ? []
        : [
            {
              id: task,
              data: data!,
              ...(dataset === undefined ? {} : { dataset }),
              ...(description === undefined ? {} : { description }),
              split: split ?? "test",
            },
          ],
    rateHz,
    steps,
    seed: 1,
  };
}

/** Throws `bad-record` for a text that no entry's id contains. */
export function checkEntry({ record }: Subject, entry: string | undefined, source: string): void {
  if (entry === undefined || record.entries.some(({ id }) => id.includes(entry))) return;
  throw complain("bad-record", source, {
    field: "entries",
    expected: `an id with "${printable(entry)}" in it`,
    found: `none of ${record.entries.length}`,
  });
}
