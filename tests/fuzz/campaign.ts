// Many probes in a row, all from one seed, and their statistics.

import { REJECT_TEXTS } from "../../bindings/image/reject-codes.ts";
import type { FileReach } from "../../scripts/fuzz/coverage.ts";
import { type Engine, loadEngines } from "../kernel/engines.ts";
import { TestRandom } from "../network/random-model.ts";
import { reachOf } from "./core-reach.ts";
import { baseImages, describeImage } from "./image-bases.ts";
import { mutate, randomString } from "./image-mutants.ts";
import { integerBases } from "./integer-bases.ts";
import { PLACEMENTS, PROBE_MEMORY_BYTES, probe, Violation } from "./probe.ts";

export interface CampaignOptions {
  /** Field-aware mutants of valid images. */
  mutants: number;
  /** Random byte strings. */
  random: number;
  seed: number;
  engines: readonly Engine["name"][];
  onProgress?: (done: number, total: number) => void;
}

export interface PopulationResult {
  total: number;
  /** Accepted by `check`, and run for three steps and more. */
  accepted: number;
  /** How often each reject code was returned; index 0: accepted. */
  codes: number[];
  /** By operator: how many, and how many were accepted. */
  operators: Map<string, { total: number; accepted: number }>;
}

export interface CampaignResult {
  mutants: PopulationResult;
  random: PopulationResult;
  /** Branches of the core, by function, where the counted build took part. */
  reach: Map<string, FileReach>;
  /** One line each, with what is needed to repeat it; at most ten. */
  violations: string[];
}

const MAX_VIOLATIONS = 10;
/** Distance of the random numbers of mutants from those of byte strings. */
const SECOND_STREAM = 0x40000000;

const REJECT_CODES = Object.keys(REJECT_TEXTS).map(Number);

export function runCampaign({ mutants, random, seed, engines, onProgress }: CampaignOptions): CampaignResult {
  const cores = loadEngines(PROBE_MEMORY_BYTES).filter(({ name }) => engines.includes(name));
  const bases = [...baseImages(), ...integerBases(describeImage)];
  const result: CampaignResult = {
    mutants: emptyResult(),
    random: emptyResult(),
    reach: new Map(),
    violations: [],
  };
  const total = mutants + random;
  for (let i = 0; i < total && result.violations.length < MAX_VIOLATIONS; i++) {
    const isMutant = i < mutants;
    const caseSeed = seed * 0x1000003 + i + (isMutant ? 0 : SECOND_STREAM);
    const numbers = new TestRandom(caseSeed);
    const mutant = isMutant ? mutate(bases[i % bases.length]!, numbers) : randomString(bases, numbers);
    const placement = numbers.pick(PLACEMENTS);
    const where = () => `seed ${seed}, case ${i} (${mutant.what}; ${placement})`;
    try {
      const { code } = probe(cores, mutant, placement, caseSeed);
      record(isMutant ? result.mutants : result.random, mutant.what, code);
    } catch (error) {
      if (!(error instanceof Violation || error instanceof WebAssembly.RuntimeError)) throw error;
      result.violations.push(
        `${where()}: ${error instanceof Violation ? error.message : `trap: ${error.message}`}`,
      );
    }
    onProgress?.(i + 1, total);
  }
  const counted = cores.find(({ name }) => name === "counted");
  if (counted !== undefined) result.reach = reachOf(counted);
  return result;
}

/** Reject codes that none of the cases got. */
export function missingCodes({ mutants, random }: CampaignResult): number[] {
  return REJECT_CODES.filter((code) => (mutants.codes[code] ?? 0) + (random.codes[code] ?? 0) === 0);
}

function emptyResult(): PopulationResult {
  return { total: 0, accepted: 0, codes: Array(REJECT_CODES.length + 1).fill(0), operators: new Map() };
}

function record(result: PopulationResult, what: string, code: number): void {
  const isAccepted = code === 0;
  result.total++;
  result.codes[code] = (result.codes[code] ?? 0) + 1;
  if (isAccepted) result.accepted++;
  const first = what.split(", ")[0]!;
  const operator = result.operators.get(first) ?? { total: 0, accepted: 0 };
  operator.total++;
  if (isAccepted) operator.accepted++;
  result.operators.set(first, operator);
}
