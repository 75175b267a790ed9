// Writes tests/golden/gradients from the reference data made with the real ncps code: the gradients of three cases, as they
// are, and the targets that they belong to.
// Run: npx tsx scripts/make-gradient-golden.ts <folder of the reference data> [<target folder, default tests/golden/gradients>]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, target = join(import.meta.dirname, "../tests/golden/gradients")] = process.argv.slice(2);
if (folder === undefined) throw new TypeError("expected the folder of the reference data");

/** Small, and together: sparse synapses, elapsed times, mixed memory, a wired CfC in its pure mode. */
const CASES = ["ltc-irregular-12", "ltc-mixed-memory-16", "cfc-wired-pure-irregular-20"];

mkdirSync(target, { recursive: true });
for (const name of CASES) {
  const reference = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const { target: wanted, loss_float64, file } = reference.gradient;
  const compact = { gradient: { target: wanted, loss_float64, file } };
  writeFileSync(join(target, `${name}.json`), `${JSON.stringify(compact)}\n`);
  writeFileSync(join(target, file), readFileSync(join(folder, file)));
}
