// The entry of one network on one board, from what the board counted or an instrument measured.

import type { OpProfile } from "../count/op-profile.ts";
import { MemoryProfiler } from "../estimate/memory-profiler.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Outcomes } from "../evaluate/outcomes.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { studentQuantile } from "../statistics/distributions.ts";
import { summarise } from "../statistics/samples.ts";
import { recorded } from "./canonical.ts";
import { accuracyEntry, type EntryFacts, exactly } from "./make-entry.ts";
import { type Entry, entryId, type Reading } from "./record.ts";

const CONFIDENCE = 0.9;

export interface BoardFigures {
  platform: string;
  conditions: Entry["conditions"];
  /** Of an emulated board: what it counted an inference, `counts` names it. */
  counted: { counts: "instructions" | "cycles"; perInference: readonly number[] } | null;
  /** Of silicon, milliseconds an inference, each the mean of several. */
  latencyMs: readonly number[] | null;
  /** µJ an inference, each of a window; `spread` is the half width, relative, of what the instrument may be off. */
  energyUj: { samples: readonly number[]; spread: number } | null;
}

/** The entry; its kind is `emulated` where the board counted, `measured` where it took time. */
export async function measuredEntry(
  facts: EntryFacts,
  { image, arenaBytes, memory }: Pick<CompiledNetwork, "image" | "arenaBytes" | "memory">,
  profile: OpProfile,
  figures: BoardFigures,
  evaluation: Evaluation | null,
  outcomes: Outcomes | null,
): Promise<Entry> {
  const { platform, conditions, counted, latencyMs, energyUj } = figures;
  const names = { ...facts, platform };
  return {
    id: entryId(names),
    ...names,
    kind: counted === null ? "measured" : "emulated",
    conditions,
    ...(counted === null ? {} : { [counted.counts]: countReading(counted.perInference) }),
    ...(latencyMs === null ? {} : { latencyMs: sampleReading(latencyMs) }),
    ...(energyUj === null ? {} : { energyUj: sampleReading(energyUj.samples, energyUj.spread) }),
    memoryKb: exactly((image.length + arenaBytes) / 1024),
    flashKb: exactly(image.length / 1024),
    breakdown: {
      classes: Object.fromEntries(
        Object.entries(profile.classes).map(([name, n]) => [name, n * conditions.steps]),
      ),
      kernels: {},
      sections: Object.fromEntries(
        new MemoryProfiler(memory).staticSections.map(({ place, section, bytes }) => [
          `${place}.${section}`,
          bytes,
        ]),
      ),
    },
    ...(evaluation === null ? {} : { accuracy: await accuracyEntry(evaluation, outcomes) }),
  };
}

/** Counts have no noise: the bounds are those of single inferences. */
function countReading(counts: readonly number[]): Reading {
  const { mean } = summarise(counts);
  return {
    value: recorded(mean),
    min: recorded(Math.min(...counts)),
    max: recorded(Math.max(...counts)),
  };
}

/** Mean and its 90 % interval by Student's t, and what an instrument may be off by besides. */
export function sampleReading(samples: readonly number[], spread = 0): Reading {
  const { n, mean, variance } = summarise(samples);
  const noise = n < 2 ? 0 : studentQuantile(1 - CONFIDENCE, n - 1) * Math.sqrt(variance / n);
  const half = Math.hypot(noise, spread * mean);
  return {
    value: recorded(mean),
    min: recorded(Math.max(0, mean - half)),
    max: recorded(mean + half),
    samples: samples.map(recorded),
  };
}
