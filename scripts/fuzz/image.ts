// Images and what the core does with them: field-aware mutants of valid images and random byte strings, half and half, against
// every build. The rules are those of tests/fuzz/campaign.ts; that a campaign says something is one of them: every reject code
// is reached, and enough is accepted and run.

import { REJECT_TEXTS } from "../../bindings/image/reject-codes.ts";
import { missingCodes, type PopulationResult, runCampaign } from "../../tests/fuzz/campaign.ts";
import type { Finding, FuzzOptions, FuzzResult } from "./engine.ts";

/** Share of the mutants that `check` has to accept, else the steps are hardly tested. */
const LEAST_ACCEPTED = 0.3;
/** Executions that reach every reject code. */
const ENOUGH = 15_000;

export async function fuzzImages({ executions, seed, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const half = Math.ceil(executions / 2);
  const result = runCampaign({
    mutants: half,
    random: executions - half,
    seed,
    engines: ["scalar", "simd", "counted"],
    onProgress: (done) => onProgress?.(done),
  });
  const { mutants, random, violations } = result;
  const problems = [...violations];
  const missing = missingCodes(result);
  if (missing.length > 0 && executions >= ENOUGH)
    problems.push(`reject codes never reached: ${missing.join(", ")}`);
  if (mutants.accepted < LEAST_ACCEPTED * mutants.total) problems.push("too few mutants were accepted");
  return {
    executions: mutants.total + random.total,
    accepted: mutants.accepted + random.accepted,
    outcomes: outcomesOf([mutants, random]),
    corpus: 0,
    blocks: 0,
    findings: problems.map((what): Finding => ({ target: "image", what, input: new Uint8Array(0) })),
  };
}

/** How often each code was returned. */
function outcomesOf(populations: readonly PopulationResult[]): Map<string, number> {
  const outcomes = new Map<string, number>();
  for (const { codes } of populations) {
    for (const [code, n] of codes.entries()) {
      const text = REJECT_TEXTS[code] ?? "accepted";
      if (n > 0) outcomes.set(text, (outcomes.get(text) ?? 0) + n);
    }
  }
  return outcomes;
}
