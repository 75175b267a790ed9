// Labelled sequences, how well networks answer to them, and what it costs those that skip unchanged inputs.

export { profileOnData } from "../core/profile-on-data.ts";
export { loadCsv } from "../data/csv-dataset.ts";
export type { DataFolder } from "../data/data-folder.ts";
export {
  DATASETS,
  type Dataset,
  type MetricName,
  type Normalisation,
  type Sample,
  type Split,
  type Task,
  windowed,
} from "../data/dataset.ts";
export { loadDataset } from "../data/load.ts";
export { type ProfilingData, profilingData } from "../estimate/profiling-data.ts";
export { estimateOnData } from "../estimate/skipping.ts";
export { type Comparison, compareNetworks, type Drop, type PairedEvaluation } from "../evaluate/compare.ts";
export {
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type MetricResult,
  type Runnable,
} from "../evaluate/evaluate.ts";
export { type Deviation, type Fidelity, measureFidelity, type Saturation } from "../evaluate/fidelity.ts";
