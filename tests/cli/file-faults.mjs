// Loaded before the command (`node --import`): counts what it writes, syncs and renames, and at the FAULT_AT-th of these
// calls does what FAULT_KIND says. "kill": the process is killed before the call; "torn": after half of a write;
// "SIGTERM": it is asked to end before the call; an error code: the call fails with it. FAULT_COUNT names a file that
// receives the number of calls.

import fs, { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { FAULT_AT, FAULT_KIND, FAULT_COUNT } = process.env;
let calls = 0;

async function interrupted(name, call, half) {
  calls++;
  if (FAULT_COUNT !== undefined) writeFileSync(FAULT_COUNT, String(calls));
  if (calls !== Number(FAULT_AT)) return call();
  if (FAULT_KIND === "torn") await half?.();
  if (FAULT_KIND === "torn" || FAULT_KIND === "kill" || FAULT_KIND === "SIGTERM") {
    process.kill(process.pid, FAULT_KIND === "SIGTERM" ? "SIGTERM" : "SIGKILL");
    // A signal is heard by a process that waits for something.
    return new Promise((resolve) => setTimeout(resolve, 60_000));
  }
  throw Object.assign(new Error(`${FAULT_KIND}: ${name}`), { code: FAULT_KIND });
}

const probe = await fs.promises.open(process.execPath, "r");
const handle = Object.getPrototypeOf(probe);
await probe.close();
const { writeFile, sync } = handle;
handle.writeFile = function (content) {
  const half = () => writeFile.call(this, content.slice(0, content.length / 2));
  return interrupted("write", () => writeFile.call(this, content), half);
};
handle.sync = function () {
  return interrupted("fsync", () => sync.call(this));
};
const { rename } = fs.promises;
fs.promises.rename = (from, to) => interrupted("rename", () => rename(from, to));
syncBuiltinESMExports();
