// What the product and synapse kernels execute, in operations, as formulas of the structure: per call, per destination,
// per four sources, and for the last one to three of them. The compiler chooses between dense and sparse by them, since
// counting by running would make an image depend on the counted core. tests/kernel/kernel-cost.test.ts holds them to
// what the counted core executes, exactly.

/** Operations of one destination (or pair of them) by its number of sources. */
interface RowCost {
  base: number;
  perFour: number;
  /** By the number of sources modulo four. */
  rest: readonly [0, number, number, number];
}

const DENSE_MATRIX_PAIR: RowCost = { base: 31, perFour: 33, rest: [0, 9, 19, 27] };
const DENSE_MATRIX_ODD: RowCost = { base: 14, perFour: 21, rest: [0, 6, 13, 18] };
const SPARSE_MATRIX: RowCost = { base: 20, perFour: 28, rest: [0, 14, 22, 29] };
const DENSE_SYNAPSES: RowCost = { base: 33, perFour: 147, rest: [0, 38, 76, 111] };
const SPARSE_SYNAPSES: RowCost = { base: 28, perFour: 154, rest: [0, 45, 85, 122] };
/** Operations of a call apart from its destinations. */
const CALL = { denseMatrix: 8, sparseMatrix: 8, denseSynapses: 4, sparseSynapses: 8 };

/** Operations of matvecF32: pairs of destinations share the loads of x. */
export function denseMatrixCost(nOut: number, nIn: number): number {
  const pairs = Math.floor(nOut / 2) * rowCost(DENSE_MATRIX_PAIR, nIn);
  return CALL.denseMatrix + pairs + (nOut % 2) * rowCost(DENSE_MATRIX_ODD, nIn);
}

/** Operations of matvecSparseF32 with the given number of weights in each row. */
export function sparseMatrixCost(rows: readonly number[]): number {
  return rows.reduce((sum, n) => sum + rowCost(SPARSE_MATRIX, n), CALL.sparseMatrix);
}

/** Operations of synapsesF32. */
export function denseSynapsesCost(nOut: number, nIn: number): number {
  return CALL.denseSynapses + nOut * rowCost(DENSE_SYNAPSES, nIn);
}

/** Operations of synapsesSparseF32 with the given number of synapses of each destination. */
export function sparseSynapsesCost(rows: readonly number[]): number {
  return rows.reduce((sum, n) => sum + rowCost(SPARSE_SYNAPSES, n), CALL.sparseSynapses);
}

function rowCost({ base, perFour, rest }: RowCost, sources: number): number {
  return base + perFour * Math.floor(sources / 4) + rest[(sources % 4) as 0 | 1 | 2 | 3];
}
