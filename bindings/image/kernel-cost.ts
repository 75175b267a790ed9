// What the kernels cost in executed operations, as linear formulas of the structure. The compiler chooses between
// dense and sparse by them; a test counts the kernels and holds the formulas to it.

/** Operations of a dense product: pairs of destinations share the loads of x. */
export function denseMatrixCost(nOut: number, nIn: number): number {
  return nOut * (DENSE_MATRIX.perRow + DENSE_MATRIX.perWeight * nIn);
}

/** Operations of a sparse product with the given number of weights in each row. */
export function sparseMatrixCost(rows: number[]): number {
  return rows.reduce((sum, n) => sum + SPARSE_MATRIX.perRow + SPARSE_MATRIX.perWeight * n, 0);
}

/** Operations of dense synaptic sums. */
export function denseSynapsesCost(nOut: number, nIn: number): number {
  return nOut * (DENSE_SYNAPSES.perRow + DENSE_SYNAPSES.perSynapse * nIn);
}

/** Operations of sparse synaptic sums with the given number of synapses of each destination. */
export function sparseSynapsesCost(rows: number[]): number {
  return rows.reduce((sum, n) => sum + SPARSE_SYNAPSES.perRow + SPARSE_SYNAPSES.perSynapse * n, 0);
}

const DENSE_MATRIX = { perRow: 15, perWeight: 4 };
const SPARSE_MATRIX = { perRow: 30, perWeight: 7 };
const DENSE_SYNAPSES = { perRow: 40, perSynapse: 38 };
const SPARSE_SYNAPSES = { perRow: 50, perSynapse: 40 };
