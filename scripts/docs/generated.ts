// Pages that are written from the code, by path: checked in, so that they are read in the repository as well.

import { apiReference } from "./api-reference.ts";
import { cliReference } from "./cli-reference.ts";

/** Reads the library's declarations in dist/: build first. */
export async function generatedPages(root: string): Promise<Map<string, string>> {
  return new Map([["docs/cli.md", cliReference()], ...(await apiReference(root))]);
}
