// Power over time with the windows shaded, as a Vega-Lite specification.

import type { EnergyReport } from "../../bindings/measure/measure-energy.ts";
import { powerSeries, sampleCount, type Trace, timeAt, traceSpan } from "../../bindings/measure/trace.ts";
import type { Chart } from "../chart/render-svg.ts";
import { NEUTRAL } from "../chart/theme.ts";
import { digits } from "../text.ts";

/** A little more than the picture has pixels across. */
const BUCKETS = 600;

export function energyChart(
  trace: Trace,
  { windows, medianEnergyPerInferenceUj, valid }: EnergyReport,
): Chart {
  const { from, to } = traceSpan(trace);
  const x = {
    field: "seconds",
    type: "quantitative" as const,
    title: "time, s",
    scale: { domain: [from, to] },
  };
  const power = buckets(trace);
  const median = `${digits(medianEnergyPerInferenceUj, 6)} µJ an inference${valid ? "" : ", not valid"}`;
  return {
    description:
      `Power of ${trace.source} over ${digits(to - from)} s, from ${digits(Math.min(...power.map(({ least }) => least)))} to ` +
      `${digits(Math.max(...power.map(({ most }) => most)))} mW, with ${windows.length} windows: ${median}.`,
    spec: {
      title: `${trace.source.split("/").at(-1)!}: ${median}`,
      width: 640,
      height: 220,
      layer: [
        {
          data: {
            values: windows.map(({ startSeconds, durationSeconds }) => ({
              seconds: startSeconds,
              end: startSeconds + durationSeconds,
            })),
          },
          mark: { type: "rect", color: NEUTRAL, opacity: 0.18 },
          encoding: { x, x2: { field: "end" } },
        },
        {
          data: { values: power },
          mark: { type: "area", opacity: 0.35 },
          encoding: {
            x,
            y: { field: "least", type: "quantitative", title: "power, mW", scale: { zero: true } },
            y2: { field: "most" },
          },
        },
        {
          data: { values: power },
          mark: { type: "line", strokeWidth: 1 },
          encoding: { x, y: { field: "mean", type: "quantitative" } },
        },
        {
          data: {
            values: windows.map(({ startSeconds, durationSeconds, window }) => ({
              seconds: startSeconds + durationSeconds / 2,
              window: String(window),
            })),
          },
          mark: { type: "text", y: 8, fontSize: 10 },
          encoding: { x, text: { field: "window" } },
        },
      ],
    },
  };
}

interface Bucket {
  seconds: number;
  least: number;
  mean: number;
  most: number;
}

/** Least, mean and most of the samples under each pixel, in milliwatts: a peak of one sample stays visible. */
function buckets(trace: Trace): Bucket[] {
  const { values, watts } = powerSeries(trace);
  const n = sampleCount(trace);
  const size = Math.max(1, Math.ceil(n / BUCKETS));
  const result: Bucket[] = [];
  for (let first = 0; first < n; first += size) {
    const part = values.slice(first, first + size).filter((value) => !Number.isNaN(value));
    if (part.length === 0) continue;
    let [least, sum, most] = [Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY];
    for (const value of part) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      sum += value;
    }
    const scale = 1000 * watts;
    const seconds = timeAt(trace, Math.min(n - 1, first + (size >> 1)));
    result.push({ seconds, least: least * scale, mean: (sum / part.length) * scale, most: most * scale });
  }
  return result;
}
