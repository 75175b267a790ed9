// Pins the bits of outputs. The order of every sum and every constant of a kernel belong to the image format: a board
// with today's firmware and a host with a later version must agree. `PIN_BITS=1 npx vitest run output-bits` writes the
// hashes anew, which is a decision (and a new format version), not a repair.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import type { Precision } from "../../bindings/image/parameters.ts";
import { describeImage, inForm } from "../fuzz/image-bases.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";
import { bitsOf, completeModel, runCompiled } from "./run-core.ts";

const PINNED = new URL("../golden/kernel/output-bits.json", import.meta.url);

async function hashOf(golden: GoldenCase, compiled: CompiledNetwork): Promise<string> {
  const bits = bitsOf(await runCompiled("scalar", compiled, golden.input, golden));
  return createHash("sha256").update(bits).digest("hex").slice(0, 32);
}

/** Half of its connections gone, in 4x1 blocks. */
function inBlocks(compiled: CompiledNetwork, precision: Precision): CompiledNetwork {
  const { image } = inForm(
    describeImage(compiled.image, compiled.arenaBytes),
    { format: "block", precision },
    1,
  );
  return { ...compiled, image };
}

it("keeps the bits of every golden case", async () => {
  const hashes: Record<string, string> = {};
  for (const golden of [...ncpsCases(), ...ownCases("gated"), ...ownCases("gate"), ...ownCases("solvers")]) {
    hashes[golden.name] = await hashOf(golden, compile(completeModel(golden)));
  }
  for (const golden of [...ncpsCases(), ...ownCases("gated"), ...ownCases("solvers")]) {
    const fp16 = compile(completeModel(golden), { precision: "fp16" });
    hashes[`${golden.name}, fp16`] = await hashOf(golden, fp16);
  }
  for (const golden of ownCases("gated")) {
    const compiled = compile(completeModel(golden));
    for (const precision of ["fp32", "fp16"] as const)
      hashes[`${golden.name}, blocks, ${precision}`] = await hashOf(golden, inBlocks(compiled, precision));
  }
  if (process.env.PIN_BITS === "1") writeFileSync(PINNED, `${JSON.stringify(hashes, null, 2)}\n`);
  expect(hashes).toEqual(JSON.parse(readFileSync(PINNED, "utf8")));
});
