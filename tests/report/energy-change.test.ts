// What a report says changed, against records that were changed on purpose.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { OpClass } from "../../bindings/count/op-class.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { energyChanges } from "../../bindings/report/energy-change.ts";
import { ROOT } from "../cli/run-cli.ts";
import { record } from "../record/made-records.ts";

const baseline = JSON.parse(readFileSync(join(ROOT, "baselines/v0.1.0.json"), "utf8")) as BenchmarkRecord;

/** The baseline with `more` operations of a class in one entry, whose energy grew in proportion to its cycles. */
function grown(index: number, opClass: OpClass, more: number): BenchmarkRecord {
  const changed = structuredClone(baseline);
  const one = changed.entries[index]!;
  const { coefficients } = changed.platforms[one.platform]!;
  const { classes, kernels, rows = {} } = one.breakdown!;
  const cycles = () =>
    Object.entries(classes).reduce((sum, [name, n]) => sum + n * coefficients[`cycles.${name}`]![0], 0) +
    Object.entries(kernels).reduce(
      (sum, [name, n]) => sum + n * coefficients[`cyclesPerMac.${name}`]![0],
      0,
    ) +
    Object.entries(rows).reduce((sum, [name, n]) => sum + n * coefficients[`cyclesPerRow.${name}`]![0], 0);
  const before = cycles();
  classes[opClass] = (classes[opClass] ?? 0) + more;
  one.energyUj!.value *= cycles() / before;
  return changed;
}

it("finds the one kind of operation that grew, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.nat(baseline.entries.length - 1),
      fc.constantFrom("f32Div" as const, "i32Load" as const, "f32Store" as const, "branchTaken" as const),
      fc.integer({ min: 1, max: 1000 }),
      (index, opClass, more) => {
        const [change, ...others] = energyChanges(grown(index, opClass, more), baseline);
        expect(others).toEqual([]);
        expect(change!.id).toBe(baseline.entries[index]!.id);
        const group = {
          f32Div: "divide, root",
          i32Load: "load",
          f32Store: "store",
          branchTaken: "branch, call",
        }[opClass];
        for (const one of change!.groups) {
          const difference = (one.nowUj - one.beforeUj) / change!.beforeUj;
          if (one.group === group) expect(difference).toBeCloseTo(change!.nowUj / change!.beforeUj - 1, 9);
          else expect(difference).toBeCloseTo(0, 9);
        }
      },
    ),
  );
});

it("takes the three entries that changed most, relatively, the most changed first, whether up or down", () => {
  const changed = structuredClone(baseline);
  const factors = [1.01, 0.8, 1.3, 1.1, 1];
  for (const [i, factor] of factors.entries()) changed.entries[i]!.energyUj!.value *= factor;
  const ids = (indices: number[]) => indices.map((i) => baseline.entries[i]!.id);
  expect(energyChanges(changed, baseline).map(({ id }) => id)).toEqual(ids([2, 1, 3]));
});

it("says nothing of what is the same, new, or without its operations", () => {
  expect(energyChanges(baseline, baseline)).toEqual([]);
  expect(energyChanges(baseline, { ...baseline, entries: [] })).toEqual([]);
  const [made, dearer] = [record(), record()];
  dearer.entries[0]!.energyUj!.value *= 2;
  expect(energyChanges(dearer, made)).toEqual([]);
});
