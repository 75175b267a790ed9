// dist/core.wasm2c.c, the core as C, of which firmware and exports are made. Needs wasm2c (Debian package wabt); `npm run build` leaves
// it out without, and `npm test` makes it once it has installed wasm2c.

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findCommand } from "./tools.ts";

/** Writes it where wasm2c and a built core are; false: there is none now. */
export async function buildCoreC(root: string): Promise<boolean> {
  const core = join(root, "build/core.wasm");
  if (findCommand("wasm2c") === undefined || !existsSync(core)) return false;
  // Not before: these modules import what was built.
  const { CORE_C_FILE, translateCore } = await import("../cli/firmware/core-c.ts");
  await writeFile(join(root, CORE_C_FILE), await translateCore(await readFile(core)));
  return true;
}
