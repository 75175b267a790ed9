// Fits the counts of an emulated board to measured networks: one factor a kernel and one overhead a call, none of them negative,
// drawn to a prior because a few networks cannot tell forty kernels apart.
//
//   minimise  sum over networks ((measured - predicted) / (NOISE * measured))^2
//           + sum over kernels ((factor - common) / FACTOR_SPREAD)^2  +  (overhead / OVERHEAD_SPREAD)^2
//
// `common` is the median of measured / priced: over the networks of floats for a kernel of floats, over those of integers for one
// of integers, over all for what no kernel executes. A kernel that no network has keeps it.

import type { Calibration, EmulatedBoard } from "../board/emulated.ts";
import { median } from "../statistics/samples.ts";
import { type Fit, type KernelCount, numbersOf, predictCount } from "./counts.ts";

/** A network that was measured. */
export interface MeasuredNetwork {
  id: string;
  /** Cell, e.g. `ncps.torch.LTC`: what is left out together. */
  cell: string;
  kernels: readonly KernelCount[];
  /** Instructions or cycles of a time step. */
  measured: number;
}

/** What the model leaves of a network that it fits well, relative. */
const NOISE = 0.01;
/** How far a kernel's factor may be from the others', relative to 1. */
const FACTOR_SPREAD = 0.25;
const OVERHEAD_SPREAD = 10;
const ROUNDS = 20_000;
const CONVERGED = 1e-12;

export function fitCounts(networks: readonly MeasuredNetwork[]): Fit {
  const names = [...new Set(networks.flatMap(({ kernels }) => kernels.map(({ name }) => name)))].sort();
  const common = commonFactors(networks);
  // Rows of the least squares: networks, scaled to their noise, then the prior of each unknown.
  const weight = ({ measured }: MeasuredNetwork) => 1 / (NOISE * measured);
  const columns = [
    ...names.map((name) => networks.map((network) => weight(network) * typicalOf(network, name))),
    networks.map((network) => weight(network) * callsOf(network)),
  ];
  const target = networks.map((network) => weight(network) * network.measured);
  const priors = names.map((name) => ({ mean: common[numbersOf(name)], spread: FACTOR_SPREAD }));
  const solution = nonNegativeLeastSquares(columns, target, [
    ...priors,
    { mean: 0, spread: OVERHEAD_SPREAD },
  ]);
  return {
    factors: Object.fromEntries(names.map((name, i) => [name, solution[i]!])),
    defaultFactors: common,
    callOverhead: solution.at(-1)!,
  };
}

/** Relative error of each network, predicted by a fit to the networks of all other cells. */
export function leaveOneCellOut(networks: readonly MeasuredNetwork[]): number[] {
  return networks.map((network) => {
    const others = networks.filter(({ cell }) => cell !== network.cell);
    if (others.length === 0) return Number.NaN;
    return predictCount(fitCounts(others), network.kernels) / network.measured - 1;
  });
}

/** What a board's coefficients become, with what is known of how they did. */
export function calibrationOf(
  board: Pick<EmulatedBoard, "id" | "counts">,
  networks: readonly MeasuredNetwork[],
  provenance: Calibration["provenance"],
): Calibration {
  const errors = leaveOneCellOut(networks).filter(Number.isFinite);
  const relativeSpread = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / Math.max(1, errors.length));
  return {
    board: board.id,
    counts: board.counts,
    ...fitCounts(networks),
    relativeSpread,
    fittedTo: networks.map(({ id }) => id),
    provenance,
  };
}

/**
 * x >= 0 that minimises |A x - b|^2 + sum ((x_i - mean_i) / spread_i)^2, by coordinate descent: the prior makes it strictly
 * convex, so that this converges to the only minimum.
 * @param columns of A
 */
export function nonNegativeLeastSquares(
  columns: readonly (readonly number[])[],
  b: readonly number[],
  priors: readonly { mean: number; spread: number }[],
): number[] {
  const x = priors.map(({ mean }) => mean);
  const residual = b.map((value, row) =>
    columns.reduce((left, column, i) => left - column[row]! * x[i]!, value),
  );
  const squares = columns.map((column, i) => dot(column, column) + 1 / priors[i]!.spread ** 2);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (const [i, column] of columns.entries()) {
      const { mean, spread } = priors[i]!;
      const step = (dot(column, residual) + (mean - x[i]!) / spread ** 2) / squares[i]!;
      const next = Math.max(0, x[i]! + step);
      const change = next - x[i]!;
      if (change === 0) continue;
      x[i] = next;
      for (let row = 0; row < residual.length; row++) residual[row]! -= change * column[row]!;
      moved = Math.max(moved, Math.abs(change) / spread);
    }
    if (moved < CONVERGED) break;
  }
  return x;
}

function commonFactors(networks: readonly MeasuredNetwork[]): Fit["defaultFactors"] {
  const ratios = (of: readonly MeasuredNetwork[]) =>
    of.map((network) => network.measured / pricedOf(network));
  // The kernels of a network are of floats or of integers, but for its rest.
  const isFloat = ({ kernels }: MeasuredNetwork) => kernels.some(({ name }) => numbersOf(name) === "float");
  const other = median(ratios(networks));
  const [floats, integers] = [networks.filter(isFloat), networks.filter((network) => !isFloat(network))];
  return {
    float: floats.length === 0 ? other : median(ratios(floats)),
    integer: integers.length === 0 ? other : median(ratios(integers)),
    other,
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function typicalOf({ kernels }: MeasuredNetwork, wanted: string): number {
  return kernels.reduce((sum, { name, count }) => (name === wanted ? sum + count.typ : sum), 0);
}

function pricedOf({ kernels }: MeasuredNetwork): number {
  return kernels.reduce((sum, { count }) => sum + count.typ, 0);
}

function callsOf({ kernels }: MeasuredNetwork): number {
  return kernels.reduce((sum, { calls }) => sum + calls, 0);
}
