import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** boards/ of the package: beside dist/ when installed, beside cli/ in a checkout. */
export function boardsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "boards", "Makefile"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the package has no folder boards/");
    folder = parent;
  }
  return join(folder, "boards");
}
