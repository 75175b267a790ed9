/** What is compiled from assembly/: the reference with its counted build, the core with SIMD, the batch core, the training core. */
export const PARTS = ["scalar", "simd", "batch", "train"] as const;
export type Part = (typeof PARTS)[number];
