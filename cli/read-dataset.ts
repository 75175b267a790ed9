import { loadCsv } from "../bindings/data/csv-dataset.ts";
import { DATASETS, type Dataset } from "../bindings/data/dataset.ts";
import { loadDataset } from "../bindings/data/load.ts";
import type { Io } from "./io.ts";
import { usageError } from "./options.ts";
import { fileName, readJson } from "./read-text.ts";

/** What says which data set is meant. */
export interface DatasetOptions {
  /** Folder of a data set, or a CSV. */
  data: string;
  dataset?: string;
  description?: string;
}

/** The data set that the options name; its files are read through `io`. */
export async function readDataset(io: Io, { data, dataset, description }: DatasetOptions): Promise<Dataset> {
  const path = data.replace(/[\\/]+$/, "");
  const isCsv = /\.(csv|tsv|txt)(\.gz)?$/.test(path) || path === "-";
  const folderName = path.split(/[\\/]/).at(-1)!;
  const id = dataset ?? (isCsv ? "csv" : DATASETS.find((name) => name === folderName));
  if (id === undefined) {
    throw usageError(
      `--data ${fileName(path)} is no CSV and has no known name: say what it is with --dataset ${[...DATASETS, "csv"].join("|")}`,
    );
  }
  const json = description === undefined ? undefined : await readJson(io, description, "bad-config");
  const descriptionName = description === undefined ? "options" : fileName(description);
  const file = async (name: string) =>
    new File([(await io.readFile(name)) as Uint8Array<ArrayBuffer>], fileName(name));
  if (id === "csv") {
    if (json === undefined) {
      throw usageError(
        "--description is missing: JSON that says what the columns of the CSV mean (docs/data.md)",
      );
    }
    return loadCsv(await file(path), json, descriptionName);
  }
  // A file by itself is the one file of the set.
  return loadDataset(id, (name) => file(isCsv ? path : `${path}/${name}`), json, descriptionName);
}
