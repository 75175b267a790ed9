import { basename, dirname, extname, join } from "node:path";
import { emulatedBoards } from "../../bindings/board/emulated.ts";
import { builtinBoards } from "../../bindings/board/load.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { parseBudget } from "../../bindings/record/budget.ts";
import { gate } from "../../bindings/record/gate.ts";
import { HISTORY_FILE, readHistory } from "../../bindings/record/keep.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { seriesOf, trendsOf } from "../../bindings/record/trend.ts";
import { parseCrosscheck } from "../../bindings/report/read-crosscheck.ts";
import {
  type AgreementSet,
  buildReport,
  type EmulatedAgreement,
  focusOf,
  type ReportData,
  type ReportInput,
} from "../../bindings/report/report.ts";
import { agreementOf } from "../../bindings/statistics/agreement.ts";
import { findBaseline } from "../baseline-files.ts";
import { DEFAULT_SUITE } from "../commands/benchmark.ts";
import type { ReportOptions } from "../commands/report.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { fileName, hinted, readJson } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";
import { commandLines } from "../report/command-lines.ts";
import { detailsOf, fidelityOf, warningsOf } from "../report/details.ts";
import { PUBLISHED } from "../report/sections/agreement.ts";
import { checkEntry, readSubject, type Subject } from "../report/subject.ts";
import { bytes } from "../text.ts";
import { gateReport } from "./baseline/check.ts";

/** Writes the report. The HTML comes first, so that it is there where a PDF cannot be made. */
export async function report(io: Io, input: string, options: ReportOptions): Promise<void> {
  const files = outputs(options);
  const data = await reportData(io, input, options, timeOf(process.env.SOURCE_DATE_EPOCH));
  const [{ writeDocument }, { drawFigures }, { htmlOf }] = await Promise.all([
    import("../report/write-document.ts"),
    import("../report/draw.ts"),
    import("../report/html.ts"),
  ]);
  const document = writeDocument(data);
  const svgs = await drawFigures(document);
  const html = htmlOf(document, svgs);
  await io.writeFile(files.html, html);
  const written = [{ file: files.html, bytes: Buffer.byteLength(html) }];
  if (!options.json) io.print(`${fileName(files.html)}: ${bytes(written[0]!.bytes)}, opens in any browser`);
  if (files.pdf !== null) {
    const { pdfOf } = await import("../report/pdf.ts");
    const pdf = await pdfOf(document, svgs);
    await io.writeFile(files.pdf, pdf);
    written.push({ file: files.pdf, bytes: pdf.byteLength });
    if (!options.json) io.print(`${fileName(files.pdf)}: ${bytes(pdf.byteLength)}, PDF/UA-1`);
  }
  const { takeaway } = document.sections[0]!;
  if (!options.json) io.print(takeaway);
  else {
    const exitCode = "missing" in data.gate ? null : data.gate.exitCode;
    io.print(JSON.stringify({ files: written, gateExitCode: exitCode, verdict: takeaway }));
  }
}

/** All numbers of the report. */
async function reportData(io: Io, input: string, options: ReportOptions, at: Date): Promise<ReportData> {
  const agreement = await agreementSets(io, options);
  const budget =
    options.budget === undefined
      ? []
      : parseBudget(await readYaml(io, options.budget, "bad-record"), fileName(options.budget));
  const reading = hinted(io, (path) => path === DEFAULT_SUITE, "name a checkpoint, a suite or a record");
  const subject = await readSubject(reading, input, options, at);
  const { record, kind, summaries, costed } = subject;
  checkEntry(subject, options.entry, fileName(input));
  const boards = new Map(builtinBoards().map((board) => [board.id, board]));
  const focus = focusOf(record, boards, options.entry);
  return buildReport({
    title: options.title ?? titleOf(input, subject),
    kind,
    source: input,
    at: at.toISOString(),
    record,
    boards,
    battery: { capacityMah: options.batteryMah, voltageV: options.batteryV },
    summaries,
    details: await detailsOf(costed, focus),
    focus,
    fidelity: await fidelityOf(costed),
    warnings: warningsOf(costed),
    ...(await gateOf(io, record, options, budget)),
    trends: await trendsFor(io, record, options),
    agreement,
    emulated: emulatedAgreements(),
    commands: commandLines(input, options, { commit: record.git?.commit ?? null, at, kind }),
  });
}

