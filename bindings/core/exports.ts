/** An address in the core's linear memory, bytes. */
export type Address = number;

/** What every build of the core exports. assembly/index.ts lists the same names; a test compares them. */
export interface CoreExports {
  /** 0 if the image can run in the arena, else a reject code (../image/reject-codes.ts). Never traps. */
  check(image: Address, imageBytes: number, arena: Address, arenaBytes: number): number;
  reset(image: Address, arena: Address): void;
  /** One time step; a `StepStatus`. */
  step(image: Address, arena: Address): number;
  /** One layer alone; a `StepStatus`. */
  stepLayer(image: Address, arena: Address, layer: number): number;
}

/** The exports that the library calls. */
export const ENTRY_POINTS = ["check", "reset", "step", "stepLayer"] as const satisfies (keyof CoreExports)[];

/** Kernels: exported to be counted, priced and replaced, not to be called. They check nothing. */
export const KERNELS = [
  "matvecF32",
  "matvecSparseF32",
  "synapsesF32",
  "synapsesSparseF32",
  "matvecBlockF32",
  "matvecF16",
  "matvecSparseF16",
  "matvecBlockF16",
  "synapsesF16",
  "synapsesSparseF16",
  "expF32",
  "geluF32",
  "lecunTanhF32",
  "reluF32",
  "sigmoidF32",
  "siluF32",
  "softplusF32",
  "tanhF32",
  "blendF32",
  "decayF32",
  "elapseF32",
  "fusedF32",
  "membraneF32",
  "mulAddF32",
  "mulF32",
  "mulSubF32",
  "nonFiniteF32",
  "pureF32",
  "scaleAddF32",
  "slopeF32",
  "matvecS8",
  "matvecS4",
  "matvecBlockS8",
  "matvecBlockS4",
  "matvecSparseS8",
  "matvecS8x16",
  "matvecS4x16",
  "matvecBlockS8x16",
  "matvecBlockS4x16",
  "matvecSparseS8x16",
  "matvecHeldS8",
  "synapsesS8",
  "synapsesSparseS8",
  "affineS16",
  "blendS16",
  "cellS16",
  "decayS16",
  "fusedS16",
  "halfSumS16",
  "inputS16",
  "inputS8",
  "membraneS32",
  "mulAddS16",
  "mulS16",
  "narrowS8",
  "negateS16",
  "pureS16",
  "scaleS16",
  "tableS16",
  "timeS16",
] as const;

export type KernelName = (typeof KERNELS)[number];

export const StepStatus = { OK: 0, BAD_INPUT: 1, BAD_TIME: 2, NO_LAYER: 3 } as const;
