import { type EnergyReport, measureEnergy } from "../../bindings/measure/measure-energy.ts";
import { parseMarks } from "../../bindings/measure/read-mlperf.ts";
import { type ReadTraceOptions, readTrace } from "../../bindings/measure/read-trace.ts";
import type { Recording } from "../../bindings/measure/recording.ts";
import type { WindowRule } from "../../bindings/measure/windows.ts";
import { zeroCurrent } from "../../bindings/measure/zero-current.ts";
import type { EnergyOptions } from "../commands/energy.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { fileName, readJson } from "../read-text.ts";
import type { LiveMeasurement } from "./energy-live.ts";
import { describeEnergy } from "./energy-report.ts";

/** Measures the windows of a trace and prints them. Throws RunFailure for an invalid result under --strict. */
export async function energy(io: Io, path: string | undefined, options: EnergyOptions): Promise<void> {
  expectOneRule(options);
  expectOneSource(path, options);
  const zero = options.zero === undefined ? null : await readZero(io, options.zero, options);
  const live = path === undefined ? await (await import("./energy-live.ts")).measureLive(io, options) : null;
  const recording: Recording =
    live === null
      ? await readTrace(await io.readFile(path!), fileName(path!), readOptions(options))
      : { trace: live.trace };
  const windows = await windowRule(io, live === null ? recording : withLiveWindows(live), options);
  const {
    inferences = recording.inferences ?? live?.inferences,
    throughput = live?.throughputPerSecond,
    subtractIdle,
    allowMissing,
  } = options;
  const measured = measureEnergy(recording.trace, {
    windows,
    ...(inferences === undefined ? {} : { inferences }),
    ...(throughput === undefined ? {} : { throughputPerSecond: throughput }),
    ...(subtractIdle === undefined
      ? {}
      : { subtractIdle: subtractIdle === true ? ("outside" as const) : subtractIdle / 1000 }),
    ...(zero === null ? {} : { zero }),
    ...(allowMissing === undefined ? {} : { maxMissingShare: allowMissing }),
    ...(recording.isMlperf === true ? { mlperfRules: true } : {}),
  });
  const report = live === null ? measured : withProblems(measured, live.problems);
  if (options.plot !== undefined) {
    const [{ renderSvg }, { energyChart }] = await Promise.all([
      import("../chart/render-svg.ts"),
      import("./energy-chart.ts"),
    ]);
    await io.writeFile(options.plot, await renderSvg(energyChart(recording.trace, report)));
  }
  io.print(
    options.json
      ? JSON.stringify(energyJson(report))
      : describeEnergy(recording.trace, report, options.plot, io.colour),
  );
  if (options.strict && !report.valid) {
    throw new RunFailure(`${recording.trace.source}: not valid: ${report.problems[0]}`);
  }
}

/** Windows by this machine's clock, which count where nothing else says where they are. */
function withLiveWindows({ trace, windows }: LiveMeasurement): Recording {
  return windows.length === 0 ? { trace } : { trace, windows: { by: "given", windows } };
}

function withProblems(report: EnergyReport, problems: readonly string[]): EnergyReport {
  if (problems.length === 0) return report;
  return { ...report, valid: false, problems: [...report.problems, ...problems] };
}

function expectOneSource(path: string | undefined, options: EnergyOptions): void {
  if ((path === undefined) === (options.port === undefined))
    throw usageError(
      `energy: expected a file or --port, found ${path === undefined ? "neither" : "both of them"}`,
    );
  if (path === undefined) return;
  const stray = (["seconds", "baud", "mode", "run", "board", "boardPort", "windows", "save"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (stray !== undefined)
    throw usageError(
      `--${stray === "boardPort" ? "board-port" : stray}: expected with --port, found with a file`,
    );
}

function expectOneRule({ timestamps, marker, threshold, whole }: EnergyOptions): void {
  const given = Object.entries({ timestamps, marker, threshold, whole }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 1) {
    throw usageError(
      `--${given[0]![0]} and --${given[1]![0]} both say where the windows are: give one of them`,
    );
  }
}

function readOptions(options: EnergyOptions): ReadTraceOptions {
  const { format, instrument, voltage, shunt, shuntTolerance, rate, columns } = options;
  return {
    ...(format === undefined ? {} : { format }),
    ...(instrument === undefined ? {} : { instrument }),
    ...(voltage === undefined ? {} : { volts: voltage }),
    ...(shunt === undefined ? {} : { shuntOhm: shunt }),
    ...(shuntTolerance === undefined ? {} : { shuntTolerance }),
    ...(rate === undefined ? {} : { samplesPerSecond: rate }),
    ...(columns === undefined ? {} : { columns }),
  };
}

async function readZero(io: Io, path: string, options: EnergyOptions) {
  return zeroCurrent((await readTrace(await io.readFile(path), fileName(path), readOptions(options))).trace);
}

async function windowRule(
  io: Io,
  { trace, windows, isMlperf }: Recording,
  { timestamps, marker, threshold, whole }: EnergyOptions,
): Promise<WindowRule> {
  if (timestamps !== undefined) {
    const marks = parseMarks(await readJson(io, timestamps, "bad-input"), fileName(timestamps));
    const paired = marks.seconds.length % 2 === 0 && isMlperf !== true;
    return { by: paired ? "pairs" : "marks", marks };
  }
  if (threshold !== undefined) return { by: "threshold", watts: threshold / 1000 };
  if (whole) return { by: "whole" };
  if (typeof marker === "string") return { by: "marker", channel: marker };
  if (windows !== undefined && marker === undefined) return windows;
  if (marker === true || trace.markers !== null || trace.edges !== null) return { by: "marker" };
  throw usageError(
    `${trace.source}: expected --timestamps, --threshold or --whole, because it marks no windows, found none of them`,
  );
}

/** The contract of `energy --json`. */
function energyJson({ windows, corrected, ...rest }: EnergyReport) {
  return { windows, ...rest, corrected };
}
