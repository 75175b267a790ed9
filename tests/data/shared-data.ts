// The real data sets, which are not part of this repository. Tests that need them are skipped aloud where they are absent;
// LIQUID_EDGE_DATA names their folder, by default the one beside the repository.

import { existsSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = [process.env.LIQUID_EDGE_DATA, join(import.meta.dirname, "../../../shared/data")];

export const SHARED_DATA = FOLDERS.find((folder) => folder !== undefined && existsSync(folder)) ?? "";

/** For `describe.skipIf(noSharedData())`. */
export function noSharedData(): boolean {
  if (SHARED_DATA !== "") return false;
  console.warn("SKIPPED: no real data sets (folder shared/data beside the repository, or LIQUID_EDGE_DATA)");
  return true;
}