/** The files to write. Throws a usage error for options that do not go together. */
function outputs(options: ReportOptions): { html: string; pdf: string | null } {
  const { out, pdf, baselineVersion, threshold, accuracyPoints, budget } = options;
  const beside = join(dirname(out), `${basename(out, extname(out))}.pdf`);
  const other = pdf === undefined ? null : pdf === true ? beside : pdf;
  if (baselineVersion === undefined && (threshold ?? accuracyPoints ?? budget) !== undefined) {
    throw usageError(
      "--threshold, --accuracy-points, --budget: expected with --baseline-version, found without",
    );
  }
  if (out === "-" || other === "-") throw usageError("--out, --pdf: expected a file, found standard output");
  if (out === other)
    throw usageError(`--pdf: expected another file than --out, found ${fileName(out)} twice`);
  return { html: out, pdf: other };
}

/** The time that a report says it was made at: SOURCE_DATE_EPOCH, in seconds since 1970, where it is set. */
function timeOf(epoch: string | undefined): Date {
  if (epoch === undefined || epoch === "") return new Date();
  const seconds = /^\d{1,12}$/.test(epoch) ? Number(epoch) : Number.NaN;
  if (seconds * 1000 <= 8.64e15 && seconds < 253_402_300_800) return new Date(seconds * 1000);
  throw usageError(`SOURCE_DATE_EPOCH: expected seconds since 1970, found "${fileName(epoch)}"`);
}

function titleOf(input: string, { kind, record }: Subject): string {
  if (kind === "model") return `${basename(input)}: what it costs`;
  return `${record.suite}${record.version === null ? "" : ` ${record.version}`}: what it costs`;
}

/** A baseline that is missing or broken makes no report impossible: the report says so. */
async function gateOf(
  io: Io,
  record: BenchmarkRecord,
  { baselineVersion, folder, threshold = 0.05, accuracyPoints = 1 }: ReportOptions,
  limits: ReturnType<typeof parseBudget>,
): Promise<Pick<ReportInput, "gate" | "baselineRecord">> {
  const without = (missing: string) => ({ gate: { missing }, baselineRecord: null });
  if (baselineVersion === undefined) return without("no baseline was named (--baseline-version)");
  try {
    const baseline = await findBaseline(io, folder, baselineVersion);
    const result = gate(record, baseline.record, { threshold, accuracyPoints, limits });
    const { baselineName, source, exitCode, summary } = gateReport(result, baseline, {
      baselineVersion,
      threshold,
      strict: false,
    });
    return {
      gate: { baseline: baselineName, source, threshold, exitCode, summary, result },
      baselineRecord: baseline.record,
    };
  } catch (error) {
    if (error instanceof LiquidEdgeError) return without(error.message);
    throw error;
  }
}

async function trendsFor(
  io: Io,
  { entries }: BenchmarkRecord,
  { history, folder }: ReportOptions,
): Promise<ReportInput["trends"]> {
  const path = history ?? join(folder, HISTORY_FILE);
  const ids = new Set(entries.map(({ id }) => id));
  const lines = (await readHistory(io, path)).filter(({ id }) => ids.has(id));
  if (lines.length === 0)
    return { missing: `${fileName(path)} has no line of these entries, or is not there.` };
  return trendsOf(seriesOf(lines));
}

async function agreementSets(io: Io, { crosscheck = [] }: ReportOptions): Promise<AgreementSet[]> {
  const { default: published } = await import("../../boards/validation/results.json", {
    with: { type: "json" },
  });
  const setOf = (title: string, quantity: "latencyMs" | "energyUj", unit: string): AgreementSet => {
    const pairs = published.rows.flatMap((row) => {
      const pair = row[quantity];
      return pair === undefined ? [] : [{ name: row.name, ...pair }];
    });
    return {
      title,
      kind: "measured",
      quantity: unit,
      source: PUBLISHED,
      pairs,
      agreement: agreementOf(pairs),
    };
  };
  const own: AgreementSet[] = [];
  for (const path of crosscheck)
    own.push(parseCrosscheck(await readJson(io, path, "bad-input"), fileName(path)));
  return [
    setOf("Published latencies, ms", "latencyMs", "latency ms"),
    setOf("Published energies, µJ", "energyUj", "energy µJ"),
    ...own,
  ];
}

function emulatedAgreements(): EmulatedAgreement[] {
  return emulatedBoards().flatMap(({ id, core, counts, calibration }) => {
    if (calibration === null) return [];
    const { networksNotFitted, meanError, worstError, uncalibratedMeanError } = calibration.provenance;
    const [networks, mean, worst, before] = [
      networksNotFitted,
      meanError,
      worstError,
      uncalibratedMeanError,
    ].map(Number);
    return [
      {
        board: id,
        core: core.name,
        counts,
        networks: networks!,
        meanError: mean!,
        worstError: worst!,
        uncalibratedMeanError: before!,
      },
    ];
  });
}
