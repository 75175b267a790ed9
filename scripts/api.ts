// `npm run api`: writes docs/api.report.md. Build first.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PublicSymbol, report, surfaceOf } from "./api-surface.ts";
import { entryNames } from "./build-library.ts";

const root = join(import.meta.dirname, "..");

/** Files of the public interface by what follows `liquid-edge/` in an import. */
export async function entrySources(): Promise<Map<string, string>> {
  const names = await entryNames(root);
  return new Map([
    ...names.map((name) => [name, `bindings/entries/${name}.ts`] as const),
    ["vitest", "vitest/index.ts"],
  ]);
}

/** Every public symbol of the built library, entry by entry. */
export async function publicSymbols(): Promise<PublicSymbol[]> {
  const types = join(root, "dist/types");
  return [...(await entrySources())].flatMap(([entry, source]) =>
    surfaceOf(types, join(types, source.replace(/\.ts$/, ".d.ts")), entry),
  );
}

if (process.argv[1] === import.meta.filename)
  await writeFile(join(root, "docs/api.report.md"), report(await publicSymbols()));
