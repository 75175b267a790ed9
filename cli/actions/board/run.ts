import { parseSequence, type Sequence } from "../../../bindings/core/sequence.ts";
import { DeviceSession } from "../../../bindings/device/device-session.ts";
import { differingWords, encodeRow, expectedRows } from "../../../bindings/device/records.ts";
import { type DeviceRowResult, runRow } from "../../../bindings/device/run-on-device.ts";
import { type CountEstimate, estimateCounts } from "../../../bindings/estimate/counts.ts";
import type { Network } from "../../../bindings/network.ts";
import { type Summary, summarise } from "../../../bindings/statistics/summary.ts";
import { titleOf } from "../../../format/summary.ts";
import type { BoardRunOptions } from "../../commands/board.ts";
import { readCalibration } from "../../crosscheck/read-calibration.ts";
import { RunFailure } from "../../exit.ts";
import { ticksToCount } from "../../firmware/emulator.ts";
import type { Io } from "../../io.ts";
import { noiseSequence } from "../../noise.ts";
import { compiledFor, readNetwork } from "../../read-network.ts";
import { fileName, readJson } from "../../read-text.ts";
import { bytes, count, digits, whole } from "../../text.ts";
import { refuseWithoutFlash } from "./build.ts";
import { greet, install } from "./connect.ts";
import { linkTo } from "./link-to.ts";
import { type LoopVerdict, loopVerdict, verdictLine } from "./loop-verdict.ts";
import { findTarget, type Target } from "./targets.ts";

/** Timed inferences unless the user says otherwise; an emulator counts the same every time. */
const INFERENCES = 1000;
const INFERENCES_EMULATED = 100;

interface Report {
  board: string;
  emulated: boolean;
  emulator: string | null;
  firmware: { version: string; coreCrc: string; portKernels: string[]; stackUsedBytes: number };
  network: {
    name: string;
    precision: string;
    imageBytes: number;
    arenaBytes: number;
    imageIn: "ram" | "flash";
    /** Only where it does. */
    skipsUnchanged?: true;
  };
  outputs: { rows: number; steps: number; values: number; differing: number; bitIdentical: boolean };
  counts: "instructions" | "cycles";
  inferences: number;
  warmup: number;
  perInference: Summary;
  /** What was estimated for an emulated board; null on silicon. */
  estimate: CountEstimate | null;
  /** Null on an emulator, whose time is nobody's. */
  latencyUs: Summary | null;
  /** Whether that keeps a control loop's bounds; null as above. */
  loop: LoopVerdict | null;
  retransmissions: number;
}

/** Runs a network on a board. Throws RunFailure when a bit differs from the core on this machine. */
export async function boardRun(io: Io, weights: string, options: BoardRunOptions): Promise<void> {
  const target = findTarget(options.board, options.emulated === true);
  if (options.imageIn === "flash") refuseWithoutFlash(target.id);
  const read = await readNetwork(io, weights, options.config, options.precision);
  const network = await compiledFor(read, target.board);
  const sequence = await sequenceOf(io, network, options);
  const { port, baud, imageIn } = options;
  const link = await linkTo(io, target, {
    ...(port === undefined ? {} : { port }),
    ...(baud === undefined ? {} : { baudRate: baud }),
    ...(imageIn === "flash" ? { image: network.compiled.image } : {}),
  });
  const session = new DeviceSession(link);
  try {
    const report = await measure(io, session, target, network, sequence, options);
    io.progress(null);
    io.print(options.json ? JSON.stringify(report) : describe(report, titleOf(network)));
    const asked = options.meanMs ?? options.worstMs ?? options.jitterMs;
    if (asked !== undefined && report.loop?.ok === false)
      throw new RunFailure(`${target.id}: ${report.loop.problems.join("; ")}`);
    if (!report.outputs.bitIdentical) {
      throw new RunFailure(
        `${target.id}: expected the bits of the core on this machine, found ` +
          `${report.outputs.differing} differing words of outputs and states`,
      );
    }
  } finally {
    await session.close();
  }
}

