// Weights and neurons that a network can do without.

export type { BlockNorm } from "../prune/masks.ts";
export { type PruneOptions, prune, pruneMasks } from "../prune/prune.ts";
export { PRUNING_METHODS, type PrunedPart, type PruneReport, type PruningMethod } from "../prune/report.ts";
export {
  masksFrozen,
  type PruningSchedule,
  prunesAt,
  pruningSchedule,
  sparsityAt,
} from "../prune/schedule.ts";
