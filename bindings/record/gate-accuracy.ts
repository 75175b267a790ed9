// Accuracy: how many points were lost, on the same answers where their outcomes are known. A network is as good as the test
// set can tell, so the verdict needs an interval although every run gives the same answers.
//
// Paired: the share of answers lost minus the share won, (c - b) / n, with Tango's (1998) score interval, which holds for
// few answers and few differences. Unpaired: both intervals are taken as independent, which is wider and never bolder.

import type { Comparison } from "./gate.ts";
import type { Accuracy, Entry } from "./record.ts";

const Z90 = 1.6448536269514722;

type Verdict = Pick<Comparison, "state" | "change" | "changeMin" | "changeMax" | "why">;

/** How much worse a metric may be. */
export interface AccuracyTolerance {
  /** Hundredths, of metrics that are better when higher. */
  points: number;
  /** Share of the baseline's, of errors. */
  share: number;
}

/** The verdict on a metric. */
export function accuracyVerdict(entry: Entry, base: Entry, { points, share }: AccuracyTolerance): Verdict {
  const [now, then] = [entry.accuracy!, base.accuracy!];
  if (now.metric !== then.metric || now.n !== then.n) {
    const why =
      now.metric === then.metric
        ? `${now.n} answers now, ${then.n} in the baseline`
        : `${now.metric} now, ${then.metric} in the baseline`;
    return { state: "incomparable", change: null, changeMin: null, changeMax: null, why };
  }
  const paired = isPaired(now, then);
  const loss = paired ? pairedLoss(now, then) : unpairedLoss(now, then);
  const sign = now.better === "higher" ? -1 : 1;
  const [a, b] = [sign * loss.min, sign * loss.max];
  const bounds = { change: now.value - then.value, changeMin: Math.min(a, b), changeMax: Math.max(a, b) };
  const limit = now.better === "higher" ? points / 100 : share * then.value;
  const how = paired
    ? `${loss.lost} answers lost, ${loss.won} won of ${now.n}`
    : "by the intervals of both, not paired";
  if (loss.value === 0 && (!paired || loss.lost === 0)) return { ...bounds, state: "same", why: "" };
  if (loss.min > limit) return { ...bounds, state: "regressed", why: how };
  if (loss.max <= limit) {
    return { ...bounds, state: loss.value > 0 ? "drifted" : loss.value < 0 ? "improved" : "same", why: how };
  }
  // What got better cannot have got worse by more than allowed unless the test set is too small to say anything.
  if (loss.value < 0) return { ...bounds, state: "improved", why: how };
  return {
    ...bounds,
    state: "undecided",
    why: `${how}; the test set is too small to tell`,
  };
}

function isPaired(now: Accuracy, then: Accuracy): boolean {
  return (
    now.outcomes !== undefined &&
    then.outcomes !== undefined &&
    now.outcomes.length === then.outcomes.length &&
    now.targetsHash === then.targetsHash
  );
}

interface Loss {
  value: number;
  min: number;
  max: number;
  lost: number;
  won: number;
}

function pairedLoss(now: Accuracy, then: Accuracy): Loss {
  let [lost, won] = [0, 0];
  for (let i = 0; i < now.n; i++) {
    if (now.outcomes![i] === then.outcomes![i]) continue;
    if (now.outcomes![i] === "0") lost++;
    else won++;
  }
  return { value: (lost - won) / now.n, ...tangoInterval(lost, won, now.n), lost, won };
}

function unpairedLoss(now: Accuracy, then: Accuracy): Loss {
  const sign = now.better === "higher" ? -1 : 1;
  const value = sign * (now.value - then.value);
  // Each side's own half widths, in the direction of the loss.
  const [nowUp, nowDown] = halves(now, sign);
  const [thenUp, thenDown] = halves(then, sign);
  return {
    value,
    min: value - Math.hypot(nowDown, thenUp),
    max: value + Math.hypot(nowUp, thenDown),
    lost: 0,
    won: 0,
  };
}

function halves({ value, min, max }: Accuracy, sign: number): [number, number] {
  return sign > 0 ? [max - value, value - min] : [value - min, max - value];
}

/** The 90 % interval of (lost - won) / n by Tango's score test. */
export function tangoInterval(lost: number, won: number, n: number): { min: number; max: number } {
  const value = (lost - won) / n;
  return { min: edge(value, -1), max: edge(value, 1) };

  /** Where the score leaves ±1.645, between the estimate and an end of the scale. */
  function edge(estimate: number, end: number): number {
    let [inside, outside] = [estimate, end];
    for (let i = 0; i < 100; i++) {
      const middle = (inside + outside) / 2;
      if (Math.abs(score(middle)) < Z90) inside = middle;
      else outside = middle;
    }
    return (inside + outside) / 2;
  }

  function score(delta: number): number {
    const numerator = lost - won - n * delta;
    // Of the restricted maximum likelihood of the share that was won.
    const a = 2 * n;
    const b = -lost - won + (2 * n - lost + won) * delta;
    const c = -won * delta * (1 - delta);
    const share = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
    const variance = n * (2 * share + delta * (1 - delta));
    // Without variance infinite or no number, and so outside.
    return numerator / Math.sqrt(variance);
  }
}
