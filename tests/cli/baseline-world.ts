// A folder with a baseline, and the command that holds records against it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { cli, type Outcome } from "./run-cli.ts";

export interface BaselineWorld {
  folder: string;
  /** Writes a file; its path. */
  file(name: string, text: string): string;
  /** `baseline check` of a record against v1. */
  check(made: BenchmarkRecord, ...args: string[]): Promise<Outcome>;
  checkAgainst(version: string, made: BenchmarkRecord, ...args: string[]): Promise<Outcome>;
  remove(): void;
}

export function baselineWorld(v1: BenchmarkRecord): BaselineWorld {
  const folder = mkdtempSync(join(tmpdir(), "liquid-edge-gate-"));
  mkdirSync(join(folder, "kept"));
  let n = 0;
  const world: BaselineWorld = {
    folder,
    file(name, text) {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    check: (made, ...args) => world.checkAgainst("v1", made, ...args),
    checkAgainst(version, made, ...args) {
      const path = world.file(`now-${n++}.json`, canonicalJson(made));
      const where = ["--folder", join(folder, "kept"), "--record", path];
      return cli(["baseline", "check", "--baseline-version", version, ...where, ...args]);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  world.file("kept/v1.json", canonicalJson({ ...v1, version: "v1" }));
  return world;
}