async function measure(
  io: Io,
  session: DeviceSession,
  target: Target,
  network: Network,
  sequence: Sequence,
  { inferences, warmup, imageIn, meanMs, worstMs, jitterMs }: BoardRunOptions,
): Promise<Report> {
  const { compiled } = network;
  const hello = await greet(session, target.id);
  const dataBytes = await install(io, session, hello, network, imageIn);
  const rows = Array.from({ length: sequence.batch }, (_, row) => encodeRow(compiled, sequence, row));
  const expected = await expectedRows(compiled, rows);
  let differing = 0;
  for (const [i, row] of rows.entries()) {
    const done = await runRow(session, compiled, row, dataBytes, (step) =>
      io.progress(`row ${i + 1} of ${rows.length}, step ${step} of ${row.steps}`),
    );
    differing += differences(done, expected[i]!, network);
  }
  const timed = inferences ?? (hello.emulated ? INFERENCES_EMULATED : INFERENCES);
  io.progress(`timing ${timed} inferences`);
  const ticks = await session.time(timed, warmup);
  const counted = Array.from(ticks, (t) =>
    target.emulated === null ? t : ticksToCount(target.emulated, t, hello.tickHz),
  );
  const latencyUs = hello.emulated ? null : summarise(Array.from(ticks, (t) => (t * 1e6) / hello.tickHz));
  const after = await session.hello();
  return {
    board: target.id,
    emulated: hello.emulated,
    emulator: target.emulated === null ? null : target.emulated.emulator.kind,
    firmware: {
      version: hello.version,
      coreCrc: hello.coreCrc.toString(16).padStart(8, "0"),
      portKernels: hello.portKernels,
      stackUsedBytes: after.stackUsedBytes,
    },
    network: {
      name: network.name,
      precision: compiled.precision,
      imageBytes: compiled.image.length,
      arenaBytes: compiled.arenaBytes,
      imageIn,
      ...(compiled.skipUnchanged === undefined ? {} : { skipsUnchanged: true as const }),
    },
    outputs: {
      rows: sequence.batch,
      steps: sequence.steps,
      values: sequence.batch * sequence.steps * compiled.output.length,
      differing,
      bitIdentical: differing === 0,
    },
    counts: target.emulated?.counts ?? "cycles",
    inferences: timed,
    warmup,
    perInference: summarise(counted),
    estimate: await estimateFor(target, network),
    latencyUs,
    loop: latencyUs === null ? null : loopVerdict(latencyUs, { meanMs, worstMs, jitterMs }),
    retransmissions: session.retransmissions,
  };
}

async function estimateFor({ emulated }: Target, network: Network): Promise<CountEstimate | null> {
  if (emulated === null) return null;
  return estimateCounts(await network.profileOperations(), emulated, await readCalibration(emulated));
}

function differences(
  done: DeviceRowResult,
  expected: { records: Uint8Array; state: Uint8Array },
  { compiled }: Network,
): number {
  return (
    differingWords(done.records, expected.records, compiled) +
    differingWords(done.state, expected.state, compiled)
  );
}

/** The user's input, or noise within ±1: the same at every call. */
async function sequenceOf(io: Io, network: Network, { input, steps }: BoardRunOptions): Promise<Sequence> {
  if (input !== undefined)
    return parseSequence(await readJson(io, input, "bad-input"), network.compiled, fileName(input));
  return noiseSequence(network.compiled.input.length, steps);
}

function estimateLine({ count: { typ, min, max }, calibratedOn }: CountEstimate): string {
  const how =
    calibratedOn === null ? "not calibrated" : `calibrated on ${count(calibratedOn.length, "network")}`;
  return `  estimated ${whole(typ)} (${whole(min)} to ${whole(max)}; ${how})`;
}

function latencyLine({ mean, median, p99, max, jitter }: Summary): string {
  return (
    `  latency ${digits(mean)} µs (median ${digits(median)}, p99 ${digits(p99)}, max ${digits(max)}, ` +
    `jitter ${digits(jitter)})`
  );
}

const REPEATED_INPUT =
  "  careful: inferences that are timed repeat one input, which this network finds unchanged; the estimate is of the worst case";

function describe(report: Report, title: string): string {
  const { board, emulator, network, outputs, counts, inferences, perInference, estimate, latencyUs, loop } =
    report;
  const { firmware } = report;
  const { mean, min, max } = perInference;
  const spread = min === max ? "the same every time" : `${whole(min)} to ${whole(max)}`;
  return [
    `${title} on ${board}${emulator === null ? "" : " (emulated; no silicon was measured)"}`,
    `  image ${bytes(network.imageBytes)} in ${network.imageIn}, arena ${bytes(network.arenaBytes)}, ` +
      `stack used ${bytes(firmware.stackUsedBytes)}`,
    `  outputs: ${count(outputs.rows, "row")} of ${count(outputs.steps, "step")}, ` +
      (outputs.bitIdentical
        ? "bit for bit those of the core on this machine"
        : `${whole(outputs.differing)} WORDS DIFFER from the core on this machine`),
    `  ${whole(mean)} ${counts} an inference (${spread}; ${count(inferences, "inference")})`,
    ...(estimate === null ? [] : [estimateLine(estimate)]),
    ...(network.skipsUnchanged ? [REPEATED_INPUT] : []),
    ...(latencyUs === null ? [] : [latencyLine(latencyUs)]),
    ...(loop === null ? [] : [`  ${verdictLine(loop)}`]),
  ].join("\n");
}
