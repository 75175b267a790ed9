// Pins the bits of outputs. The order of every sum and every constant of a kernel belong to the image format: a board
// with today's firmware and a host with a later version must agree. `PIN_BITS=1 npx vitest run output-bits` writes the
// hashes anew, which is a decision (and a new format version), not a repair.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";
import { bitsOf, completeModel, runCore } from "./run-core.ts";

const PINNED = new URL("../golden/kernel/output-bits.json", import.meta.url);

async function hashOf(golden: GoldenCase): Promise<string> {
  const bits = bitsOf(await runCore("scalar", completeModel(golden), golden.input, golden));
  return createHash("sha256").update(bits).digest("hex").slice(0, 32);
}

it("keeps the bits of every golden case", async () => {
  const hashes: Record<string, string> = {};
  for (const golden of [...ncpsCases(), ...ownCases("gated"), ...ownCases("gate"), ...ownCases("solvers")]) {
    hashes[golden.name] = await hashOf(golden);
  }
  if (process.env.PIN_BITS === "1") writeFileSync(PINNED, `${JSON.stringify(hashes, null, 2)}\n`);
  expect(hashes).toEqual(JSON.parse(readFileSync(PINNED, "utf8")));
});
