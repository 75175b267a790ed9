// The reference cases as the tests of this folder need them: files and JSON, from the copies in tests/golden, and from
// the complete sets beside the repository where these exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

export const GOLDEN = join(ROOT, "tests/golden");
export const EXAMPLES = join(ROOT, "examples");
const COPIES = join(GOLDEN, "ncps");
const FULL = join(ROOT, "../shared/reference");

/** Folder of the complete reference data; null in a plain clone. */
export const fullReference = existsSync(join(FULL, "ncps/index.json")) ? join(FULL, "ncps") : null;

export interface CaseJson {
  class: string;
  config: Record<string, unknown> & { input_size: number; wiring: null | { type: string; args: object } };
  wiring: null | {
    units: number;
    input_dim: number;
    output_dim: number;
    layers: number[][];
    synapses: number[];
    sensory_synapses: number[];
  };
}

export interface Case {
  name: string;
  json: CaseJson;
  weights: Uint8Array;
}

/** The 18 cases of tests/golden/ncps. */
export function ncpsCases(): Case[] {
  const files = readdirSync(COPIES).filter((file) => /^(ltc|cfc)-.*\.json$/.test(file));
  return files.map((file) => readCase(COPIES, basename(file, ".json")));
}

/** One of them by name. */
export function ncpsCase(name: string): Case {
  return readCase(COPIES, name);
}

/** Folder, name pairs of every checkpoint at hand: the copies, and the complete sets where they exist. */
export function checkpoints(): Case[] {
  const bench = join(FULL, "bench");
  const extra =
    fullReference === null ? [] : ["cfc-64", "ltc-fc-64", "ltc-ncp-64"].map((n) => readCase(bench, n));
  return [...ncpsCases(), ...extra];
}

export function goldenJson(path: string) {
  return JSON.parse(readFileSync(join(GOLDEN, path), "utf8"));
}

function readCase(folder: string, name: string): Case {
  const json = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  return { name, json, weights: readFileSync(join(folder, `${name}.safetensors`)) };
}

/** Code and message of the error that `action` throws. */
export function thrownBy(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return `${code ?? name} ${message}`;
  }
  return "nothing";
}
