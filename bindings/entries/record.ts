// What a suite costs, version by version: gate and trends.

export {
  type Comparison as GateComparison,
  type GateOptions,
  type GateResult,
  gate,
  type State,
} from "../record/gate.ts";
export { type Costed, makeRecord } from "../record/make-record.ts";
export type { BenchmarkRecord, Entry, Quantity, Reading } from "../record/record.ts";
export { type Series, seriesOf, type Trend, type TrendOptions, trendsOf } from "../record/trend.ts";
