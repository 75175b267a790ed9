// Costs every network of a suite on every platform that it names.

import { builtinBoards } from "../../bindings/board/load.ts";
import { complain, LiquidEdgeError, nearestName } from "../../bindings/errors.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import type { Estimate } from "../../bindings/estimate/estimate.ts";
import { printable } from "../../bindings/network/printable.ts";
import { coefficientsOf, entryOf } from "../../bindings/record/make-entry.ts";
import { type BenchmarkRecord, type Entry, entryId } from "../../bindings/record/record.ts";
import type { Suite } from "../../bindings/record/suite.ts";
import { sha256 } from "../../bindings/sha256.ts";
import { type Variant, variantOn } from "../../bindings/sweep/variants.ts";
import type { Io } from "../io.ts";
import { barOf } from "../progress.ts";
import { fileName } from "../read-text.ts";
import {
  besideSuite,
  countVariants,
  readSuite,
  type SuiteRecordOptions,
  type SuiteVariant,
  suiteRecord,
  suiteVariants,
} from "./suite-variants.ts";

/** An entry of a suite while what it was made from is at hand. */
export interface CostedVariant extends Pick<SuiteVariant, "original" | "dataset" | "split"> {
  entry: Entry;
  estimate: Estimate;
  variant: Variant;
}

export interface SuiteOptions extends Pick<SuiteRecordOptions, "mayBeEmpty" | "at"> {
  /** Called for each entry as it is made. */
  onEntry?: (costed: CostedVariant) => void;
}

/** Runs the suite in a file, YAML or JSON. Throws `bad-record` and what its files are refused with. */
export async function runSuite(io: Io, path: string, options: SuiteOptions = {}): Promise<BenchmarkRecord> {
  const suite = await readSuite(io, path);
  checkPlatforms(suite, fileName(path));
  return costSuite(io, suite, besideSuite(path), options);
}

/** Costs all of a suite; `resolve` says where a file that it names lies. */
export async function costSuite(
  io: Io,
  suite: Suite,
  resolve: (file: string) => string,
  { onEntry = () => {}, ...options }: SuiteOptions = {},
): Promise<BenchmarkRecord> {
  const run = new SuiteRun(suite, onEntry);
  const bar = barOf(io);
  const total = countVariants(suite) * suite.platforms.length;
  const show = (what: string) => bar(run.done, total, `${run.done} of ${total}: ${what}`);
  for await (const one of suiteVariants(io, suite, resolve, show)) await run.add(one);
  io.progress(null);
  return suiteRecord(io, suite, await run.found(), options);
}

class SuiteRun {
  readonly #suite: Suite;
  readonly #onEntry: (costed: CostedVariant) => void;
  readonly #entries: Entry[] = [];
  readonly #skipped: BenchmarkRecord["skipped"] = [];
  readonly #estimates = new Map<string, Estimate[]>();

  constructor(suite: Suite, onEntry: (costed: CostedVariant) => void) {
    this.#suite = suite;
    this.#onEntry = onEntry;
  }

  get done(): number {
    return this.#entries.length + this.#skipped.length;
  }

  async add({ facts, variant, ...origin }: SuiteVariant): Promise<void> {
    const { platforms, rateHz, steps, seed } = this.#suite;
    for (const platform of platforms) {
      const id = entryId({ ...facts, platform });
      if ("error" in variant) {
        this.#skipped.push({ id, reason: variant.error.message });
        continue;
      }
      try {
        const simulator = new EnergySimulator({ platform, rateHz, steps, seed });
        const own = await variantOn(simulator, variant);
        const { profile, memory, network, evaluation, outcomes } = own;
        const estimate = simulator.estimate(profile, memory, own.facts);
        this.#estimates.set(platform, [...(this.#estimates.get(platform) ?? []), estimate]);
        const imageHash = await sha256(network!.compiled.image);
        const entry = await entryOf({ ...facts, imageHash }, estimate, evaluation, outcomes);
        this.#entries.push(entry);
        this.#onEntry({ entry, estimate, variant: own, ...origin });
      } catch (error) {
        if (!(error instanceof LiquidEdgeError) || error.code !== "unavailable") throw error;
        this.#skipped.push({ id, reason: error.message });
      }
    }
  }

  async found(): Promise<Pick<BenchmarkRecord, "platforms" | "entries" | "skipped">> {
    const platforms: BenchmarkRecord["platforms"] = {};
    for (const [id, estimates] of this.#estimates) platforms[id] = await coefficientsOf(estimates);
    return { platforms, entries: this.#entries, skipped: this.#skipped };
  }
}

/** Before hours of work rather than after them. */
export function checkPlatforms({ platforms }: Suite, source: string): void {
  const known = builtinBoards().map(({ id }) => id);
  const index = platforms.findIndex((id) => !known.includes(id));
  if (index < 0) return;
  const nearest = nearestName(platforms[index]!, known);
  throw complain("bad-record", source, {
    field: `platforms[${index}]`,
    expected: `one of ${known.join(", ")}`,
    found: `"${printable(platforms[index]!)}"`,
    ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
  });
}
