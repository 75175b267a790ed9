/** What is compiled from assembly/: the reference with its counted build, the core with SIMD, the training core. */
export const PARTS = ["scalar", "simd", "train"] as const;
export type Part = (typeof PARTS)[number];
