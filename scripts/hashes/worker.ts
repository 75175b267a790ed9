// A process of scripts/hashes.ts: hashes one group of random networks after the other.

import { loadCores } from "../../tests/hashes/engines.ts";
import { type Group, hashGroup } from "../../tests/hashes/groups.ts";

export interface GroupJob {
  group: Group;
  count: number;
}

export type GroupResult = { hashes: Record<string, string>; seconds: number } | { failure: string };

async function run({ group, count }: GroupJob): Promise<GroupResult> {
  const started = performance.now();
  try {
    const { hashes } = hashGroup(group, count, await loadCores());
    return { hashes, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

process.on("message", async (job: GroupJob) => process.send!(await run(job)));
