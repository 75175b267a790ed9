// `energy --port`: what an instrument measures now, for a while or while a network runs on a board beside it.

import { DeviceSession } from "../../bindings/device/device-session.ts";
import { differingWords, encodeRow, expectedRows } from "../../bindings/device/records.ts";
import { runRow } from "../../bindings/device/run-on-device.ts";
import { complain } from "../../bindings/errors.ts";
import { LIVE_FORMATS, type LiveFormat } from "../../bindings/measure/live-instruments.ts";
import { Recorder } from "../../bindings/measure/recorder.ts";
import type { Trace } from "../../bindings/measure/trace.ts";
import type { Window } from "../../bindings/measure/windows.ts";
import { traceCsv } from "../../bindings/measure/write-csv.ts";
import type { EnergyOptions } from "../commands/energy.ts";
import { RunFailure } from "../exit.ts";
import { openInstrument } from "../instruments/open-instrument.ts";
import type { Io } from "../io.ts";
import { noiseSequence } from "../noise.ts";
import { usageError } from "../options.ts";
import { compiledFor, readNetwork } from "../read-network.ts";
import { digits } from "../text.ts";
import { greet, install } from "./board/connect.ts";
import { linkTo } from "./board/link-to.ts";
import { findTarget, type Target } from "./board/targets.ts";

export interface LiveMeasurement {
  trace: Trace;
  /** Where inferences were by this machine's clock; empty without a board. */
  windows: Window[];
  /** In each window, where a board ran. */
  inferences?: number;
  /** By the board's own clock. */
  throughputPerSecond?: number;
  problems: string[];
}

const SECONDS = 10;
const WINDOWS = 5;
/** A window that the user gives no number of inferences for. */
const WINDOW_SECONDS = 2;
const LEAST_INFERENCES = 20;
/** Idle time before, between and after the windows. */
const IDLE_SECONDS = 0.5;
const TICK_MS = 50;
const TRIAL_INFERENCES = 16;

/** Records with the instrument behind --port, until --seconds are over, the board has done, or Ctrl-C. */
export async function measureLive(io: Io, options: EnergyOptions): Promise<LiveMeasurement> {
  checkOptions(options);
  const target = options.run === undefined ? null : findTarget(options.board!);
  if (target?.emulated)
    throw usageError(`--board: expected a silicon board beside an instrument, found ${target.id}`);
  return io.interruptible(async (signal) => {
    io.progress("setting up the instrument");
    const instrument = await openInstrument(io, settingsOf(options));
    let recorder: Recorder | null = null;
    try {
      // The board may get its power from the instrument: it is greeted first then.
      const run = target === null ? null : await BoardRun.open(io, target, options, signal);
      try {
        // What a meter sent of the trial run is still on its way.
        if (run !== null) await sleep(1000 * IDLE_SECONDS);
        recorder = await Recorder.start(instrument);
        const facts =
          run === null
            ? await waitFor(io, recorder, options.seconds ?? SECONDS, signal)
            : await run.measure(recorder);
        const { trace, windows, problems } = await recorder.finish();
        io.progress(null);
        if (options.save !== undefined) await save(io, options.save, trace);
        return { trace, windows, problems: [...problems, ...facts.problems], ...facts.counts };
      } finally {
        await run?.close();
      }
    } finally {
      io.progress(null);
      await (recorder?.close() ?? instrument.close());
    }
  });
}

interface Facts {
  problems: string[];
  counts: Pick<LiveMeasurement, "inferences" | "throughputPerSecond">;
}

function checkOptions({ run, board, format, boardPort, windows, save }: EnergyOptions): void {
  if (format !== undefined && !(LIVE_FORMATS as readonly string[]).includes(format))
    throw usageError(`--format: expected ${LIVE_FORMATS.join(", ")} with --port, found ${format}`);
  if ((run === undefined) !== (board === undefined))
    throw usageError(
      run === undefined
        ? "--board: expected --run <weights> with it, found none"
        : "--run: expected --board <id> with it, found none",
    );
  if (run !== undefined) return;
  if (boardPort !== undefined) throw usageError("--board-port: expected with --run, found without");
  if (windows !== undefined) throw usageError("--windows: expected with --run, found without");
  if (save === "-") throw usageError("--save: expected a file, found standard output");
}

function settingsOf(options: EnergyOptions) {
  const { port, format, baud, mode, voltage, rate, shunt, shuntTolerance, columns, marker } = options;
  return {
    port: port!,
    ...(format === undefined ? {} : { format: format as LiveFormat }),
    ...(baud === undefined ? {} : { baud }),
    ...(mode === undefined ? {} : { mode }),
    ...(voltage === undefined ? {} : { volts: voltage }),
    ...(rate === undefined ? {} : { samplesPerSecond: rate }),
    ...(shunt === undefined ? {} : { shuntOhm: shunt }),
    ...(shuntTolerance === undefined ? {} : { shuntTolerance }),
    ...(columns === undefined ? {} : { columns }),
    marker: marker !== undefined,
  };
}

