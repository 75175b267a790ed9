// `npm run api`: writes docs/api.report.md. Build first.

import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PublicSymbol, report, surfaceOf } from "./api-surface.ts";

const root = join(import.meta.dirname, "..");

/** Every public symbol of the built library, entry by entry. */
export async function publicSymbols(): Promise<PublicSymbol[]> {
  const types = join(root, "dist/types/bindings");
  const entries = (await readdir(join(types, "entries"))).sort();
  return entries.flatMap((file) =>
    surfaceOf(types, join(types, "entries", file), file.replace(/\.d\.ts$/, "")),
  );
}

if (process.argv[1] === import.meta.filename)
  await writeFile(join(root, "docs/api.report.md"), report(await publicSymbols()));
