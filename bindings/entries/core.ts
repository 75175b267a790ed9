// Load, compile, run and profile a network, and estimate it on a board that the caller brings: all that is small.

export type {
  Board,
  CycleTable,
  Figure,
  Grade,
  IdleMode,
  KernelFigure,
  OperatingPoint,
} from "../board/board.ts";
export { findPoint } from "../board/find.ts";
export { BatchPool, type BatchPoolOptions } from "../core/batch-pool.ts";
export { ENGINES, type Engine, hasSimd } from "../core/core.ts";
export { parseSequence, type Sequence, type SequenceResult } from "../core/sequence.ts";
export { Session, type SessionOptions } from "../core/session.ts";
export { OP_CLASSES, type OpClass, type OpCounts, totalOperations } from "../count/op-class.ts";
export type {
  DataProfile,
  KernelProfile,
  LayerProfile,
  MacCount,
  NetworkProfile,
  OpProfile,
  Skipping,
} from "../count/op-profile.ts";
export { type ErrorCode, LiquidEdgeError } from "../errors.ts";
export {
  BoardSimulator,
  type BoardSimulatorOptions,
  type NetworkFacts,
} from "../estimate/board-simulator.ts";
export { type BoardForm, denseWhereCheaper, type Recompilable } from "../estimate/dense-fallback.ts";
export { type Estimate, estimateJson, type SkippingUse } from "../estimate/estimate.ts";
export type { Interval } from "../estimate/interval.ts";
export { MemoryProfiler, type MemoryUse, type StaticMemory } from "../estimate/memory-profiler.ts";
export { parseOpProfile } from "../estimate/parse-profile.ts";
export { type CompiledLayer, type CompiledNetwork, type CompileOptions, compile } from "../image/compile.ts";
export type { CompiledSkip, HeldMatrix } from "../image/held-columns.ts";
export type { SkipUnchanged } from "../image/lowered-integer.ts";
export type { Precision } from "../image/parameters.ts";
export { readModel, toNcpsStateDict, writeModel } from "../network/checkpoint.ts";
export { describeModel, type ModelDescription, modelWiring } from "../network/describe.ts";
export type { Model, ModelClass, ModelConfig, Tensor, WiringConfig } from "../network/model.ts";
export { buildWiring, type Wiring } from "../network/wiring.ts";
export { type LoadOptions, Network, type RunOptions } from "../network.ts";
export type { Source } from "../read-source.node.ts";
