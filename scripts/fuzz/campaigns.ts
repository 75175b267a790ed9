// Everything that is fuzzed, by name.

import { type Finding, type FuzzOptions, type FuzzResult, fuzz } from "./engine.ts";
import { fuzzFirmware } from "./firmware.ts";
import { fuzzImages, judgeImages } from "./image.ts";
import { TARGETS } from "./targets.ts";

export interface Campaign {
  /** A shard of it. */
  run(options: FuzzOptions): Promise<FuzzResult>;
  /** What is wrong with all shards together. */
  judge?(whole: FuzzResult): Finding[];
}

export const CAMPAIGNS: ReadonlyMap<string, Campaign> = new Map<string, Campaign>([
  ...TARGETS.map((target): [string, Campaign] => [target.name, { run: (options) => fuzz(target, options) }]),
  ["image", { run: fuzzImages, judge: judgeImages }],
  ["firmware", { run: fuzzFirmware }],
]);
