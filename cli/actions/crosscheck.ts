import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytes as coreBytes } from "#core/scalar";
import type { Calibration, EmulatedBoard } from "../../bindings/board/emulated.ts";
import { DeviceSession } from "../../bindings/device/device-session.ts";
import { calibrationOf, leaveOneCellOut } from "../../bindings/estimate/calibrate.ts";
import { estimateCounts } from "../../bindings/estimate/counts.ts";
import type { Interval } from "../../bindings/estimate/interval.ts";
import { crc32 } from "../../bindings/image/crc32.ts";
import type { Network } from "../../bindings/network.ts";
import { type Agreement, agreementOf } from "../../bindings/statistics/agreement.ts";
import manifest from "../../package.json" with { type: "json" };
import type { CrosscheckOptions } from "../commands/crosscheck.ts";
import { type Measurement, measureNetworks } from "../crosscheck/measure.ts";
import { calibrationFile, readCalibration } from "../crosscheck/read-calibration.ts";
import { SUITE, suiteNetwork } from "../crosscheck/suite.ts";
import { RunFailure } from "../exit.ts";
import { startEmulator } from "../firmware/emulator.ts";
import { firmwareCompiler, readyFirmware } from "../firmware/ready-firmware.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { readNetwork } from "../read-network.ts";
import { percent, table, whole } from "../text.ts";
import { findEmulated } from "./board/targets.ts";

interface Row {
  id: string;
  cell: string;
  precision: string;
  measured: number;
  estimate: Interval;
  uncalibrated: number;
  /** estimate / measured - 1. */
  error: number;
  differing: number;
}

interface Report {
  board: string;
  emulated: true;
  counts: EmulatedBoard["counts"];
  /** Networks that the calibration was fitted to; null: not calibrated. */
  calibratedOn: string[] | null;
  /** CRC-32 of the core that the calibration was measured with, where it is not this one. */
  calibratedWithCore: string | null;
  networks: Row[];
  /** Over the networks that were not fitted to. */
  agreement: Agreement;
  uncalibrated: Agreement;
  /** Of the fitted networks, each predicted by a fit to the other cells; only with --calibrate. */
  leaveOneCellOut: { meanError: number; worstError: number } | null;
  calibration: string | null;
}

/** Prints how far estimates agree with an emulated board. Throws RunFailure beyond the tolerance, or when a bit differs. */
export async function crosscheck(io: Io, weights: string[], options: CrosscheckOptions): Promise<void> {
  const board = findEmulated(options.board);
  checkOptions(weights, options);
  const suite = [...SUITE.fit, ...SUITE.judge].map(suiteNetwork);
  const networks =
    options.suite === true
      ? suite
      : await Promise.all(weights.map((path) => readNetwork(io, path, options.config)));
  const measurements = await measureOn(io, board, networks);
  io.progress(null);

  const fitted = options.calibrate ? measurements.slice(0, SUITE.fit.length) : [];
  const calibration = options.calibrate
    ? await calibrate(io, board, fitted, measurements.slice(fitted.length))
    : await readCalibration(board);
  const report = reportOf(board, measurements, calibration, options.suite === true ? SUITE.fit.length : 0);
  if (options.calibrate) {
    const errors = leaveOneCellOut(fitted).map(Math.abs);
    report.leaveOneCellOut = {
      meanError: errors.reduce((sum, e) => sum + e, 0) / errors.length,
      worstError: Math.max(...errors),
    };
    report.calibration = options.out ?? calibrationFile(board);
    await io.writeFile(report.calibration, `${JSON.stringify(calibration, null, 2)}\n`);
  }
  io.print(options.json ? JSON.stringify(report) : describe(report, io.colour));
  // A suite takes minutes: what it found is shown before a picture can fail.
  if (options.plot !== undefined) await plot(io, options.plot, report);
  failWhereDue(report, options);
}

