// How long the energy of a trace takes, and what reading a PPK2 costs. Both are things that a person waits for or that run
// beside a measurement.

import { gzipSync } from "node:zlib";
import { measureEnergy } from "../bindings/measure/measure-energy.ts";
import { Ppk2 } from "../bindings/measure/ppk2.ts";
import { readTrace } from "../bindings/measure/read-trace.ts";
import type { Trace } from "../bindings/measure/trace.ts";
import type { WindowRule } from "../bindings/measure/windows.ts";
import { ppk2OnPty } from "../tests/measure/pty-ppk2.ts";
import { missing } from "./tools.ts";

const SECONDS = 100;
const MAX_ANALYSIS_MS = 100;
const RUNS = 9;
const PTY_SECONDS = 60;
const MAX_CORE_SHARE = 0.25;

/** Prints the figures; whether all are within their bounds. Takes a minute for the PPK2. */
export async function benchEnergy(): Promise<boolean> {
  const analysed = await benchAnalysis();
  const read = await benchPpk2();
  return analysed && read;
}

async function benchAnalysis(): Promise<boolean> {
  const runner = {
    bytes: gzipSync(runnerTrace()),
    rule: marks(),
    name: "MLPerf trace at 1 kHz, gzipped, from its bytes",
  };
  const table = { bytes: Buffer.from(csv()), rule: marker(), name: "CSV at 1 kHz, from its bytes" };
  let holds = true;
  for (const { bytes, rule, name } of [runner, table]) {
    const ms = await median(async () => {
      const { trace } = await readTrace(bytes, name, { volts: 3 });
      measureEnergy(trace, { windows: rule, inferences: 100 });
    });
    holds = report(name, ms) && holds;
  }
  const trace = fastTrace();
  const ms = await median(async () => {
    measureEnergy(trace, { windows: marker(), inferences: 100, subtractIdle: "outside" });
  });
  return report("PPK2 at 100 kHz, 10,000,000 samples in memory", ms) && holds;
}

function report(name: string, ms: number): boolean {
  console.log(
    `energy: ${SECONDS} s, ${name}: ${ms.toFixed(1)} ms (median of ${RUNS}, must be under ${MAX_ANALYSIS_MS})`,
  );
  return ms < MAX_ANALYSIS_MS;
}

async function median(run: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = -2; i < RUNS; i++) {
    const started = performance.now();
    await run();
    if (i >= 0) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

const isHigh = (seconds: number) => seconds % 20 >= 4 && seconds % 20 < 16;
const marker = (): WindowRule => ({ by: "marker" });
const marks = (): WindowRule => ({
  by: "marks",
  marks: { source: "marks", seconds: [0.02, ...[0, 1, 2, 3, 4].flatMap((i) => [20 * i + 4, 20 * i + 16])] },
});

function runnerTrace(): Buffer {
  const bytes = Buffer.alloc(5 + 4 * 1000 * SECONDS);
  bytes[0] = 0xf1;
  bytes.writeFloatLE(1000, 1);
  for (let i = 0; i < 1000 * SECONDS; i++) {
    bytes.writeFloatLE((isHigh(i / 1000) ? 45 : 35) + Math.sin(i) + (i % 7) / 10, 5 + 4 * i);
  }
  return bytes;
}

function csv(): string {
  const lines = Array.from({ length: 1000 * SECONDS }, (_, i) => {
    const high = isHigh(i / 1000);
    return `${i},${((high ? 15_000 : 12_000) + 300 * Math.sin(i)).toFixed(3)},${high ? 1 : 0}`;
  });
  return ["Timestamp(ms),Current(uA),D0", ...lines, ""].join("\n");
}

function fastTrace(): Trace {
  const n = 100_000 * SECONDS;
  const amperes = new Float32Array(n);
  const bits = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const high = isHigh(i / 100_000);
    amperes[i] = (high ? 0.015 : 0.001) + 1e-4 * ((i * 7919) % 13);
    bits[i] = high ? 1 : 0;
  }
  return {
    source: "ppk2",
    instrument: "PPK2",
    clock: { kind: "uniform", startSeconds: 0, samplesPerSecond: 100_000 },
    quantity: { kind: "current", amperes, volts: 3 },
    markers: { bits, names: ["D0"] },
    edges: null,
    saturated: [],
    accuracy: null,
    notes: [],
  };
}

/** A fake PPK2 in another process, over a pseudo-terminal, in real time. */
async function benchPpk2(): Promise<boolean> {
  if (missing("python3")) return true;
  const { link, end } = await ppk2OnPty();
  const ppk2 = await Ppk2.open(link, { mode: "source", supplyMv: 3000 });
  await ppk2.start();
  const started = performance.now();
  const cpu = process.cpuUsage();
  while (performance.now() - started < 1000 * PTY_SECONDS) await ppk2.poll(100);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  await ppk2.stop();
  const taken = ppk2.sampleCount;
  const { trace } = ppk2.traceFrom(0);
  await ppk2.close();
  const sent = await end();
  const lost = sent - taken + missingOf(trace);
  const share = (user + system) / 1e6 / seconds;
  console.log(
    `energy: PPK2 over a pty for ${seconds.toFixed(1)} s, ${sent} samples (${(sent / seconds).toFixed(0)} a second): ${lost} lost ` +
      `(must be 0), ${(100 * share).toFixed(1)} % of a core (must be under ${100 * MAX_CORE_SHARE} %)`,
  );
  return lost === 0 && share < MAX_CORE_SHARE;
}

function missingOf({ quantity }: Trace): number {
  if (quantity.kind !== "current") return 0;
  let count = 0;
  for (const value of quantity.amperes) if (Number.isNaN(value)) count++;
  return count;
}
