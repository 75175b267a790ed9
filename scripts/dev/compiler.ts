// A compiler of one part of the core that stays warm: loading it takes longer than using it. Started by rebuild.ts.

import { buildPart } from "../build-core.ts";
import type { Part } from "../core-parts.ts";

process.on("message", async (part: Part) => {
  try {
    await buildPart(process.cwd(), part);
    process.send!(null);
  } catch (error) {
    process.send!((error as Error).message);
  }
});
process.on("disconnect", () => process.exit());
