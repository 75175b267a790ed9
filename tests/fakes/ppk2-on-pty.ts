// A fake PPK2 on a pseudo-terminal, as a process of its own: prints the path of the port, measures in real time for as long
// as it is told to, and when its input ends says how many samples it sent.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repeating } from "./current.ts";
import { FakePpk2 } from "./ppk2.ts";

const SAMPLES_PER_SECOND = 100_000;
const TICK_MS = 5;
/** After two seconds current, counter and logic start anew: what is sent can be made once. */
const LOOP_SAMPLES = 2 * SAMPLES_PER_SECOND;

const current = repeating([
  { seconds: 0.3, amperes: 40e-6, ripple: { amperes: 5e-6, hertz: 400 } },
  { seconds: 0.2, amperes: 12e-3, ripple: { amperes: 3e-3, hertz: 1000 } },
]);
const logic = (seconds: number) => (seconds % 0.5 >= 0.3 ? 1 : 0);
const fake = new FakePpk2({ current, logic });

const pty = spawn("python3", [join(import.meta.dirname, "../pseudo-terminal.py")], {
  stdio: ["pipe", "pipe", "pipe"],
});
createInterface({ input: pty.stderr }).once("line", (path) => {
  console.log(JSON.stringify({ path, chargePerSecond: current.charge(0, 2) / 2 }));
});

let loop: Uint8Array | null = null;
let startedMs = 0;
let sent = 0;

pty.stdout.on("data", (bytes: Buffer) => {
  const wasRunning = fake.running;
  fake.receive(bytes);
  pty.stdin.write(fake.produce(0));
  if (fake.running && !wasRunning) {
    loop ??= fake.produce(LOOP_SAMPLES);
    startedMs = performance.now();
    sent = 0;
  }
});

setInterval(() => {
  if (!fake.running || loop === null) return;
  const due = Math.floor(((performance.now() - startedMs) / 1000) * SAMPLES_PER_SECOND);
  while (sent < due) {
    const at = sent % LOOP_SAMPLES;
    const n = Math.min(due - sent, LOOP_SAMPLES - at);
    pty.stdin.write(loop.subarray(4 * at, 4 * (at + n)));
    sent += n;
  }
}, TICK_MS);

process.stdin.resume();
process.stdin.on("end", () => {
  console.log(JSON.stringify({ sent }));
  pty.kill();
  process.exit(0);
});
