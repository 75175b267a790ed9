// What `quantize` tries, one rounding after another, and which it keeps. The search asks and does not compute: who runs it may
// compute several answers at a time, since it says what it will probably ask next.

import { LiquidEdgeError } from "../errors.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import type { ActivationBits, Rounding, WeightBits } from "./matrix.ts";
import type { Quantized } from "./quantize.ts";

/** A network of one rounding, or how well one does at its task. Plain data. */
export type Request =
  | { kind: "attempt"; rounding: Rounding; activations: ActivationBits; withMerit: boolean }
  | { kind: "merit"; network: IntNetwork };

/** What was asked for. */
export interface Answer {
  quantized?: Quantized;
  /** Of each independent part of the data, more is better. */
  merit?: ArrayLike<number>;
}

export interface Question {
  request: Request;
  /** What will probably be asked next, soonest first. */
  ahead: readonly Request[];
}

export interface SearchOptions {
  /** Of each layer's weights. */
  bits: readonly WeightBits[];
  /** Of what matrices read; null: 8, or 16 where 8 are too few. */
  activations: ActivationBits | null;
  /** Whether there is one to ask for. */
  hasMerit: boolean;
}

interface Trial extends Rounding {
  /** Not tried where the least error so far is less; default: tried in any case. */
  below?: number;
}

/**
 * Ways of rounding that are tried unless the error is `below` that already; the one with the least error on the calibration
 * data is kept. Ranges of inputs or states without room are the last resort, and inputs that are clipped: a row's weights share one
 * scale, so inputs of which few reach far leave those of the states few steps.
 */
const TRIALS: readonly Trial[] = [
  { damping: 0.1, inputMargin: 1.1, fitsStates: false, below: 0 },
  { damping: 0.3, inputMargin: 1.25, fitsStates: false, below: 0.01 },
  { damping: 0.3, inputMargin: 1.1, fitsStates: false, below: 0.01 },
  { damping: 0.03, inputMargin: 1.1, fitsStates: false, below: 0.01 },
  { damping: 1, inputMargin: 1.1, fitsStates: false, below: 0.01 },
  { damping: 1, inputMargin: 1.25, fitsStates: false, below: 0.01 },
  { damping: 0.1, inputMargin: 1, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 1.1, fitsStates: true, below: 0.02 },
  { damping: 0.3, inputMargin: 1.1, fitsStates: true, below: 0.02 },
  { damping: 1, inputMargin: 1.1, fitsStates: true, below: 0.02 },
  { damping: 0.1, inputMargin: 0.8, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 0.6, fitsStates: false, below: 0.02 },
  { damping: 1, inputMargin: 0.6, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 0.45, fitsStates: false, below: 0.02 },
  { damping: 1, inputMargin: 0.45, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 0.3, fitsStates: false, below: 0.02 },
];

/** Each weight for itself. */
const PLAIN = { damping: 0, inputMargin: 1.1, fitsStates: false, isPlain: true } as const satisfies Rounding;
/** With 4 bits, inputs whose rare peaks reach far leave states no steps of a row's weights: their range is cut. */
const PLAIN_MARGINS = [1.1, 0.8, 0.6, 0.45, 0.3] as const;

/** Ways of rounding plainly that differ in what comes out. */
export function plainRoundings(bits: readonly WeightBits[]): Rounding[] {
  const margins = bits.includes(4) ? PLAIN_MARGINS : [PLAIN.inputMargin];
  return margins.map((inputMargin) => ({ ...PLAIN, inputMargin }));
}

/** No search tries more: twice the searched ones where activations are widened. */
export const MAX_ATTEMPTS = 2 * (TRIALS.length + PLAIN_MARGINS.length);

/** Activations of 8 bits that leave the relative rms error above this get 16. */
const WIDEN_ABOVE = 0.02;

/** Of a difference in merit, with which it counts as more than chance. */
const STANDARD_ERRORS = 2;

type Search = Generator<Question, Quantized, Answer>;

export function* search({ bits, activations, hasMerit }: SearchOptions): Search {
  const own = activations ?? 8;
  const plain = hasMerit ? plainRoundings(bits).map((rounding) => attempt(rounding, own, true)) : [];
  let best = yield* leastError(own, plain);
  const { relativeRmsError } = best.report;
  const mayWiden = activations === null && bits.every((one) => one === 8);
  if (mayWiden && relativeRmsError >= WIDEN_ABOVE && readsBytes(best.network))
    best = yield* widened(best, plain);
  if (!hasMerit) return best;
  const nearest = (yield { request: { kind: "merit", network: best.network }, ahead: plain }).merit!;
  let most: { quantized: Quantized; merit: ArrayLike<number> } | null = null;
  for (const [i, request] of plain.entries()) {
    const { quantized, merit } = yield { request, ahead: plain.slice(i + 1) };
    if (most === null || sumOf(merit!) > sumOf(most.merit)) most = { quantized: quantized!, merit: merit! };
  }
  if (most !== null && isBeyondChance(most.merit, nearest)) best = most.quantized;
  return best;
}

