// From a trace and what it is to be cut by to energies: per window, per inference, with what makes them doubtful.

import { complain } from "../errors.ts";
import type { Interval } from "../estimate/interval.ts";
import { median } from "../statistics/samples.ts";
import { type Accuracy, type ErrorBudget, energyInterval, errorBudget } from "./accuracy.ts";
import { type Integral, Integrator } from "./integrate.ts";
import { checkSession } from "./session.ts";
import { firstSampleFrom, MIN_SAMPLES, sampleCount, type Trace } from "./trace.ts";
import { findWindows, type Window, type WindowRule } from "./windows.ts";
import { withoutOffset, type ZeroCurrent } from "./zero-current.ts";

/** Where the windows are, and what each holds. */
export interface MeasureOptions {
  /** Where in the trace inferences run. */
  windows: WindowRule;
  /** In each window; default 1. */
  inferences?: number;
  /** Inferences a second in performance mode, against which the length of the windows is checked. */
  throughputPerSecond?: number;
  /** Power to subtract in watts, or "outside": the mean between and beside the windows. */
  subtractIdle?: number | "outside";
  /** Replaces what the trace says of the instrument's errors. */
  accuracy?: Accuracy;
  /** Offset that a capture at zero current showed, in amperes: subtracted. */
  zero?: ZeroCurrent;
  /** Share of a window's samples that may be missing and bridged; default 0. */
  maxMissingShare?: number;
  /** Holds the windows to the run rules of MLPerf Tiny. */
  mlperfRules?: boolean;
}

/** Energy of one window. */
export interface WindowEnergy {
  /** Its number in the trace. */
  window: number;
  /** On the instrument's clock. */
  startSeconds: number;
  durationSeconds: number;
  /** Without those that are missing. */
  samples: number;
  /** Lost or not measured, and bridged. */
  missingSamples: number;
  /** Without the idle energy where that is subtracted. */
  energyUj: number;
  /** 90 %; null for an instrument of unknown accuracy. */
  energyRangeUj: Interval | null;
  /** Standard uncertainties behind the interval, in microjoules. */
  budgetUj: ErrorBudget | null;
  /** What was subtracted; 0 where nothing was. */
  idleEnergyUj: number;
  /** Idle power included. */
  averagePowerMw: number;
  /** Of the highest sample, idle power included. */
  peakPowerMw: number;
  /** That ran in the window, as the caller says. */
  inferences: number;
  /** `energyUj` by `inferences`. */
  energyPerInferenceUj: number;
}

/** Energy of the windows of a trace, and whether it can be relied upon. */
export interface EnergyReport {
  windows: WindowEnergy[];
  /** Of all windows. */
  medianEnergyPerInferenceUj: number;
  /** The median of the windows' bounds; null for an instrument of unknown accuracy. */
  medianRangeUj: Interval | null;
  /** Whether nothing speaks against the figures. */
  valid: boolean;
  /** Why it is not valid. */
  problems: string[];
  /** What a reader should know besides. */
  notes: string[];
  /** What was subtracted; null where nothing was. */
  idlePowerMw: number | null;
  /** Windows that agree with the throughput, where those asked for do not. */
  corrected: { windows: WindowEnergy[]; medianEnergyPerInferenceUj: number } | null;
}

/** Of the mean current of a window: an offset that may be larger asks for a capture at zero current. */
const MAX_OFFSET_SHARE = 0.01;

/**
 * Energy of each window of a trace.
 * @throws LiquidEdgeError `bad-input` for a window that has no energy to speak of: too few samples, missing or saturated
 * ones, outside of the trace, an offset that only a capture at zero current can take out
 */
export function measureEnergy(recorded: Trace, options: MeasureOptions): EnergyReport {
  const trace = options.zero === undefined ? recorded : withoutOffset(recorded, options.zero);
  const integrator = new Integrator(trace);
  const found = findWindows(trace, options.windows);
  const { problems: doubts, shifted } = checkSession(trace, found.windows, options);
  const { windows, idleW } = measureWindows(trace, integrator, found.windows, options);
  const medianEnergyPerInferenceUj = medianOf(windows);
  const problems = [...found.problems, ...doubts];
  const missing = windows.reduce((sum, { missingSamples }) => sum + missingSamples, 0);
  if (missing > 0) problems.push(`${missing} samples are missing in the windows and were bridged`);
  const negative = windows.filter(({ energyUj }) => energyUj < 0).map(({ window }) => window);
  if (negative.length > 0) {
    problems.push(
      `windows ${negative.join(", ")} take less power than what was subtracted as idle: nothing idles there`,
    );
  }
  let corrected: EnergyReport["corrected"] = null;
  if (shifted !== null) {
    const others = measureWindows(trace, integrator, shifted, options).windows;
    corrected = { windows: others, medianEnergyPerInferenceUj: medianOf(others) };
    problems.push(
      `windows from mark 2 on agree with the throughput: ${short(corrected.medianEnergyPerInferenceUj)} µJ an inference ` +
        `instead of ${short(medianEnergyPerInferenceUj)} µJ`,
    );
  }
  return {
    windows,
    medianEnergyPerInferenceUj,
    medianRangeUj: medianRange(windows),
    valid: problems.length === 0,
    problems,
    notes: [...trace.notes, ...found.notes],
    idlePowerMw: idleW === null ? null : idleW * 1000,
    corrected,
  };
}

function measureWindows(
  trace: Trace,
  integrator: Integrator,
  windows: readonly Window[],
  options: MeasureOptions,
): { windows: WindowEnergy[]; idleW: number | null } {
  const { subtractIdle } = options;
  const idleW =
    subtractIdle === "outside" ? powerOutside(trace, integrator, windows) : (subtractIdle ?? null);
  return {
    windows: windows.map((window) => measureWindow(trace, integrator, window, options, idleW)),
    idleW,
  };
}

