// Everything the core exports. bindings/core/exports.ts and kernels.ts list the same names; a test compares them.

// @ts-nocheck: checked by asc

export { check } from "./check";
export { reset, step, stepLayer } from "./network";

// Kernels: inner loops with a flat fixed signature. Exported so that they are never merged into their callers, can be
// counted and priced one by one, and replaced by a board's own version. They check nothing.
export { matvecF16, matvecF32 } from "./matvec-dense";
export { matvecBlockF16, matvecBlockF32 } from "./matvec-block";
export { matvecSparseF16, matvecSparseF32 } from "./matvec-sparse";
export { synapsesF16, synapsesF32 } from "./synapses-dense";
export { synapsesSparseF16, synapsesSparseF32 } from "./synapses-sparse";
export { expF32, geluF32, lecunTanhF32, reluF32, sigmoidF32, siluF32, softplusF32, tanhF32 } from "./activation-f32";
export {
  blendF32, decayF32, elapseF32, fusedF32, membraneF32, mulAddF32, mulF32, mulSubF32, nonFiniteF32, pureF32, scaleAddF32, slopeF32
} from "./vector-f32";

export { matvecS8, matvecS8x16 } from "./matvec-s8";
export { matvecS4, matvecS4x16 } from "./matvec-s4";
export { matvecBlockS8, matvecBlockS8x16 } from "./matvec-block-s8";
export { matvecBlockS4, matvecBlockS4x16 } from "./matvec-block-s4";
export { matvecSparseS8, matvecSparseS8x16 } from "./matvec-sparse-s8";
export { matvecHeldS8 } from "./matvec-held-s8";
export { synapsesS8 } from "./synapses-s8";
export { synapsesSparseS8 } from "./synapses-sparse-s8";
export {
  affineS16, blendS16, cellS16, decayS16, fusedS16, halfSumS16, inputS16, inputS8, membraneS32, mulAddS16, mulS16,
  narrowS8, negateS16, pureS16, scaleS16, tableS16, timeS16
} from "./vector-s16";
