// Runs networks on all builds of the core and compares their results, number by number.

import { type Core, ENGINES, loadCore } from "../../bindings/core/core.ts";
import type { Sequence } from "../../bindings/core/sequence.ts";
import { Session } from "../../bindings/core/session.ts";
import type { CompiledNetwork } from "../../bindings/image/compile.ts";
import type { Results } from "./hash.ts";

/** Enough for every network of these tests. */
export const MEMORY_BYTES = 1 << 20;

let loaded: Promise<Core[]> | null = null;

/** One core of each build, the scalar one first; one network after the other runs on it. */
export function loadCores(): Promise<Core[]> {
  const names = ["scalar" as const, ...ENGINES.filter((name) => name !== "scalar")];
  loaded ??= Promise.all(names.map((engine) => loadCore(engine, MEMORY_BYTES)));
  return loaded;
}

/** A network with what it reads, and the results that are known before. */
export interface HashCase {
  compiled: CompiledNetwork;
  sequence: Sequence;
  /** Of the reference; null where only the builds are compared. */
  expected: (Results & { clamped: number }) | null;
}

/** Results of one build. Those of an integer network, whose scales must be 1, are i16. */
export function runOn(core: Core, { compiled, sequence }: HashCase): Results & { clamped: number } {
  const session = Session.on(core, compiled);
  const { output, finalH, finalC } = session.run(sequence);
  const isInteger = compiled.integer !== undefined;
  const numbers = (data: Float32Array) => (isInteger ? Int16Array.from(data) : data);
  return {
    output: numbers(output.data),
    hidden: numbers(finalH.data),
    cell: numbers(finalC?.data ?? new Float32Array(0)),
    clamped: session.clampedSteps,
  };
}

/** A build whose results are not those of the reference, or of the scalar build. */
export class Disagreement extends Error {}

/** The results that all cores, and the reference where there is one, agree on. */
export function agreedResults(cores: readonly Core[], one: HashCase): Results {
  let expected = one.expected;
  let source = "reference";
  for (const core of cores) {
    const results = runOn(core, one);
    if (expected === null) {
      expected = results;
      source = core.engine;
      continue;
    }
    const difference = firstDifference(results, expected, one.sequence);
    if (difference !== null) throw new Disagreement(`${core.engine} against ${source}: ${difference}`);
  }
  return expected!;
}

/** Where results differ; null where they do not. */
export function firstDifference(
  actual: Results & { clamped: number },
  expected: Results & { clamped: number },
  { steps, batch }: Pick<Sequence, "steps" | "batch">,
): string | null {
  for (const part of ["output", "hidden", "cell"] as const) {
    const [found, wanted] = [actual[part], expected[part]];
    const values = `expected ${wanted.length} values, got ${found.length}`;
    if (found.length !== wanted.length) return `${part}: ${values}`;
    const width = wanted.length / (part === "output" ? steps * batch : batch);
    for (let i = 0; i < wanted.length; i++) {
      if (Object.is(found[i], wanted[i])) continue;
      const [row, column] = [Math.floor(i / width), i % width];
      const step = part === "output" ? `step ${row % steps}` : "after the last step";
      return `${step}, ${part} ${column}: expected ${wanted[i]}, got ${found[i]}`;
    }
  }
  if (actual.clamped === expected.clamped) return null;
  return `expected ${expected.clamped} clamped times, got ${actual.clamped}`;
}
