// Gradual pruning while a network trains (Zhu and Gupta 2017, "To prune, or not to prune", arXiv 1710.01878, eq. 1):
//
//   s(t) = s_end + (s_start - s_end) (1 - (t - t_start) / (t_end - t_start))^3      t_start <= t <= t_end
//
// Fast at first, when many weights are superfluous, slower towards the end. Before t_start the sparsity is s_start, behind
// t_end it stays s_end and the masks are frozen: training goes on with the weights that are left.

/** Steps are counted from 0 in whatever unit the trainer uses. */
export interface PruningSchedule {
  /** Share of weights that is absent at `startStep`, 0 to below 1. */
  startSparsity: number;
  /** The same from `endStep` on. */
  endSparsity: number;
  /** Step of the optimiser at which it begins. */
  startStep: number;
  /** And at which it ends. */
  endStep: number;
  /** Masks are drawn anew every so many steps from `startStep` on, and at `endStep`. */
  everySteps: number;
}

/** Share of the training before pruning begins, and by when it has ended. */
const DEFAULT_START = 0.1;
const DEFAULT_END = 0.6;

/**
 * The schedule of a training of `steps` steps: from 10 to 60 % of them, masks frozen for the last 40 %.
 * @throws RangeError for shares outside [0, 1), steps that are not ascending integers
 */
export function pruningSchedule(
  steps: number,
  endSparsity: number,
  options: Partial<Omit<PruningSchedule, "endSparsity">> = {},
): PruningSchedule {
  const schedule = {
    startSparsity: 0,
    endSparsity,
    startStep: Math.floor(DEFAULT_START * steps),
    endStep: Math.floor(DEFAULT_END * steps),
    everySteps: 1,
    ...options,
  };
  const isShare = (value: number) => value >= 0 && value < 1;
  const isStep = (value: number) => Number.isSafeInteger(value) && value >= 0;
  const { startSparsity, startStep, endStep, everySteps } = schedule;
  if (!isStep(steps)) throw new RangeError(`"steps" expected a whole number >= 0, got ${steps}`);
  if (!isShare(startSparsity))
    throw new RangeError(`"startSparsity" expected a share in [0, 1), got ${startSparsity}`);
  if (!isShare(endSparsity) || endSparsity < startSparsity)
    throw new RangeError(`"endSparsity" expected a share in [${startSparsity}, 1), got ${endSparsity}`);
  if (!isStep(startStep)) throw new RangeError(`"startStep" expected a whole number >= 0, got ${startStep}`);
  if (!isStep(endStep) || endStep < startStep)
    throw new RangeError(`"endStep" expected a whole number >= ${startStep}, got ${endStep}`);
  if (!isStep(everySteps) || everySteps === 0)
    throw new RangeError(`"everySteps" expected a whole number >= 1, got ${everySteps}`);
  return schedule;
}

/** The sparsity that the schedule asks for at a step; it never falls from one step to the next. */
export function sparsityAt(step: number, schedule: PruningSchedule): number {
  const { startSparsity, endSparsity, startStep, endStep } = schedule;
  if (step >= endStep) return endSparsity;
  if (step <= startStep) return startSparsity;
  const left = 1 - (step - startStep) / (endStep - startStep);
  return endSparsity + (startSparsity - endSparsity) * left * left * left;
}

/** Whether masks are to be drawn anew at this step. */
export function prunesAt(step: number, { startStep, endStep, everySteps }: PruningSchedule): boolean {
  if (step === endStep) return true;
  return step >= startStep && step < endStep && (step - startStep) % everySteps === 0;
}

/** Whether masks no longer change after this step. */
export function masksFrozen(step: number, { endStep }: PruningSchedule): boolean {
  return step >= endStep;
}
