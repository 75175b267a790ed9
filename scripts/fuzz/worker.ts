// Runs one shard, which its argument describes, and sends what came of it to the parent.

import { Coverage } from "./coverage.ts";
import type { Message, Shard } from "./shards.ts";

const REPORT_MS = 500;
const parent = process.ppid;

const { target, executions, seed } = JSON.parse(process.argv[2]!) as Shard;
// Before any reader is loaded.
const coverage = new Coverage().start();
const { CAMPAIGNS } = await import("./campaigns.ts");
const send = (message: Omit<Message, "cpuMilliseconds">, sent = () => {}) => {
  const { user, system } = process.cpuUsage();
  process.send!({ ...message, cpuMilliseconds: (user + system) / 1000 } satisfies Message, sent);
};
let reported = 0;
const result = await CAMPAIGNS.get(target)!.run({
  executions,
  seed,
  coverage,
  onProgress(done) {
    if ((done & 0x1f) !== 0 || performance.now() < reported + REPORT_MS) return;
    // Nobody reads what an orphan finds, and a loop without a pause sees no channel close.
    if (process.ppid !== parent) process.exit(1);
    reported = performance.now();
    send({ executions: done });
  },
});
send({ executions: result.executions, result }, () => process.disconnect());
