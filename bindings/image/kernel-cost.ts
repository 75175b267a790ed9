// What the product and synapse kernels execute, in operations, as formulas of the structure: per call, per destination,
// per four sources, and for the last one to three of them. The compiler chooses a block's format by them, since
// counting by running would make an image depend on the counted core. tests/kernel/kernel-cost.test.ts holds them to
// what the counted core executes, exactly.

import type { Precision } from "./parameters.ts";

/** Operations of one destination (or two or four of them) by its number of sources. */
interface RowCost {
  base: number;
  perFour: number;
  /** By the number of sources modulo four. */
  rest: readonly [0, number, number, number];
}

const DENSE_MATRIX_PAIR: RowCost = { base: 31, perFour: 33, rest: [0, 9, 19, 27] };
const DENSE_MATRIX_ODD: RowCost = { base: 14, perFour: 21, rest: [0, 6, 13, 18] };
const SPARSE_MATRIX: RowCost = { base: 20, perFour: 28, rest: [0, 14, 22, 29] };
const BLOCK_MATRIX: RowCost = { base: 45, perFour: 64, rest: [0, 23, 40, 56] };
/** What a block of one, two or three destinations does not add and store. */
const BLOCK_MATRIX_LAST = [0, 22, 14, 6] as const;
const DENSE_SYNAPSES: RowCost = { base: 33, perFour: 147, rest: [0, 38, 76, 111] };
const SPARSE_SYNAPSES: RowCost = { base: 28, perFour: 154, rest: [0, 45, 85, 122] };
/** Operations of a call apart from its destinations. */
const CALL = { denseMatrix: 8, sparseMatrix: 8, blockMatrix: 10, denseSynapses: 4, sparseSynapses: 8 };
/** Operations that widen a weight. */
const WIDEN = { fp32: 0, fp16: 4 } as const;
const SYNAPSE_FIELDS = 4;

/** Operations of matvecF32 or matvecF16: pairs of destinations share the loads of x. */
export function denseMatrixCost(nOut: number, nIn: number, precision: Precision = "fp32"): number {
  const pairs = Math.floor(nOut / 2) * rowCost(DENSE_MATRIX_PAIR, nIn);
  const odd = (nOut % 2) * rowCost(DENSE_MATRIX_ODD, nIn);
  return CALL.denseMatrix + pairs + odd + WIDEN[precision] * nOut * nIn;
}

/** Operations of matvecSparseF32 or matvecSparseF16 with the given number of weights in each row. */
export function sparseMatrixCost(rows: readonly number[], precision: Precision = "fp32"): number {
  return CALL.sparseMatrix + rowsCost(SPARSE_MATRIX, rows, WIDEN[precision]);
}

/** Operations of matvecBlockF32 or matvecBlockF16 with the given number of sources of each four destinations. */
export function blockMatrixCost(
  nOut: number,
  blocks: readonly number[],
  precision: Precision = "fp32",
): number {
  const last = BLOCK_MATRIX_LAST[(nOut % 4) as 0 | 1 | 2 | 3];
  return CALL.blockMatrix + rowsCost(BLOCK_MATRIX, blocks, 4 * WIDEN[precision]) - last;
}

/** Operations of synapsesF32 or synapsesF16. */
export function denseSynapsesCost(nOut: number, nIn: number, precision: Precision = "fp32"): number {
  const widening = SYNAPSE_FIELDS * WIDEN[precision] * nIn;
  return CALL.denseSynapses + nOut * (rowCost(DENSE_SYNAPSES, nIn) + widening);
}

/** Operations of synapsesSparseF32 or synapsesSparseF16 with the given number of synapses of each destination. */
export function sparseSynapsesCost(rows: readonly number[], precision: Precision = "fp32"): number {
  return CALL.sparseSynapses + rowsCost(SPARSE_SYNAPSES, rows, SYNAPSE_FIELDS * WIDEN[precision]);
}

/** Rows with the given numbers of sources; `widening` is what each source costs on top. */
function rowsCost(cost: RowCost, rows: readonly number[], widening: number): number {
  return rows.reduce((sum, n) => sum + rowCost(cost, n) + widening * n, 0);
}

function rowCost({ base, perFour, rest }: RowCost, sources: number): number {
  return base + perFour * Math.floor(sources / 4) + rest[(sources % 4) as 0 | 1 | 2 | 3];
}
