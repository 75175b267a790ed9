// The data set that a command line names.

import { loadCsv } from "../bindings/data/csv-dataset.ts";
import { DATASETS, type Dataset, type DatasetId } from "../bindings/data/dataset.ts";
import { loadDataset } from "../bindings/data/load.ts";
import type { Io } from "./io.ts";
import { usageError } from "./options.ts";
import { fileName, hinted, readJson } from "./read-text.ts";

export interface DataOptions {
  /** Folder of a data set, or a CSV. */
  data: string;
  dataset?: string;
  description?: string;
  /** The option that gave `data`, for messages. */
  flag?: string;
}

const withoutSlash = (path: string): string => path.replace(/[\\/]+$/, "");

/** The data set whose name the folder has, if it is one. */
export function namedFolder(path: string): DatasetId | undefined {
  const folder = withoutSlash(path).split(/[\\/]/).at(-1);
  return DATASETS.find((name) => name === folder);
}

/** The data set that the options name; its files are read through `io`. */
export async function readDataset(
  io: Io,
  { data, dataset, description, flag = "--data" }: DataOptions,
): Promise<Dataset> {
  const path = withoutSlash(data);
  const isCsv = /\.(csv|tsv|txt)(\.gz)?$/.test(path) || path === "-";
  const id = dataset ?? (isCsv ? "csv" : namedFolder(data));
  if (id === undefined) {
    throw usageError(
      `${flag}: expected a .csv file or a folder with the name of a data set, found ${fileName(path)} (say what it is with --dataset ${[...DATASETS, "csv"].join("|")})`,
    );
  }
  const json = description === undefined ? undefined : await readJson(io, description, "bad-config");
  const descriptionName = description === undefined ? "options" : fileName(description);
  const file = async (name: string, from = io) =>
    new File([(await from.readFile(name)) as Uint8Array<ArrayBuffer>], fileName(name));
  if (id === "csv") {
    if (json === undefined) {
      throw usageError(
        "--description: expected a JSON file that says what the columns of the CSV mean, found none (docs/data.md)",
      );
    }
    return loadCsv(await file(path), json, descriptionName);
  }
  const ofSet = hinted(io, () => true, `docs/data.md says where ${id} is from`);
  // A file by itself is the one file of the set.
  return loadDataset(id, (name) => file(isCsv ? path : `${path}/${name}`, ofSet), json, descriptionName);
}
