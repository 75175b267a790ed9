// How long `liquid-edge estimate` takes from start to finish, in units of an empty Node process: a tool that people and
// scripts call often must not feel like a tool. Files are in the cache; the two commands alternate, so that a busy
// machine slows both; the ratio is that of the medians.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeModel } from "../bindings/network/checkpoint.ts";
import { median } from "../bindings/statistics/samples.ts";
import { randomLtc } from "./random-ltc.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const REFERENCE = join(ROOT, "../shared/reference/bench/ltc-ncp-64");
const MAX_RATIO = 3;
const WARM_UP = 3;
const PAIRS = 25;

/** Prints the figures; whether the ratio is below 3. Needs a built dist/. */
export async function benchCli(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "liquid-edge-bench-"));
  try {
    const { name, args } = network(folder);
    const estimate = [join(ROOT, "dist/cli.js"), "estimate", ...args, "--platform", "all"];
    const empty = ["-e", "0"];
    const platforms = JSON.parse(runNode([...estimate, "--json"])).length;
    const times = { estimate: [] as number[], empty: [] as number[] };
    for (let i = -WARM_UP; i < PAIRS; i++) {
      const pair = { estimate: milliseconds(estimate), empty: milliseconds(empty) };
      if (i < 0) continue;
      times.estimate.push(pair.estimate);
      times.empty.push(pair.empty);
    }
    const [ms, emptyMs] = [median(times.estimate), median(times.empty)];
    const ratio = ms / emptyMs;
    console.log(
      `cli: estimate of ${name} on ${platforms} platforms ${ms.toFixed(1)} ms, node -e 0 ${emptyMs.toFixed(1)} ms: ` +
        `${ratio.toFixed(2)} times (medians of ${PAIRS}, must be under ${MAX_RATIO})`,
    );
    return ratio < MAX_RATIO;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The reference network where it is at hand, else one of the same structure with random weights. */
function network(folder: string): { name: string; args: string[] } {
  if (existsSync(`${REFERENCE}.safetensors`)) {
    return { name: "ltc-ncp-64", args: [`${REFERENCE}.safetensors`, "--config", `${REFERENCE}.json`] };
  }
  const file = join(folder, "random.safetensors");
  writeFileSync(file, writeModel(randomLtc(20, 64, 4)));
  return { name: "a random LTC of the structure of ltc-ncp-64", args: [file] };
}

function milliseconds(args: string[]): number {
  const started = performance.now();
  runNode(args);
  return performance.now() - started;
}

function runNode(args: string[]): string {
  return execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