const sumOf = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (a, b) => (a as number) + b, 0) as number;

/**
 * Whether `a` is better than `b` by more than two standard errors of the mean of their differences. What is nearest to the floats
 * is what a float network's training was for; where plain rounding has a little less loss, that is as likely luck.
 */
function isBeyondChance(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  const n = a.length;
  const differences = Float64Array.from(a, (value, i) => value - b[i]!);
  const mean = sumOf(differences) / n;
  const squares = sumOf(differences.map((difference) => (difference - mean) ** 2));
  return mean > 0 && n * (n - 1) * mean * mean > STANDARD_ERRORS ** 2 * squares;
}

const attempt = (rounding: Rounding, activations: ActivationBits, withMerit = false): Request => ({
  kind: "attempt",
  rounding,
  activations,
  withMerit,
});

/** The searched rounding with the least error on the calibration data; `certain` will be asked in any case. */
function* leastError(activations: ActivationBits, certain: readonly Request[]): Search {
  const requests = TRIALS.map(({ below = 0, ...rounding }) => ({
    below,
    request: attempt(rounding, activations),
  }));
  let best: Quantized | null = null;
  for (const [t, { below, request }] of requests.entries()) {
    const least: number = best?.report.relativeRmsError ?? Number.POSITIVE_INFINITY;
    if (least < below) break;
    const later = requests.slice(t + 1).filter((one) => least >= one.below);
    const { quantized }: Answer = yield { request, ahead: [...certain, ...later.map((one) => one.request)] };
    if (best === null || quantized!.report.relativeRmsError < least) best = quantized!;
  }
  return best!;
}

/** `narrow`, or the same with activations of 16 bits where that is better. */
function* widened(narrow: Quantized, certain: readonly Request[]): Search {
  const { relativeRmsError } = narrow.report;
  try {
    const wide = yield* leastError(16, certain);
    if (wide.report.relativeRmsError >= relativeRmsError) return narrow;
    return { ...wide, report: { ...wide.report, errorWithBytes: relativeRmsError } };
  } catch (error) {
    // A layer has more columns than its accumulator then holds.
    if (error instanceof LiquidEdgeError && error.code === "unavailable") return narrow;
    throw error;
  }
}

/** Whether a matrix reads activations of 8 bits; an LTC by itself has none. */
function readsBytes({ layers }: IntNetwork): boolean {
  return layers.some(
    (layer) =>
      ("narrowed" in layer && layer.narrowed !== null) || (layer.kind === "int-input" && layer.width === 8),
  );
}

/**
 * Runs a search whose answers come from elsewhere, up to `threads` at a time: beside what it asks, what it will probably ask. The
 * result is that of one answer at a time, since the search sees the same ones.
 */
export async function searchAhead(
  search: Search,
  ask: (request: Request) => Promise<Answer>,
  threads: number,
): Promise<Quantized> {
  const asked = new Map<string, Promise<Answer>>();
  let waiting: Request[] = [];
  let underWay = 0;
  const start = (request: Request): Promise<Answer> => {
    const key = keyOf(request);
    const before = asked.get(key);
    if (before !== undefined) return before;
    underWay++;
    const answer = ask(request).finally(() => {
      underWay--;
      startWaiting();
    });
    // Of one that nobody asks for in the end, nobody needs to hear.
    answer.catch(() => {});
    asked.set(key, answer);
    return answer;
  };
  const startWaiting = () => {
    while (underWay < threads && waiting.length > 0) start(waiting.shift()!);
  };
  try {
    let step = search.next();
    while (!step.done) {
      const { request, ahead } = step.value;
      const answer = start(request);
      waiting = ahead.filter((one) => !asked.has(keyOf(one)));
      startWaiting();
      try {
        step = search.next(await answer);
      } catch (error) {
        step = search.throw(error);
      }
    }
    return step.value;
  } finally {
    waiting = [];
  }
}

/** Merit is asked of one network only. */
function keyOf(request: Request): string {
  return request.kind === "merit" ? "merit" : JSON.stringify(request);
}
