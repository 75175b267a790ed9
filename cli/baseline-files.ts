// Baselines by their names: files of a folder, or what a git reference holds. bindings/record/keep.ts writes them.

import { join } from "node:path";
import { complain } from "../bindings/errors.ts";
import { parseJson } from "../bindings/parse-json.ts";
import { SCHEMA_FILE } from "../bindings/record/keep.ts";
import type { BenchmarkRecord } from "../bindings/record/record.ts";
import { parseRecord } from "../bindings/record/schema.ts";
import type { Io } from "./io.ts";
import { usageError } from "./options.ts";
import { fileName, readJson } from "./read-text.ts";

const OTHER_FILES = [
  SCHEMA_FILE,
  "history.schema.json",
  "suite.schema.json",
  "budget.schema.json",
  "hardware.schema.json",
  "suite.json",
  "budget.json",
];
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/;

/** Where a baseline was found, as a person would look for it. */
export interface FoundBaseline {
  record: BenchmarkRecord;
  source: string;
}

/** The version as a file's name. Throws a usage error for one that could be no file's, or another file's. */
export function checkVersion(version: string): string {
  if (VERSION.test(version) && !OTHER_FILES.includes(`${version}.json`)) return version;
  throw usageError(
    `version: expected letters, digits, dots, hyphens, underscores and plus signs, found "${fileName(version)}"`,
  );
}

/** A record from a file. Throws `bad-file` or `bad-record`. */
export async function readRecord(io: Io, path: string): Promise<BenchmarkRecord> {
  return parseRecord(await readJson(io, path, "bad-record"), fileName(path));
}

/** Files of baselines in a folder, by name. */
export async function baselineFiles(io: Io, folder: string): Promise<string[]> {
  return (await io.listFolder(folder)).filter(isBaselineName);
}

/**
 * The baseline that is called `version`: the file of that name, else the latest one at the git reference of that name
 * (a branch, a tag, a commit). Throws `no-baseline`, `bad-record` or `bad-file`.
 */
export async function findBaseline(io: Io, folder: string, version: string): Promise<FoundBaseline> {
  const files = await baselineFiles(io, folder);
  if (files.includes(`${version}.json`)) {
    const path = join(folder, `${version}.json`);
    return { record: await readRecord(io, path), source: path };
  }
  const commit = await commitOf(io, folder, version);
  if (commit !== null) return latestAt(io, folder, version, commit);
  throw complain("no-baseline", fileName(folder), {
    expected: `baseline "${fileName(version)}", or a git reference of that name`,
    found: files.length === 0 ? "no baseline" : files.map((name) => name.slice(0, -5)).join(", "),
    hint:
      files.length === 0
        ? 'make one with "liquid-edge baseline save"'
        : '"liquid-edge baseline list" shows them',
  });
}

/** The commit of a reference; of a remote branch where only that is there, as after a checkout of a pull request. */
async function commitOf(io: Io, folder: string, reference: string): Promise<string | null> {
  // What starts with a hyphen would be an option, what holds a colon or dots something else than a commit.
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./+@-]*$/.test(reference) || reference.includes("..")) return null;
  for (const name of [reference, `origin/${reference}`]) {
    const out = await io.runTool("git", [
      "-C",
      folder,
      "rev-parse",
      "--verify",
      "--quiet",
      `${name}^{commit}`,
    ]);
    if (out !== null && /^[0-9a-f]{40,64}$/.test(out.text)) return out.text;
  }
  return null;
}

async function latestAt(io: Io, folder: string, reference: string, commit: string): Promise<FoundBaseline> {
  const listing = await io.runTool("git", ["-C", folder, "ls-tree", "--name-only", commit]);
  const names = (listing?.text ?? "").split("\n").filter(isBaselineName);
  let latest: FoundBaseline | null = null;
  for (const name of names) {
    const source = `${fileName(join(folder, name))} at ${reference} (${commit.slice(0, 9)})`;
    const file = await io.runTool("git", ["-C", folder, "show", `${commit}:./${name}`]);
    if (file === null) throw complain("bad-record", source, { expected: "a readable file", found: "none" });
    const record = parseRecord(parseJson(file.text, source, "bad-record"), source);
    if (latest === null || Date.parse(record.createdAt) > Date.parse(latest.record.createdAt)) {
      latest = { record, source };
    }
  }
  if (latest !== null) return latest;
  throw complain("no-baseline", `${fileName(folder)} at ${reference}`, {
    expected: "at least one baseline",
    found: "none",
    hint: 'make one with "liquid-edge baseline save" and commit it',
  });
}

function isBaselineName(name: string): boolean {
  return /^[^.].*\.json$/.test(name) && !OTHER_FILES.includes(name) && VERSION.test(name.slice(0, -5));
}
