// `liquid-edge/vitest`: matchers for a user's own test suite, a board to run it on, and baselines. Importing it adds the
// matchers to vitest's `expect`.

import { expect } from "vitest";
import type { Costs } from "./figures.ts";
import {
  type BoundOptions,
  type DegradeOptions,
  type FactorOptions,
  type Limits,
  type ParetoOptions,
  type RealTimeOptions,
  type RegressOptions,
  toBeParetoOptimal,
  toDegradeLessThan,
  toMeetRealTime,
  toRegressFrom,
  toStayWithin,
  toUseLessEnergyThan,
} from "./matchers.ts";

export { type FolderOptions, loadBaseline, readHistory, type SaveOptions, saveBaseline } from "./baseline.ts";
export { type BoardOptions, connectBoard, missingTools } from "./board.ts";
export type { Costs, FigureName } from "./figures.ts";
export type {
  BoundOptions,
  DegradeOptions,
  FactorOptions,
  Limits,
  ParetoOptions,
  ParetoPoint,
  RealTimeOptions,
  RegressOptions,
} from "./matchers.ts";

/** For another runner with an `expect.extend`. */
export const matchers = {
  toStayWithin,
  toMeetRealTime,
  toDegradeLessThan,
  toUseLessEnergyThan,
  toBeParetoOptimal,
  toRegressFrom,
};

expect.extend(matchers);

declare module "vitest" {
  /** What `expect(…)` gains. The upper end of the 90 % interval has to keep a bound, unless `by: "typ"` is given. */
  // biome-ignore lint/suspicious/noExplicitAny: it must repeat the type parameters of vitest's own declaration.
  interface Matchers<T = any> {
    /** An estimate, a measured window, a latency or an entry of a record keeps every limit. */
    toStayWithin(limits: Limits, options?: BoundOptions): void;
    /** Wake-up and latency of an estimate, or the worst of measured rounds, fit into the period. */
    toMeetRealTime(options: RealTimeOptions): void;
    /** What `compareNetworks` returns shows a loss of fewer points than that, per cent of an error. */
    toDegradeLessThan(points: number, options?: DegradeOptions): void;
    /** An inference takes less energy, `factor` times less, than the other one. */
    toUseLessEnergyThan(other: Costs, options?: FactorOptions): void;
    /** No other point is better in one cost and not worse in any. */
    toBeParetoOptimal(options?: ParetoOptions): void;
    /** For `.not`: a record is not worse than a baseline by the rules of `baseline check`. */
    toRegressFrom(version: string, options?: RegressOptions): void;
  }
}
