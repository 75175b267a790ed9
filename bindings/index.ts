// The public interface of the library. Everything else is internal.

export type { Board, CycleTable, Figure, Grade, IdleMode, OperatingPoint } from "./board/board.ts";
export { builtinBoards, findBoard, findPoint, parseBoardFile } from "./board/load.ts";
export { ENGINES, type Engine, hasSimd } from "./core/core.ts";
export { parseSequence, type Sequence, type SequenceResult } from "./core/sequence.ts";
export { Session, type SessionOptions } from "./core/session.ts";

export { OP_CLASSES, type OpClass, type OpCounts, totalOperations } from "./count/op-class.ts";
export type { KernelProfile, LayerProfile, MacCount, NetworkProfile, OpProfile } from "./count/op-profile.ts";
export { loadCsv } from "./data/csv-dataset.ts";
export type { DataFolder } from "./data/data-folder.ts";
export {
  DATASETS,
  type Dataset,
  type MetricName,
  type Normalisation,
  type Sample,
  type Split,
  type Task,
  windowed,
} from "./data/dataset.ts";
export { loadDataset } from "./data/load.ts";
export type { Hello } from "./device/hello.ts";
export type { Link } from "./device/link.ts";
export { type DeviceInference, McuConnection } from "./device/mcu-connection.ts";
export { type MlperfInference, MlperfSession } from "./device/mlperf-session.ts";
export { type ErrorCode, LiquidEdgeError } from "./errors.ts";
export {
  EnergySimulator,
  type EnergySimulatorOptions,
  type NetworkFacts,
} from "./estimate/energy-simulator.ts";
export { type Estimate, estimateJson } from "./estimate/estimate.ts";
export type { Interval } from "./estimate/interval.ts";
export { MemoryProfiler, type MemoryUse, type StaticMemory } from "./estimate/memory-profiler.ts";
export { parseOpProfile } from "./estimate/parse-profile.ts";
export { type Comparison, compareNetworks, type Drop, type PairedEvaluation } from "./evaluate/compare.ts";
export {
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type MetricResult,
  type Runnable,
} from "./evaluate/evaluate.ts";
export { type Deviation, type Fidelity, measureFidelity, type Saturation } from "./evaluate/fidelity.ts";
export { type CompiledLayer, type CompiledNetwork, type CompileOptions, compile } from "./image/compile.ts";
export type { Precision } from "./image/parameters.ts";

export { type Accuracy, accuracyOf, type ErrorBudget } from "./measure/accuracy.ts";
export { EnergyProfiler, MeasuredWindow } from "./measure/energy-profiler.ts";
export type { Instrument } from "./measure/instrument.ts";
export { Lpm01a, type Lpm01aOptions } from "./measure/lpm01a.ts";
export {
  type EnergyReport,
  type MeasureOptions,
  measureEnergy,
  type WindowEnergy,
} from "./measure/measure-energy.ts";
export { Ppk2, type Ppk2Options } from "./measure/ppk2.ts";
export { parseMarks } from "./measure/read-mlperf.ts";
export { type ReadTraceOptions, readTrace, type TraceFormat } from "./measure/read-trace.ts";
export type { Recording } from "./measure/recording.ts";
export { TextMeter, type TextMeterOptions } from "./measure/text-meter.ts";
export type { Trace } from "./measure/trace.ts";
export type { ProfilerOptions } from "./measure/window-sources.ts";
export type { WindowRule } from "./measure/windows.ts";
export { zeroCurrent } from "./measure/zero-current.ts";

export { readModel, toNcpsStateDict, writeModel } from "./network/checkpoint.ts";
export { describeModel, type ModelDescription, modelWiring } from "./network/describe.ts";
export type { Model, ModelClass, ModelConfig, Tensor, WiringConfig } from "./network/model.ts";
export { buildWiring, type Wiring } from "./network/wiring.ts";
export { type LoadOptions, Network, type RunOptions } from "./network.ts";
export type { BlockNorm } from "./prune/masks.ts";
export { type PruneOptions, prune, pruneMasks } from "./prune/prune.ts";
export { PRUNING_METHODS, type PrunedPart, type PruneReport, type PruningMethod } from "./prune/report.ts";
export {
  masksFrozen,
  type PruningSchedule,
  prunesAt,
  pruningSchedule,
  sparsityAt,
} from "./prune/schedule.ts";
export type { ConstantInput } from "./quantize/calibration.ts";
export {
  CALIBRATION_STEPS,
  calibrationOf,
  type DatasetCalibration,
} from "./quantize/calibration-data.ts";
export type { InputCounts } from "./quantize/input-map.ts";
export { type IntegerModel, readIntegerModel, writeIntegerModel } from "./quantize/integer-file.ts";
export type { IntegerPrecision } from "./quantize/precisions.ts";
export { type Quantized, type QuantizeOptions, quantize } from "./quantize/quantize.ts";
export type { LayerReport, QuantizationReport } from "./quantize/report.ts";
export type { Source } from "./read-source.node.ts";
export {
  type Comparison as GateComparison,
  type GateOptions,
  type GateResult,
  gate,
  type State,
} from "./record/gate.ts";
export type { BenchmarkRecord, Entry, Quantity, Reading } from "./record/record.ts";
export { type Series, seriesOf, type Trend, type TrendOptions, trendsOf } from "./record/trend.ts";
export {
  CELLS,
  type CellName,
  type CellOptions,
  networkFor,
} from "./train/cells.ts";
export { readCheckpoint, type TrainingCheckpoint, writeCheckpoint } from "./train/checkpoint-file.ts";
export type { DifferentiableNetwork, PrunableNetwork, SequenceNetwork } from "./train/differentiable.ts";
export { type BackwardOptions, Differentiator, type ForwardOptions } from "./train/differentiator.ts";
export { type EnergyBudget, energyEstimator, sparsityWithin } from "./train/energy-budget.ts";
export { initialModel } from "./train/initial-weights.ts";
export { type IntegerOutcome, integerOutcome } from "./train/integer-outcome.ts";
export type { ParameterRange } from "./train/parameters.ts";
export { QuantizedNetwork } from "./train/quantized-network.ts";
export { recipeFor } from "./train/recipe.ts";
export type { TrainingPruning, TrainingSettings } from "./train/settings.ts";
export { trainingNotes, withParameters } from "./train/trained-model.ts";
export {
  type EpochRecord,
  Trainer,
  type TrainingData,
  type TrainingEvent,
  type TrainingState,
} from "./train/trainer.ts";
export { hashOf, trainingData, type ValidationChoice } from "./train/training-data.ts";
