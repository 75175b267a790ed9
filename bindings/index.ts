// The public interface of the library: all of its entries, each of which is importable alone as `liquid-edge/<entry>`.
// Everything else is internal.

export * from "./entries/boards.ts";
export * from "./entries/core.ts";
export * from "./entries/data.ts";
export * from "./entries/device.ts";
export * from "./entries/measure.ts";
export * from "./entries/prune.ts";
export * from "./entries/quantize.ts";
export * from "./entries/record.ts";
export * from "./entries/train.ts";