/** Five digits, without the thousands apart: for messages. */
function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function measureWindow(
  trace: Trace,
  integrator: Integrator,
  window: Window,
  { inferences = 1, accuracy = trace.accuracy ?? undefined, zero, maxMissingShare = 0 }: MeasureOptions,
  idleW: number | null,
): WindowEnergy {
  const { number, startSeconds, endSeconds } = window;
  const durationSeconds = endSeconds - startSeconds;
  const integral = integrator.between(startSeconds, endSeconds, `window ${number}`);
  expectUsable(trace, number, integral, maxMissingShare);
  const idleEnergyUj = (idleW ?? 0) * durationSeconds * 1e6;
  const energyUj = integral.joules * 1e6 - idleEnergyUj;
  let budgetUj: ErrorBudget | null = null;
  if (accuracy !== undefined) {
    const volts = meanVolts(trace);
    const limits = zero === undefined ? accuracy : { ...accuracy, offsetA: zero.uncertaintyA * Math.sqrt(3) };
    const offsetCancels = idleW !== null;
    if (!offsetCancels) expectSmallOffset(trace, number, limits, integral.joules / durationSeconds / volts);
    budgetUj = errorBudget(limits, {
      energyUj,
      durationSeconds,
      edgeSeconds: window.edgeSeconds,
      stepW: integral.stepW,
      samples: integral.samples,
      volts,
      bridgedSeconds: integral.bridgedSeconds,
      spanW: integral.peakW - integral.leastW,
      offsetCancels,
    });
  }
  return {
    window: number,
    startSeconds,
    durationSeconds,
    samples: integral.samples,
    missingSamples: integral.missing,
    energyUj,
    energyRangeUj: budgetUj === null ? null : energyInterval(energyUj, budgetUj),
    budgetUj,
    idleEnergyUj,
    averagePowerMw: (1000 * integral.joules) / durationSeconds,
    peakPowerMw: 1000 * integral.peakW,
    inferences,
    energyPerInferenceUj: energyUj / inferences,
  };
}

function expectUsable(trace: Trace, number: number, integral: Integral, maxMissingShare: number): void {
  const { samples, missing, saturated } = integral;
  const refuse = (expected: string, found: string, hint: string) =>
    complain("bad-input", trace.source, { field: `window ${number}`, expected, found, hint });
  if (saturated > 0) {
    throw refuse("no saturated sample", String(saturated), "the current leaves the instrument's range");
  }
  if (samples < MIN_SAMPLES) {
    throw refuse(
      `at least ${MIN_SAMPLES} samples`,
      String(samples),
      "put one window around more inferences, or sample faster",
    );
  }
  if (missing > maxMissingShare * (samples + missing)) {
    throw refuse(
      maxMissingShare === 0
        ? "no sample missing or NaN"
        : `at most ${maxMissingShare * 100} % of samples missing or NaN`,
      `${missing} of ${samples + missing}`,
      "--allow-missing bridges a share of them",
    );
  }
}

function expectSmallOffset(trace: Trace, number: number, accuracy: Accuracy, amperes: number): void {
  if (!accuracy.zeroCapture || accuracy.offsetA <= MAX_OFFSET_SHARE * Math.abs(amperes)) return;
  throw complain("bad-input", trace.source, {
    field: `window ${number}`,
    expected: `a capture at zero current beside it, because the offset of ${accuracy.name} may be ${ua(accuracy.offsetA)}`,
    found: `none, and a mean current of ${ua(amperes)}`,
    hint: "record the disconnected supply and pass it as --zero, or subtract idle",
  });
}

function ua(amperes: number): string {
  return `${Number((amperes * 1e6).toPrecision(3))} µA`;
}

/** Mean power between and beside the windows, in watts, without the sample next to each edge. */
function powerOutside(trace: Trace, integrator: Integrator, windows: readonly Window[]): number {
  let [sumW, samples, from] = [0, 0, 0];
  const add = (end: number) => {
    const part = integrator.sumOfPowers(from, end);
    sumW += part.sumW;
    samples += part.samples;
  };
  for (const { startSeconds, endSeconds } of windows) {
    add(firstSampleFrom(trace, startSeconds) - 1);
    from = firstSampleFrom(trace, endSeconds) + 1;
  }
  add(sampleCount(trace));
  if (samples >= MIN_SAMPLES) return sumW / samples;
  throw complain("bad-input", trace.source, {
    field: "idle",
    expected: `at least ${MIN_SAMPLES} samples outside of the windows`,
    found: String(samples),
  });
}

function meanVolts({ quantity }: Trace): number {
  if (quantity.kind !== "current") return NOMINAL_VOLTS;
  if (typeof quantity.volts === "number") return quantity.volts;
  let sum = 0;
  for (const value of quantity.volts) sum += value;
  return sum / quantity.volts.length;
}

/** Turns an offset of current into power where a trace has no voltage. */
const NOMINAL_VOLTS = 3.3;

function medianRange(windows: readonly WindowEnergy[]): Interval | null {
  const ranges = windows.map(({ energyRangeUj, inferences }) => ({ range: energyRangeUj, inferences }));
  if (ranges.some(({ range }) => range === null)) return null;
  const bound = (key: keyof Interval) =>
    median(ranges.map(({ range, inferences }) => range![key] / inferences));
  return { typ: bound("typ"), min: bound("min"), max: bound("max") };
}

function medianOf(windows: readonly WindowEnergy[]): number {
  return median(windows.map(({ energyPerInferenceUj }) => energyPerInferenceUj));
}
