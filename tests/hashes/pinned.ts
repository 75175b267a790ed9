// The hashes that are pinned, in tests/golden/hashes. They belong to the image format and to docs/integers.md: a board with
// today's firmware and a host with a later version must agree. `npm run hashes` writes them anew, which is a decision (and a
// new format version) where the networks stayed the same, not a repair.

import { readFileSync, writeFileSync } from "node:fs";
import type { Group } from "./groups.ts";

/** cell → precision → sparsity → number of networks → hash */
export type GroupHashes = Record<string, Record<string, Record<string, Record<string, string>>>>;

/** name of the case → hash */
export type CaseHashes = Record<string, string>;

const FILES = { groups: "random-networks.json", cases: "reference-cases.json" } as const;
const pathOf = (kind: keyof typeof FILES) => new URL(`../golden/hashes/${FILES[kind]}`, import.meta.url);

export const readGroupHashes = () => JSON.parse(readFileSync(pathOf("groups"), "utf8")) as GroupHashes;
export const readCaseHashes = () => JSON.parse(readFileSync(pathOf("cases"), "utf8")) as CaseHashes;

/** Empty where nothing is pinned for the group. */
export function pinnedOf(all: GroupHashes, { cell, precision, sparsity }: Group): Record<string, string> {
  return all[cell]?.[precision]?.[sparsity] ?? {};
}

export function pin(
  all: GroupHashes,
  { cell, precision, sparsity }: Group,
  hashes: Record<string, string>,
): void {
  all[cell] ??= {};
  all[cell][precision] ??= {};
  all[cell][precision][sparsity] = hashes;
}

export function writeHashes(groups: GroupHashes, cases: CaseHashes): void {
  writeFileSync(pathOf("groups"), `${JSON.stringify(groups, null, 2)}\n`);
  writeFileSync(pathOf("cases"), `${JSON.stringify(cases, null, 2)}\n`);
}
