import type { Series } from "../../bindings/record/trend.ts";

/** Standard normal draws (Box and Muller) from a seed; the uniform ones are mulberry32's. */
export function normals(seed: number): () => number {
  let state = Math.floor(seed) >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A series of energies; `level` is its mean at each run. */
export function made(level: (run: number) => number, runs = 60, cv = 0.01, seed = 1, id = "net"): Series {
  const draw = normals(seed);
  const points = Array.from({ length: runs }, (_, run) => {
    const value = level(run) * (1 + cv * draw());
    const at = new Date(Date.UTC(2026, 0, 1 + run)).toISOString();
    return { at, commit: `c${run}`, version: null, value, min: value, max: value };
  });
  return { id, quantity: "energyUj", metric: null, better: "lower", points };
}

export const valuesOf = (series: Series) => series.points.map(({ value }) => value);