async function plot(
  io: Io,
  file: string,
  { board, counts, networks, agreement, calibratedOn }: Report,
): Promise<void> {
  // Vega takes longer to load than one network to measure.
  const [{ crosscheckChart }, { renderSvg }] = await Promise.all([
    import("../chart/crosscheck-chart.ts"),
    import("../chart/render-svg.ts"),
  ]);
  const fitted = new Set(calibratedOn);
  const checked = networks.map((row) => ({ ...row, fitted: fitted.has(row.id) }));
  const chart = crosscheckChart(checked, { board, counts, agreement, calibrated: calibratedOn !== null });
  await io.writeFile(file, await renderSvg(chart));
}

function checkOptions(weights: readonly string[], { suite, calibrate, out }: CrosscheckOptions): void {
  if (weights.length > 0 === (suite === true))
    throw usageError(`crosscheck: expected networks or --suite, found ${suite ? "both" : "neither"}`);
  if (calibrate && !suite) throw usageError("--calibrate: expected with --suite, found without");
  if (out !== undefined && !calibrate) throw usageError("--out: expected with --calibrate, found without");
}

async function measureOn(io: Io, board: EmulatedBoard, networks: readonly Network[]): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    const building = () => io.progress(`building the firmware of ${board.id}`);
    const session = new DeviceSession(
      await startEmulator(board, await readyFirmware(board.id, folder, building)),
    );
    try {
      return await measureNetworks(board, session, networks, (done, name) =>
        io.progress(`network ${done + 1} of ${networks.length}: ${name}`),
      );
    } finally {
      await session.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportOf(
  board: EmulatedBoard,
  measurements: readonly Measurement[],
  calibration: Calibration | null,
  nFit: number,
): Report {
  const estimated = measurements.map((measurement) => ({
    measurement,
    estimate: estimateCounts(measurement.profile, board, calibration).count,
    uncalibrated: estimateCounts(measurement.profile, board, null).count,
  }));
  const judged = estimated.slice(nFit);
  const agreement = (key: "estimate" | "uncalibrated") =>
    agreementOf(judged.map((pair) => ({ measured: pair.measurement.measured, estimate: pair[key] })));
  return {
    board: board.id,
    emulated: true,
    counts: board.counts,
    calibratedOn: calibration?.fittedTo ?? null,
    calibratedWithCore: otherCore(calibration),
    networks: estimated.map(({ measurement, estimate, uncalibrated }) => ({
      id: measurement.id,
      cell: measurement.cell,
      precision: measurement.precision,
      measured: measurement.measured,
      estimate,
      uncalibrated: uncalibrated.typ,
      error: estimate.typ / measurement.measured - 1,
      differing: measurement.differing,
    })),
    agreement: agreement("estimate"),
    uncalibrated: agreement("uncalibrated"),
    leaveOneCellOut: null,
    calibration: null,
  };
}

/** A calibration fitted to some networks, with what it came from and how it does on others. */
async function calibrate(
  io: Io,
  board: EmulatedBoard,
  fitted: readonly Measurement[],
  judged: readonly Measurement[],
): Promise<Calibration> {
  const agreement = (calibration: Calibration | null) =>
    agreementOf(
      judged.map(({ measured, profile }) => ({
        measured,
        estimate: estimateCounts(profile, board, calibration).count,
      })),
    );
  const calibration = calibrationOf(board, fitted, {});
  const [after, before] = [agreement(calibration), agreement(null)];
  const qemu = board.emulator.kind === "qemu" ? await io.runTool("qemu-system-arm", ["--version"]) : null;
  return {
    ...calibration,
    provenance: {
      measured: `emulated, no silicon: ${board.name}`,
      version: manifest.version,
      coreCrc: ownCore(),
      compiler: await firmwareCompiler(board.id),
      emulator: qemu === null ? board.emulator.kind : (qemu.text.split("\n")[0] ?? "").trim(),
      networksNotFitted: judged.length,
      meanError: rounded(after.meanError),
      worstError: rounded(after.worstError),
      uncalibratedMeanError: rounded(before.meanError),
      uncalibratedWorstError: rounded(before.worstError),
    },
  };
}

function ownCore(): string {
  return crc32(coreBytes()).toString(16).padStart(8, "0");
}

function otherCore(calibration: Calibration | null): string | null {
  const core = calibration?.provenance.coreCrc;
  return core === undefined || core === ownCore() ? null : String(core);
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function failWhereDue({ board, networks, agreement }: Report, { tolerance }: CrosscheckOptions): void {
  const wrong = networks.filter(({ differing }) => differing > 0);
  if (wrong.length > 0) {
    throw new RunFailure(
      `${board}: expected the bits of the core on this machine, found other ones from ${wrong.map(({ id }) => id).join(", ")}`,
    );
  }
  if (tolerance !== undefined && 100 * agreement.meanError > tolerance) {
    throw new RunFailure(
      `${board}: expected a mean error of at most ${tolerance} %, found ${(100 * agreement.meanError).toFixed(1)} %`,
    );
  }
}

const right = "right" as const;

function describe(report: Report, colour: boolean): string {
  const { board, counts, calibratedOn, networks, agreement, uncalibrated } = report;
  const signed = (error: number) => `${error < 0 ? "-" : "+"}${(100 * Math.abs(error)).toFixed(1)} %`;
  const differing = networks.filter((row) => row.differing > 0).length;
  return [
    `Estimated and executed ${counts} of a time step on ${board} (emulated; no silicon was measured)`,
    "",
    table(
      [
        { title: "network" },
        { title: "cell" },
        { title: "precision" },
        { title: "executed", align: right },
        { title: "estimate", align: right },
        { title: "[min–max]", align: right },
        { title: "error", align: right },
        { title: "uncalibrated", align: right },
      ],
      networks.map((row) => [
        calibratedOn?.includes(row.id) ? `${row.id} (fitted)` : row.id,
        row.cell.split(".").at(-1)!,
        row.precision,
        whole(row.measured),
        whole(row.estimate.typ),
        `[${whole(row.estimate.min)}–${whole(row.estimate.max)}]`,
        signed(row.error),
        signed(row.uncalibrated / row.measured - 1),
      ]),
      colour,
    ),
    "",
    `Outputs: ${differing === 0 ? "bit for bit those of the core on this machine" : `${differing} NETWORKS DIFFER`}.`,
    calibratedOn === null
      ? "Not calibrated."
      : `Calibrated on ${calibratedOn.length} networks${agreement.n === 1 ? "" : `; the error is that of ${agreement.n} others`}.`,
    ...(report.calibratedWithCore === null
      ? []
      : [
          `The calibration is of another core (${report.calibratedWithCore}): --suite --calibrate renews it.`,
        ]),
    // Of one network the table says it all.
    ...(agreement.n === 1 ? [] : [errorLine("Error", agreement, signed)]),
    ...(calibratedOn === null || agreement.n === 1 ? [] : [errorLine("Uncalibrated", uncalibrated, signed)]),
    ...(report.leaveOneCellOut === null
      ? []
      : [
          `Fitted without its own cell: mean ${percent(report.leaveOneCellOut.meanError)}, worst ${percent(report.leaveOneCellOut.worstError)}.`,
        ]),
    ...(report.calibration === null ? [] : [`Written: ${report.calibration}`]),
  ].join("\n");
}

function errorLine(title: string, agreement: Agreement, signed: (error: number) => string): string {
  const { meanError, worstError, bias, limits, coverage, medianIntervalWidth } = agreement;
  return (
    `${title}: mean ${percent(meanError)}, worst ${percent(worstError)}; bias ${signed(bias)}, limits of agreement ` +
    `${signed(limits.min)} to ${signed(limits.max)}; ${percent(coverage)} inside the 90 % interval (median width ` +
    `${percent(medianIntervalWidth)}).`
  );
}
