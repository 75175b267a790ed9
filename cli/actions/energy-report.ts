// The result of `energy` as people read it.

import type { ErrorBudget } from "../../bindings/measure/accuracy.ts";
import type { EnergyReport, WindowEnergy } from "../../bindings/measure/measure-energy.ts";
import { sampleCount, type Trace, traceSpan } from "../../bindings/measure/trace.ts";
import { type Column, count, digits, paragraph, percent, range, styled, table, whole } from "../text.ts";

/** Energies are read off to a part in a million: what an instrument resolves, not what it gets right. */
const ENERGY_DIGITS = 6;

export function describeEnergy(
  trace: Trace,
  report: EnergyReport,
  plot: string | undefined,
  colour: boolean,
): string {
  const { windows, problems, notes, corrected, idlePowerMw, valid, medianRangeUj } = report;
  const { from, to } = traceSpan(trace);
  const median =
    `${styled(colour, "bold", `${digits(report.medianEnergyPerInferenceUj, ENERGY_DIGITS)} µJ an inference`)}, ` +
    `the median of ${count(windows.length, "window")}` +
    (medianRangeUj === null ? "" : `; 90 % interval ${range(medianRangeUj)}`);
  const lines = [
    styled(colour, "bold", trace.source),
    paragraph(
      `${trace.instrument}, ${count(sampleCount(trace), "sample")} in ${digits(to - from)} s, ` +
        `${digits(trace.clock.samplesPerSecond)} a second`,
    ),
    "",
    windowTable(windows, colour),
    "",
    median,
    ...(idlePowerMw === null ? [] : [`idle power of ${digits(idlePowerMw)} mW subtracted`]),
    paragraph(uncertainty(trace, windows)),
    ...notes.map((note) => paragraph(`note: ${note}`)),
    ...problems.map((problem) => paragraph(styled(colour, "red", `problem: ${problem}`))),
  ];
  if (corrected !== null) {
    lines.push(
      "",
      "Windows that agree with the throughput:",
      windowTable(corrected.windows, colour),
      "",
      `${digits(corrected.medianEnergyPerInferenceUj, ENERGY_DIGITS)} µJ an inference`,
    );
  }
  lines.push(valid ? styled(colour, "green", "valid") : styled(colour, "red", "not valid"));
  if (plot !== undefined) lines.push(`power over time: ${plot}`);
  return lines.join("\n");
}

function windowTable(windows: readonly WindowEnergy[], colour: boolean): string {
  const ranged = windows.some(({ energyRangeUj }) => energyRangeUj !== null);
  const titles = [
    "window",
    "from s",
    "lasts s",
    "samples",
    "mean mW",
    "peak mW",
    "energy µJ",
    "inferences",
    "µJ each",
  ];
  const columns: Column[] = titles.map((title) => ({ title, align: "right" }));
  if (ranged) columns.push({ title: "[min–max]", align: "right", gap: 1 });
  const rows = windows.map((w) => [
    String(w.window),
    w.startSeconds.toFixed(3),
    w.durationSeconds.toFixed(3),
    whole(w.samples),
    digits(w.averagePowerMw),
    digits(w.peakPowerMw),
    digits(w.energyUj, ENERGY_DIGITS + 2),
    whole(w.inferences),
    digits(w.energyPerInferenceUj, ENERGY_DIGITS),
    ...(ranged ? [eachRange(w)] : []),
  ]);
  return table(columns, rows, colour);
}

function eachRange({ energyRangeUj, inferences }: WindowEnergy): string {
  if (energyRangeUj === null) return "";
  return `[${range({ min: energyRangeUj.min / inferences, max: energyRangeUj.max / inferences })}]`;
}

/** Where the interval comes from, the largest part first. */
function uncertainty({ accuracy }: Trace, windows: readonly WindowEnergy[]): string {
  const [first] = windows;
  if (first?.budgetUj == null) {
    return "no interval: the file does not say what took the samples (--instrument does)";
  }
  const parts = (Object.entries(first.budgetUj) as [keyof ErrorBudget, number][])
    .filter(([, uj]) => uj > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, uj]) => `${name} ${percent(uj / Math.abs(first.energyUj))}`);
  return `standard uncertainty of window ${first.window}: ${parts.join(", ")} (${accuracy?.source ?? "as given"})`;
}
