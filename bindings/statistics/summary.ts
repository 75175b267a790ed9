/** Of a sample, in its own unit. */
export interface Summary {
  mean: number;
  median: number;
  /** 99th percentile: the least value that 99 % do not exceed. */
  p99: number;
  min: number;
  max: number;
  /** Standard deviation. */
  jitter: number;
}

export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    median: (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2,
    p99: sorted[Math.ceil(0.99 * n) - 1]!,
    min: sorted[0]!,
    max: sorted[n - 1]!,
    jitter: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
  };
}
