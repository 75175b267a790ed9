// One hash: every build of the core, and for integers the reference, give the same bits, today and tomorrow. Here a share of
// the random networks of each cell, precision and sparsity; `npm run test:full` has all of them.

import { beforeAll, describe, expect, it } from "vitest";
import type { Core } from "../../bindings/core/core.ts";
import { KERNELS } from "../../bindings/core/kernels.ts";
import { agreedResults, Disagreement, firstDifference, loadCores } from "./engines.ts";
import { caseOf, FLOAT_GROUPS, hashGroup, INTEGER_GROUPS, nameOf, SHARE } from "./groups.ts";
import { FNV_OFFSET, hashOf, hashResults } from "./hash.ts";
import { pinnedOf, readCaseHashes, readGroupHashes } from "./pinned.ts";
import { hashReferenceCase, referenceCases } from "./reference-cases.ts";

const GROUPS = [...FLOAT_GROUPS, ...INTEGER_GROUPS].map((group) => ({ name: nameOf(group), group }));
const CASES = referenceCases();
const groupHashes = readGroupHashes();
const caseHashes = readCaseHashes();
const seen = new Set<string>();
let cores: readonly Core[];
beforeAll(async () => {
  cores = await loadCores();
});

describe(`${SHARE} random networks of each kind keep their hash on every build`, () => {
  it.each(GROUPS)("$name", ({ group }) => {
    const { hashes, kernels } = hashGroup(group, SHARE, cores);
    for (const kernel of kernels) seen.add(kernel);
    expect(hashes[SHARE]).toBe(pinnedOf(groupHashes, group)[SHARE]);
  });

  it("with every kernel of products and synapses", () => {
    expect([...seen].sort()).toEqual(KERNELS.filter((name) => /^(matvec|synapses)/.test(name)).sort());
  });

  it("and nothing else is pinned", () => {
    const names = Object.entries(groupHashes).flatMap(([cell, precisions]) =>
      Object.entries(precisions).flatMap(([precision, sparsities]) =>
        Object.keys(sparsities).map((sparsity) => `${cell}, ${precision}, ${sparsity}`),
      ),
    );
    expect(names.sort()).toEqual(GROUPS.map(({ name }) => name).sort());
  });
});

describe("reference cases keep their hash on every build", () => {
  it.each(CASES)("$name", (one) => {
    expect(hashReferenceCase(one, cores)).toBe(caseHashes[one.name]);
  });

  it("and nothing else is pinned", () => {
    expect(Object.keys(caseHashes).sort()).toEqual(CASES.map(({ name }) => name).sort());
  });
});

describe("a hash", () => {
  it("is FNV-1a over the bytes of the numbers", () => {
    // From the authors' list of test vectors: "a" is e40c292c, "foobar" bf9cf968.
    const bytes = new TextEncoder().encode("foobar");
    expect(hashOf(new Int16Array(bytes.buffer))).toBe(0xbf9cf968);
    expect(hashOf(new Int16Array(0))).toBe(FNV_OFFSET);
  });

  it("notices one bit, the order, and the sign of zero, but no NaN's payload", () => {
    const of = (...values: number[]) => hashOf(Float32Array.from(values));
    expect(of(1, 2)).not.toBe(of(2, 1));
    expect(of(0)).not.toBe(of(-0));
    const payload = new Float32Array(Uint32Array.of(0x7fc00001).buffer);
    expect(hashOf(payload)).toBe(of(Number.NaN));
    const none = new Int16Array(0);
    const results = { output: Int16Array.of(1), hidden: none, cell: none };
    expect(hashResults(results)).not.toBe(hashResults({ ...results, output: Int16Array.of(0) }));
  });
});

describe("a disagreement", () => {
  const group = INTEGER_GROUPS.find(({ cell }) => cell === "cfc-default")!;

  it("is named with its build, step and place", () => {
    const one = caseOf(group, 0);
    const width = one.expected!.output.length / one.sequence.steps;
    one.expected!.output[3 * width]! ^= 1;
    expect(() => agreedResults(cores, one)).toThrow(Disagreement);
    expect(() => agreedResults(cores, one)).toThrow(/^scalar against reference: step 3, output 0: expected /);
  });

  it("of states or clamped times is one as well", () => {
    const { expected, sequence } = caseOf(group, 0);
    const changed = structuredClone(expected!);
    expect(firstDifference(changed, expected!, sequence)).toBeNull();
    changed.hidden[0]! ^= 1;
    expect(firstDifference(changed, expected!, sequence)).toMatch(/^after the last step, hidden 0: expected/);
    expect(firstDifference({ ...expected!, clamped: -1 }, expected!, sequence)).toMatch(
      /clamped times, got -1$/,
    );
  });
});