/** Waits until so much was measured, or Ctrl-C. */
async function waitFor(io: Io, recorder: Recorder, seconds: number, signal: AbortSignal): Promise<Facts> {
  const until = recorder.seconds + seconds;
  while (recorder.seconds < until && !signal.aborted) {
    recorder.expectAlive();
    io.progress(`measuring: ${recorder.seconds.toFixed(1)} of ${digits(until)} s`);
    await sleep(TICK_MS);
  }
  return { problems: signal.aborted ? ["stopped before the time was over"] : [], counts: {} };
}

async function save(io: Io, file: string, trace: Trace): Promise<void> {
  const parts: Uint8Array[] = [...traceCsv(trace)];
  const csv = Buffer.concat(parts);
  if (!file.endsWith(".gz")) return io.writeFile(file, csv);
  const { gzipSync } = await import("node:zlib");
  await io.writeFile(file, gzipSync(csv));
}

/** Inferences on a board in windows, with idle time around them. */
class BoardRun {
  readonly #io: Io;
  readonly #session: DeviceSession;
  readonly #options: EnergyOptions;
  readonly #signal: AbortSignal;
  readonly #tickHz: number;
  readonly #inferences: number;

  private constructor(
    io: Io,
    session: DeviceSession,
    options: EnergyOptions,
    signal: AbortSignal,
    clock: { tickHz: number; inferences: number },
  ) {
    this.#io = io;
    this.#session = session;
    this.#options = options;
    this.#signal = signal;
    this.#tickHz = clock.tickHz;
    this.#inferences = clock.inferences;
  }

  /** Brings the network onto the board, compares its outputs with the core here, and sees how long an inference takes. */
  static async open(io: Io, target: Target, options: EnergyOptions, signal: AbortSignal): Promise<BoardRun> {
    const read = await readNetwork(io, options.run!, options.config, options.precision);
    const network = await compiledFor(read, target.board);
    const { boardPort } = options;
    io.progress(`looking for ${target.id}`);
    const link = await linkTo(io, target, boardPort === undefined ? {} : { port: boardPort });
    const session = new DeviceSession(link);
    try {
      const hello = await greet(session, target.id);
      const dataBytes = await install(io, session, hello, network, "ram");
      const { compiled } = network;
      const row = encodeRow(compiled, noiseSequence(compiled.input.length, 4), 0);
      const [expected] = await expectedRows(compiled, [row]);
      const done = await runRow(session, compiled, row, dataBytes);
      const differing =
        differingWords(done.records, expected!.records, compiled) +
        differingWords(done.state, expected!.state, compiled);
      if (differing > 0)
        throw new RunFailure(
          `${target.id}: expected the bits of the core on this machine, found ${differing} differing words`,
        );
      const { ticks } = await session.timeTogether(TRIAL_INFERENCES, TRIAL_INFERENCES);
      const seconds = Number(ticks) / hello.tickHz / TRIAL_INFERENCES;
      const inferences =
        options.inferences ?? Math.max(LEAST_INFERENCES, Math.ceil(WINDOW_SECONDS / seconds));
      return new BoardRun(io, session, options, signal, { tickHz: hello.tickHz, inferences });
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async measure(recorder: Recorder): Promise<Facts> {
    const count = this.#options.windows ?? WINDOWS;
    let [ticks, done] = [0n, 0];
    await this.#idle(recorder);
    while (done < count && !this.#signal.aborted) {
      this.#io.progress(`window ${done + 1} of ${count}: ${this.#inferences} inferences`);
      const end = recorder.window();
      const run = await this.#session.timeTogether(this.#inferences, 0);
      end();
      recorder.expectAlive();
      ticks += run.ticks;
      done++;
      await this.#idle(recorder);
    }
    if (done === 0)
      throw complain("bad-input", "energy", { expected: "at least one window before Ctrl-C", found: "none" });
    const throughputPerSecond = (this.#inferences * done) / (Number(ticks) / this.#tickHz);
    return {
      problems: done < count ? [`stopped after ${done} of ${count} windows`] : [],
      counts: { inferences: this.#inferences, throughputPerSecond },
    };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #idle(recorder: Recorder): Promise<void> {
    const until = recorder.seconds + IDLE_SECONDS;
    while (recorder.seconds < until && !this.#signal.aborted) {
      recorder.expectAlive();
      await sleep(TICK_MS);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
