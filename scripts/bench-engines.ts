// How fast this project's engines are beside what one would use instead: a step of the same network with the same weights,
// one thread, in one run. `npm run bench -- engines` prints the table and checks the bounds; docs/speed.md has a copy.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { c } from "./bench-engines/c.ts";
import { compareEngines, quantile, ratioOf, type Timing } from "./bench-engines/compare.ts";
import { isAvailable } from "./bench-engines/engine.ts";
import { loadNetwork, NETWORKS } from "./bench-engines/networks.ts";
import { onnxruntime } from "./bench-engines/onnx.ts";
import { ours } from "./bench-engines/ours.ts";
import { tfjs } from "./bench-engines/tfjs.ts";
import { ncps, torch } from "./bench-engines/torch.ts";
import { typescript } from "./bench-engines/typescript.ts";

export const OURS = "liquid-edge-simd";

/** Least times that our SIMD engine is faster than the other one; below 1: how much slower it may be. */
export const BOUNDS: Record<(typeof NETWORKS)[number], Record<string, number>> = {
  "ltc-fc-64": {
    "onnxruntime-node": 4,
    "onnxruntime-web": 7,
    ncps: 15,
    "ncps-gradients": 15,
    "c-strict": 1,
    "c-fast": 1 / 2.5,
  },
  "ltc-fc-256": { "onnxruntime-node": 2.5, "onnxruntime-web": 4.5, ncps: 4.3, "ncps-gradients": 4.3 },
  "ltc-ncp-64": { "onnxruntime-node": 15, ncps: 50, "ncps-gradients": 50 },
  "cfc-64": { "onnxruntime-node": 3 },
};

/** What `--json` writes. */
export interface SpeedFigures {
  machine: { cpu: string; cores: number; node: string; platform: string };
  /** By network, an entry for each engine that was here. */
  networks: Record<string, Timing[]>;
}

export async function benchEngines(args: readonly string[] = []): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "15" },
      network: { type: "string", multiple: true, default: [...NETWORKS] },
      json: { type: "string" },
    },
  });
  const known = [
    ours("simd"),
    ours("scalar"),
    await onnxruntime("node"),
    await onnxruntime("web"),
    await tfjs(),
    typescript,
    torch(),
    ncps(false),
    ncps(true),
    c("strict"),
    c("fast"),
  ];
  for (const engine of known) {
    if (!isAvailable(engine)) console.log(`engines: SKIPPED ${engine.name}; to have it: ${engine.missing}`);
  }
  const engines = known.filter(isAvailable);
  const results: SpeedFigures["networks"] = {};
  let met = true;
  for (const name of NETWORKS.filter((each) => values.network.includes(each))) {
    const network = await loadNetwork(name);
    if (network === null) {
      console.log("engines: SKIPPED, the reference networks are not here (../shared/reference/bench)");
      return true;
    }
    const timings = await compareEngines(network, engines, Number(values.rounds));
    results[name] = timings;
    met = print(name, timings) && met;
  }
  if (values.json !== undefined) {
    const figures: SpeedFigures = { machine: machine(), networks: results };
    writeFileSync(values.json, `${JSON.stringify(figures, rounded)}\n`);
  }
  return met;
}

/** What the figures depend on beside the engines' versions. */
function machine(): SpeedFigures["machine"] {
  return {
    cpu: cpus()[0]!.model,
    cores: cpus().length,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Four digits are more than a clock is good for. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

function print(network: (typeof NETWORKS)[number], timings: readonly Timing[]): boolean {
  const own = timings.find(({ engine }) => engine === OURS)!;
  let met = true;
  console.log(`\n${network.padEnd(34)}  µs a step   ms first   times ours (5 to 95 % of rounds)`);
  for (const timing of timings) {
    const { ratio, low, high } = ratioOf(timing, own);
    const bound = BOUNDS[network][timing.engine];
    const ok = bound === undefined || ratio >= bound;
    met = met && ok;
    const wanted = bound === undefined ? "" : `  at least ${bound.toFixed(2)}: ${ok ? "ok" : "MISSED"}`;
    const us = quantile(timing.stepUs, 0.5).toFixed(1);
    console.log(
      `${timing.name.padEnd(34)}  ${us.padStart(9)}   ${timing.firstMs.toFixed(0).padStart(8)}   ${ratio.toFixed(2).padStart(6)} (${low.toFixed(2)} to ${high.toFixed(2)})${wanted}`,
    );
  }
  return met;
}
