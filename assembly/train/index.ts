// train.wasm, the training core: runs the core's own forward pass on an fp32 image and backpropagates through it. For the
// host only, with SIMD. bindings/train/train-core.ts lists the same names.

// @ts-nocheck: checked by asc

export { check } from "../check";
export { reset, step } from "../network";
export { backward } from "./backward";
export { forward } from "./forward";
export { tapeStepBytes, workBytes } from "./sizes";
