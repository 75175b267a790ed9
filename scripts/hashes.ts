// All random networks of tests/hashes, on every core of the machine: 1,000 of each cell, precision and sparsity, on the three
// builds of the core and, integers, in the reference; then the reference cases. Takes minutes:
//
//   npx tsx scripts/hashes.ts [--networks 1000] [--only cfc] [--renew]
//
// Exit code 1 if two of them disagree or a hash is not the pinned one. --only: groups whose names have that in them.
// --renew (`npm run hashes`) pins what was found, unless something disagrees.

import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { loadCores } from "../tests/hashes/engines.ts";
import { ALL, FLOAT_GROUPS, type Group, INTEGER_GROUPS, nameOf, SHARE } from "../tests/hashes/groups.ts";
import {
  type GroupHashes,
  pin,
  pinnedOf,
  readCaseHashes,
  readGroupHashes,
  writeHashes,
} from "../tests/hashes/pinned.ts";
import { hashReferenceCase, referenceCases } from "../tests/hashes/reference-cases.ts";
import type { GroupJob, GroupResult } from "./hashes/worker.ts";

const { values } = parseArgs({
  options: {
    networks: { type: "string", default: String(ALL) },
    only: { type: "string", default: "" },
    renew: { type: "boolean", default: false },
  },
});
const count = Number(values.networks);
if (!(Number.isInteger(count) && count >= SHARE)) {
  console.error(`--networks: expected a whole number from ${SHARE} on, found ${values.networks}`);
  process.exit(2);
}
if (values.renew && (values.only !== "" || count !== ALL)) {
  console.error("--renew: expected all groups with all networks, found --only or --networks");
  process.exit(2);
}

const failures: string[] = [];
const fail = (line: string) => {
  failures.push(line);
  console.error(line);
};

/** Hashes that differ from the pinned ones among those that both have. */
function compare(name: string, found: Record<string, string>, pinned: Record<string, string>): void {
  if (values.renew) return;
  if (pinned[SHARE] === undefined) fail(`${name}: expected a pinned hash, found none`);
  for (const [networks, hash] of Object.entries(found)) {
    const expected = pinned[networks] ?? hash;
    if (expected !== hash)
      fail(`${name}: all agree, but the hash of ${networks} networks is ${hash}, expected ${expected}`);
  }
}

/** One process after the other takes a group, until none is left. */
async function hashGroups(
  groups: Group[],
  onResult: (group: Group, result: GroupResult) => void,
): Promise<void> {
  const left = [...groups];
  const worker = new URL("./hashes/worker.ts", import.meta.url);
  const serve = async () => {
    const child = fork(worker, { execArgv: ["--import", "tsx"] });
    for (let group = left.shift(); group !== undefined; group = left.shift()) {
      const result = await ask(child, { group, count });
      onResult(group, result);
      // A process that ended has no answer to another group.
      if ((child.exitCode ?? child.signalCode) !== null) return;
    }
    child.kill();
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), groups.length) }, serve));
  for (const group of left) onResult(group, { failure: `${nameOf(group)}: no process left to hash it` });
}

function ask(child: ChildProcess, job: GroupJob): Promise<GroupResult> {
  return new Promise((resolve) => {
    const onExit = (code: number | null) =>
      resolve({ failure: `${nameOf(job.group)}: the process ended with code ${code}` });
    child.once("exit", onExit);
    child.once("message", (result: GroupResult) => {
      child.off("exit", onExit);
      resolve(result);
    });
    child.send(job);
  });
}

async function hashCases(): Promise<Record<string, string>> {
  const pinned = readCaseHashes();
  const cores = await loadCores();
  const hashes: Record<string, string> = {};
  for (const one of referenceCases()) {
    try {
      hashes[one.name] = hashReferenceCase(one, cores);
    } catch (error) {
      fail(`${one.name}: ${(error as Error).message}`);
      continue;
    }
    if (!values.renew && hashes[one.name] !== pinned[one.name])
      fail(`${one.name}: all agree, but the hash is ${hashes[one.name]}, expected ${pinned[one.name]}`);
  }
  return hashes;
}

const started = performance.now();
const groups = [...FLOAT_GROUPS, ...INTEGER_GROUPS].filter((group) => nameOf(group).includes(values.only));
const pinned = readGroupHashes();
const renewed: GroupHashes = {};
for (const group of groups) pin(renewed, group, {});
let done = 0;
await hashGroups(groups, (group, result) => {
  const place = `[${String(++done).padStart(String(groups.length).length)}/${groups.length}] `;
  if ("failure" in result) {
    fail(place + result.failure);
    return;
  }
  const { hashes, seconds } = result;
  console.log(`${place}${nameOf(group)}: ${count} networks, ${hashes[count]}, ${seconds.toFixed(1)} s`);
  pin(renewed, group, hashes);
  compare(nameOf(group), hashes, pinnedOf(pinned, group));
});
const cases = values.only === "" ? await hashCases() : {};
const minutes = (performance.now() - started) / 60_000;
console.log(
  `${groups.length} groups of ${count} networks, ${Object.keys(cases).length} reference cases, ` +
    `${minutes.toFixed(1)} min: ${failures.length === 0 ? "all agree" : `${failures.length} failures`}`,
);
for (const line of failures) console.error(line);
if (values.renew && failures.length === 0) writeHashes(renewed, cases);
process.exitCode = failures.length === 0 ? 0 : 1;
