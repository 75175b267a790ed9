// What the integer product and synapse kernels execute, in operations, as formulas of the structure, like
// kernel-cost.ts. tests/kernel/kernel-cost-integer.test.ts holds them to what the counted core executes, exactly.

/** Operations of matvecS8: sixteen sources at a time, four destinations together. */
function denseS8Cost(nOut: number, nIn: number): number {
  const group = 61 + 212 * Math.floor(nIn / 16) + 18 * (nIn % 16);
  const rest = nOut % 4;
  return 10 + Math.floor(nOut / 4) * group + (rest === 0 ? 0 : [0, 18, 36, 52][rest]! + 15 * nIn);
}

/** Operations of matvecS4. An incomplete group costs little less than a full one. */
function denseS4Cost(nOut: number, nIn: number): number {
  const odd = nIn % 16;
  const tail = odd === 0 ? 0 : 16 + 23 * Math.floor(odd / 2) + 10 * (odd % 2);
  const group = 70 + 158 * Math.floor(nIn / 16) + tail;
  return 10 + 6 * nIn + Math.ceil(nOut / 4) * group - [0, 41, 23, 7][nOut % 4]!;
}

/** Operations of matvecBlockS8 with the given number of blocks in each group of four destinations. */
function blockS8Cost(nOut: number, groups: readonly number[]): number {
  const full = Math.floor(nOut / 4);
  const cost = (blocks: number, g: number) => {
    if (g >= full) return [0, 19, 37, 53][nOut % 4]! + 16 * blocks;
    const rest = blocks % 16;
    return 63 + 243 * Math.floor(blocks / 16) + 63 * Math.floor(rest / 4) + 18 * (rest % 4);
  };
  return groups.reduce((sum, blocks, g) => sum + cost(blocks, g), 7);
}

/** Operations of matvecBlockS4 with the given number of blocks in each group of four destinations. */
function blockS4Cost(nOut: number, groups: readonly number[]): number {
  const cost = (blocks: number) => {
    const pairs = Math.ceil(blocks / 2);
    const rest = pairs % 8;
    return 74 + 205 * Math.floor(pairs / 8) + (rest === 0 ? 0 : 12 + 27 * rest);
  };
  return groups.reduce((sum, blocks) => sum + cost(blocks), 2) - [0, 42, 24, 8][nOut % 4]!;
}

/** Operations of matvecSparseS8 with the given number of weights in each row. */
function sparseS8Cost(rows: readonly number[]): number {
  return rows.reduce((sum, n) => sum + 22 + 27 * Math.floor(n / 4) + 9 * (n % 4), 4);
}

/** Of activations of 8 bits. */
export const narrowCosts = {
  denseS8: denseS8Cost,
  denseS4: denseS4Cost,
  blockS8: blockS8Cost,
  blockS4: blockS4Cost,
  sparseS8: sparseS8Cost,
};

/** Of activations of 16 bits: the kernels whose names end in x16. */
export const wideCosts: typeof narrowCosts = {
  ...narrowCosts,
  denseS8(nOut, nIn) {
    const [fours, ones] = [Math.floor(nIn / 4), nIn % 4];
    const rest = nOut % 4;
    const last = rest === 0 ? 0 : [0, 20, 38, 54][rest]! + 45 * fours + 15 * ones;
    return 12 + Math.floor(nOut / 4) * (61 + 56 * fours + 18 * ones) + last;
  },
  denseS4(nOut, nIn) {
    const group = 70 + 38 * Math.floor(nIn / 2) + 18 * (nIn % 2);
    return 10 + 6 * nIn + Math.ceil(nOut / 4) * group - [0, 41, 23, 7][nOut % 4]!;
  },
  blockS4(nOut, groups) {
    const cost = (blocks: number) => 75 + 43 * Math.ceil(blocks / 2);
    return groups.reduce((sum, blocks) => sum + cost(blocks), 2) - [0, 42, 24, 8][nOut % 4]!;
  },
};

/** Operations of a synapse that clamp its argument; `bounded` ones do without. */
const CLAMP = 4;

/** Operations of synapsesS8. */
export function denseSynapsesS8Cost(nOut: number, nIn: number, bounded: boolean): number {
  const perSource = 81 - (bounded ? 4 * CLAMP : 0);
  return (bounded ? 13 : 11) + Math.ceil(nOut / 4) * (38 + perSource * nIn) - [0, 22, 14, 6][nOut % 4]!;
}

/** Operations of synapsesSparseS8 with the given number of synapses of each destination. */
export function sparseSynapsesS8Cost(rows: readonly number[], bounded: boolean): number {
  const single = 25 - (bounded ? CLAMP : 0);
  const four = 91 - (bounded ? 4 * CLAMP : 0);
  return rows.reduce((sum, n) => sum + 16 + four * Math.floor(n / 4) + single * (n % 4), bounded ? 13 : 11);
}
