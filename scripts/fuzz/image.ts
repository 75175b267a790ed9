// Images and what the core does with them: field-aware mutants of valid images, and a tenth of random byte strings, against every
// build. The rules are those of tests/fuzz/campaign.ts; that a campaign says something is one of them: every reject code is
// reached, and enough is accepted and run.

import { REJECT_TEXTS } from "../../bindings/image/reject-codes.ts";
import { type PopulationResult, runCampaign } from "../../tests/fuzz/campaign.ts";
import type { Finding, FuzzOptions, FuzzResult } from "./engine.ts";

const RANDOM_SHARE = 0.1;
/** Share of all that `check` has to accept, else the steps are hardly tested. */
const LEAST_ACCEPTED = 0.3;
/** Executions that reach every reject code. */
const ENOUGH = 15_000;
const ACCEPTED = "accepted";

export async function fuzzImages({
  executions,
  seed,
  onProgress,
  coverage,
}: FuzzOptions): Promise<FuzzResult> {
  // The counted build says what ran of the core.
  coverage?.stop();
  const random = Math.floor(RANDOM_SHARE * executions);
  const result = runCampaign({
    mutants: executions - random,
    random,
    seed,
    engines: ["scalar", "simd", "counted"],
    onProgress: (done) => onProgress?.(done),
  });
  const populations = [result.mutants, result.random];
  return {
    executions: populations.reduce((sum, { total }) => sum + total, 0),
    accepted: populations.reduce((sum, { accepted }) => sum + accepted, 0),
    outcomes: outcomesOf(populations),
    corpus: 0,
    reach: result.reach,
    findings: result.violations.map(finding),
  };
}

/** What is wrong with all shards together. */
export function judgeImages({ executions, accepted, outcomes }: FuzzResult): Finding[] {
  if (executions < ENOUGH) return [];
  const findings: Finding[] = [];
  const missing = Object.values(REJECT_TEXTS).filter((text) => !outcomes.has(text));
  if (missing.length > 0) findings.push(finding(`reject codes never reached: ${missing.join("; ")}`));
  if (accepted < LEAST_ACCEPTED * executions) findings.push(finding(`only ${accepted} were accepted`));
  return findings;
}

function finding(what: string): Finding {
  return { target: "image", what, input: new Uint8Array(0) };
}

/** How often each code was returned. */
function outcomesOf(populations: readonly PopulationResult[]): Map<string, number> {
  const outcomes = new Map<string, number>();
  for (const { codes } of populations) {
    for (const [code, n] of codes.entries()) {
      const text = REJECT_TEXTS[code as keyof typeof REJECT_TEXTS] ?? ACCEPTED;
      if (n > 0) outcomes.set(text, (outcomes.get(text) ?? 0) + n);
    }
  }
  return outcomes;
}
