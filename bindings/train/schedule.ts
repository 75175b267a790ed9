// Learning rates over a training, as PyTorch's schedulers give them, times a linear warm-up.
//
//   constant   1
//   cosine     (1 + cos(pi t / T)) / 2: CosineAnnealingLR with eta_min 0; t steps of T in all, or epochs of all epochs
//   step       factor^floor(epoch / everyEpochs): StepLR
//   warm-up    min(1, (step + 1) / warmupSteps)

export const SCHEDULES = ["constant", "cosine", "step"] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export type Schedule = { warmupSteps: number } & (
  | { name: "constant" }
  | { name: "cosine"; per: "step" | "epoch" }
  | { name: "step"; everyEpochs: number; factor: number }
);

/** Where a training is: steps of the optimiser and epochs, both counted from 0. */
export interface Progress {
  step: number;
  stepsPerEpoch: number;
  epochs: number;
}

/** The learning rate of a step as a share of the one that was asked for. */
export function learningRateShare(schedule: Schedule, { step, stepsPerEpoch, epochs }: Progress): number {
  const warm = schedule.warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / schedule.warmupSteps);
  const epoch = Math.floor(step / stepsPerEpoch);
  switch (schedule.name) {
    case "constant":
      return warm;
    case "cosine": {
      const share = schedule.per === "step" ? step / (stepsPerEpoch * epochs) : epoch / epochs;
      return (warm * (1 + cosineOfHalfTurns(share))) / 2;
    }
    case "step": {
      let share = warm;
      for (let i = Math.floor(epoch / schedule.everyEpochs); i > 0; i--) share *= schedule.factor;
      return share;
    }
  }
}

const SERIES_TERMS = 12;

/** cos(pi x), 0 <= x <= 1, from + - * / alone: 1 - 2 sin^2(pi x / 2), the sine by its series. */
function cosineOfHalfTurns(x: number): number {
  const angle = (Math.PI * x) / 2;
  const square = angle * angle;
  let sine = 1;
  for (let n = SERIES_TERMS; n >= 1; n--) sine = 1 - (square / (2 * n * (2 * n + 1))) * sine;
  sine *= angle;
  return 1 - 2 * sine * sine;
}
