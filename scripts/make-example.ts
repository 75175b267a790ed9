// Trains the bundled example, examples/steam.safetensors, by the command that README shows: equal bytes on every machine.
// Run: npx tsx scripts/make-example.ts [<file, default examples/steam.safetensors>]

import { join } from "node:path";
import { execute } from "../cli/execute.ts";
import { nodeIo } from "../cli/io.ts";
import { EXAMPLE_DATA, EXAMPLE_TRAINING } from "./example.ts";

const root = join(import.meta.dirname, "..");
const [out = join(root, "examples/steam.safetensors")] = process.argv.slice(2);

process.exitCode = await execute(
  ["train", join(root, EXAMPLE_DATA), ...EXAMPLE_TRAINING, "--out", out],
  nodeIo(),
);
