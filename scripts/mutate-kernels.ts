// Does one hash notice a wrong kernel? Changes one operator of the integer kernels at a time, rebuilds the scalar core in a
// temporary folder, runs random integer networks on it and compares their hash with the reference's. Takes minutes:
//
//   npx tsx scripts/mutate-kernels.ts [--mutations 50] [--networks 3] [--seed 1]
//
// Mutants that do not compile, break off or never return have no hash to compare: they are shown and others take their
// place. --networks: of each cell, precision and sparsity (tests/hashes); with fewer than 3 no dense synapses go without a
// clamp. Exit code 1 if the unchanged core disagrees with
// the reference or a mutation goes unnoticed.

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { Random } from "../tests/reference/integer/random.ts";
import { compile } from "./build-core.ts";
import { listMutations, mutate, pick } from "./mutate-kernels/mutations.ts";

const { values } = parseArgs({
  options: {
    mutations: { type: "string", default: "50" },
    networks: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const runner = join(root, "scripts", "mutate-kernels", "run-hash.ts");
/** A core that takes this many times as long as the unchanged one never returns. */
const PATIENCE = 10;
const HASH = /^[0-9a-f]{8}$/;

/** Hash of a core's file or of the reference, or what the core did instead. Throws if the run itself failed. */
async function hashOf(file: string, timeoutMs = 0): Promise<string> {
  const args = ["--import", "tsx", runner, file, values.networks];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: timeoutMs });
    return stdout.trim();
  } catch (error) {
    if ((error as { killed?: boolean }).killed) return "did not return";
    throw error;
  }
}

/** `result`: null for a core that does not compile, which says nothing about the hash. */
function verdictOn(result: string | null, reference: string) {
  if (result === null) return "does not compile";
  if (result === reference) return "UNNOTICED";
  return HASH.test(result) ? "hash changed" : "no hash";
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "mutate-kernels-"));
  try {
    cpSync(join(root, "assembly"), join(folder, "assembly"), { recursive: true });
    const build = async () => {
      const file = join(folder, "core.wasm");
      writeFileSync(file, await compile(false, folder));
      return file;
    };
    const reference = await hashOf("reference");
    const started = performance.now();
    const unchanged = await hashOf(await build());
    const timeoutMs = Math.ceil(PATIENCE * (performance.now() - started));
    console.log(`reference ${reference}, unchanged core ${unchanged}`);
    if (!HASH.test(reference) || unchanged !== reference) return 1;

    const all = listMutations(join(folder, "assembly"));
    const wanted = Number(values.mutations);
    const counts = { "hash changed": 0, "no hash": 0, "does not compile": 0, UNNOTICED: 0 };
    for (const mutation of pick(all, all.length, new Random(Number(values.seed)))) {
      if (counts["hash changed"] + counts.UNNOTICED === wanted) break;
      const path = join(folder, "assembly", mutation.file);
      const source = readFileSync(path, "utf8");
      writeFileSync(path, mutate(source, mutation));
      const result = await build().then(
        (file) => hashOf(file, timeoutMs),
        () => null,
      );
      writeFileSync(path, source);
      const verdict = verdictOn(result, reference);
      counts[verdict]++;
      const { file, line, column, from, to, text } = mutation;
      const detail = verdict === "UNNOTICED" || result === null ? verdict : result;
      console.log(
        `${`${file}:${line}:${column}`.padEnd(30)} ${from} → ${to}`.padEnd(40),
        `${detail}  ${text}`,
      );
    }
    console.log(`of ${all.length} possible mutations:`, counts);
    return counts.UNNOTICED > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

process.exitCode = await main();
