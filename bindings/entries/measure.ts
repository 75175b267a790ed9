// Instruments and their traces: energy with an error budget.

export { type Accuracy, accuracyOf, type ErrorBudget } from "../measure/accuracy.ts";
export { EnergyProfiler, MeasuredWindow } from "../measure/energy-profiler.ts";
export type { Instrument } from "../measure/instrument.ts";
export {
  type Latency,
  latencyOf,
  type MeasureLatencyOptions,
  measureLatency,
} from "../measure/latency.ts";
export { Lpm01a, type Lpm01aOptions } from "../measure/lpm01a.ts";
export {
  type EnergyReport,
  type MeasureOptions,
  measureEnergy,
  type WindowEnergy,
} from "../measure/measure-energy.ts";
export { Ppk2, type Ppk2Options } from "../measure/ppk2.ts";
export { parseMarks } from "../measure/read-mlperf.ts";
export { type ReadTraceOptions, readTrace } from "../measure/read-trace.ts";
export { type LiveRecording, Recorder } from "../measure/recorder.ts";
export type { Recording } from "../measure/recording.ts";
export { TextMeter, type TextMeterOptions } from "../measure/text-meter.ts";
export type { Trace } from "../measure/trace.ts";
export type { TraceFormat } from "../measure/trace-format.ts";
export type { ProfilerOptions } from "../measure/window-sources.ts";
export type { WindowRule } from "../measure/windows.ts";
export { zeroCurrent } from "../measure/zero-current.ts";
