import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package, which has boards/: above dist/ when installed, above cli/ in a checkout. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "boards", "Makefile"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the package has no folder boards/");
    folder = parent;
  }
  return folder;
}

/** boards/ of the package. */
export function boardsFolder(): string {
  return join(packageFolder(), "boards");
}
