// What one run of a suite found: a record. A baseline is a record with a version, kept in baselines/<version>.json.

import type { Precision } from "../image/parameters.ts";
import type { IntegerPrecision } from "../quantize/precisions.ts";

export const RECORD_FORMAT = "liquid-edge/record@1";

/**
 * The quantities of an entry, in the order of tables. Units stand in the names; all of them are better when lower.
 * `instructions` and `cycles` are what an emulated board counts.
 */
export const QUANTITIES = [
  "energyUj",
  "averagePowerMw",
  "latencyMs",
  "memoryKb",
  "flashKb",
  "instructions",
  "cycles",
] as const;
/** A figure that records keep; its unit is in its name. */
export type Quantity = (typeof QUANTITIES)[number];

/** Computed from operation counts, counted by an emulated board, or measured on silicon. */
export const KINDS = ["model", "emulated", "measured"] as const;
export type Kind = (typeof KINDS)[number];

/** A value with its 90 % interval. */
export interface Reading {
  /** In the unit that the quantity's name ends with. */
  value: number;
  /** Bounds of 90 %, with `max`. */
  min: number;
  max: number;
  /** Of a measured quantity: single readings, from which the gate makes its own interval. */
  samples?: number[];
  /** Of a measured quantity: standard deviation of its logarithm, known from elsewhere, for readings that are single. */
  noiseFloor?: number;
}

/** How well a network does on a task. */
export interface Accuracy {
  /** As `evaluate` names it: accuracy, f1, mse … */
  metric: string;
  better: "higher" | "lower";
  value: number;
  min: number;
  max: number;
  /** Answers that were scored. */
  n: number;
  /** SHA-256 of the answers' targets: outcomes can be paired only where it is equal. */
  targetsHash?: string;
  /** One character an answer, "1" right and "0" wrong, where answers are independent; for a paired comparison. */
  outcomes?: string;
}

/** What a figure is made of, so that a change can be explained. */
export interface Breakdown {
  /** Executed operations an inference, by class. */
  classes: Record<string, number>;
  /** Multiply-accumulates of kernels that the board's firmware supplies. */
  kernels: Record<string, number>;
  /** Rows of those kernels that have a price by the row. */
  rows?: Record<string, number>;
  /** Bytes by section, `image.weights` to `arena.scratch`. */
  sections: Record<string, number>;
}

/** One network on one platform. */
export interface Entry extends Partial<Record<Quantity, Reading>> {
  /** Of this entry in all records: model/platform/precision/sparsity, and /task where there is one. */
  id: string;
  /** Name of the model in the suite. */
  model: string;
  /** Id of the board. */
  platform: string;
  precision: Precision | IntegerPrecision;
  /** Share of the weights that the suite asked to prune, 0 to below 1. */
  sparsity: number;
  /** Name of the task that `accuracy` is of; null without one. */
  task: string | null;
  /** How the figures came about; only those of one kind are compared. */
  kind: Kind;
  /** SHA-256 of checkpoint and configuration. */
  modelHash: string;
  /** SHA-256 of the image that the core interprets; null for what was made elsewhere. */
  imageHash: string | null;
  /** What the figures hold for: inferences a second, time steps an inference. */
  conditions: { operatingPoint: string; rateHz: number; steps: number };
  accuracy?: Accuracy;
  /** What the cost consists of, for saying why it changed. */
  breakdown?: Breakdown;
  /** What was taken for granted. */
  assumed?: string[];
}

/** Where and with what a record was made. Records that differ in `measured` are not comparable. */
export interface Environment {
  node: string;
  os: string;
  /** Of measured entries: board, silicon revision, toolchain, instrument, clock, voltage … */
  measured?: Record<string, string>;
  /** The same of single boards, by platform: only their own entries depend on it. */
  boards?: Record<string, Record<string, string>>;
}

/** Coefficients of one platform that any entry used, as [typical, min, max]. */
export interface PlatformCoefficients {
  hash: string;
  coefficients: Record<string, [number, number, number]>;
}

/** What a suite costs at one version. */
export interface BenchmarkRecord {
  /** Name and version of this format. */
  format: typeof RECORD_FORMAT;
  /** Name of the suite. */
  suite: string;
  /** Null until it is saved as a baseline. */
  version: string | null;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** What wrote it. */
  tool: { name: string; version: string };
  /** The commit that was measured, `dirty` with changes on top; null outside a repository. */
  git: { commit: string; dirty: boolean } | null;
  /** SHA-256 of the core's bytes: the code that was counted. */
  coreHash: string;
  /** What measured figures depend on. */
  environment: Environment;
  /** Coefficients that the figures were computed with, by platform. */
  platforms: Record<string, PlatformCoefficients>;
  /** In the order of their ids, each once. */
  entries: Entry[];
  /** Combinations that the suite asks for and that cannot be. */
  skipped: { id: string; reason: string }[];
}

/** The id of an entry. */
export function entryId(
  entry: Pick<Entry, "model" | "platform" | "precision" | "sparsity" | "task">,
): string {
  const { model, platform, precision, sparsity, task } = entry;
  return [model, platform, precision, String(sparsity), ...(task === null ? [] : [task])].join("/");
}
