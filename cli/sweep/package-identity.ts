// What makes the results of two installations the same: the core and the boards' coefficients. Machines of one sweep must
// agree in both.

import { builtinBoards } from "../../bindings/board/load.ts";
import { sha256 } from "../../bindings/sha256.ts";
import manifest from "../../package.json" with { type: "json" };

export interface PackageIdentity {
  version: string;
  /** SHA-256 of the builds of the core that sweeps run on. */
  core: string;
  /** SHA-256 of the boards, coefficients and all. */
  boards: string;
}

export async function packageIdentity(): Promise<PackageIdentity> {
  const modules = await Promise.all([
    import("#core/scalar"),
    import("#core/simd"),
    import("#core/counted"),
    import("#core/batch"),
    import("#core/train"),
  ]);
  const cores = await Promise.all(modules.map((module) => sha256(module.bytes())));
  return {
    version: manifest.version,
    core: await sha256(cores.join(" ")),
    boards: await sha256(JSON.stringify(builtinBoards())),
  };
}

/** The first thing in which two installations differ, null when they agree. */
export function differenceOf(
  expected: PackageIdentity,
  found: PackageIdentity,
): { field: string; expected: string; found: string } | null {
  for (const [field, name] of FIELDS) {
    if (expected[field] === found[field]) continue;
    const short = (value: string) => (field === "version" ? value : `${value.slice(0, 12)}…`);
    return { field: name, expected: short(expected[field]), found: short(found[field]) };
  }
  return null;
}

const FIELDS = [
  ["version", "version"],
  ["core", "SHA-256 of the core"],
  ["boards", "SHA-256 of the boards"],
] as const;
