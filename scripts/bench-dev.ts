// How long `npm run dev` takes from a change to the built core, warm, with CPU time: the wall clock depends on what else runs.
// Run: npx tsx scripts/bench-dev.ts

import { join } from "node:path";
import { Rebuilder, targetsOf } from "./dev/rebuild.ts";

const ROUNDS = 3;
const rebuilder = new Rebuilder(join(import.meta.dirname, ".."));
for (const file of ["assembly/matvec-dense.ts", "assembly/train/index.ts", "boards/rp2040/board.json"]) {
  const targets = targetsOf(file);
  await rebuilder.build(targets);
  const seconds: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const begun = performance.now();
    await rebuilder.build(targets);
    seconds.push((performance.now() - begun) / 1000);
  }
  console.log(`${file} → ${targets.join(", ")}: ${seconds.map((s) => s.toFixed(1)).join(", ")} s`);
}
rebuilder.close();
