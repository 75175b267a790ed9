// Gives a reader inputs that it does not expect, all from one seed, and judges what it does with them.
//
// Guided: an input whose outcome has not been seen (a new message, a new kind of accepted file), and one that made code run for
// the first time, is kept and changed further. Most changes start from what is accepted: a file that is refused already says
// little about the code behind the refusal.
//
// Judged: what is accepted must satisfy the target's invariant. What is refused must be refused by a documented error with a
// message of one line that names the file. Reading may allocate in proportion to the input, and run in proportion to it.

import type { ErrorCode } from "../../bindings/errors.ts";
import { TestRandom } from "../../tests/network/random-model.ts";
import { AllocationMeter } from "./allocation.ts";
import { Corpus } from "./corpus.ts";
import { Coverage, type FileReach } from "./coverage.ts";
import { type Outcome, outcomeOf, shapeOf } from "./judge.ts";
import { mutate } from "./mutate.ts";

export interface FuzzTarget {
  name: string;
  /** How messages must call the input. */
  source: string;
  /** Inputs that are accepted. */
  seeds(): Promise<Uint8Array[]> | Uint8Array[];
  /** Keywords of the format. */
  words: readonly string[];
  codes: readonly ErrorCode[];
  /**
   * Reads an input, checks what must hold for what was accepted, and says in a few words what it was.
   * Throws what the reader throws, and `Broken` for an invariant that does not hold.
   */
  read(input: Uint8Array): string | Promise<string>;
  /** A change that knows the format; most mutants are made by it. Null: it cannot be made of this input. */
  change?(input: Uint8Array, random: TestRandom): Uint8Array | null;
  /** Of what is accepted: whether reading it takes so long that it is not changed further. Default: nothing is. */
  isCostly?(shape: string): boolean;
  /** Bytes that reading may allocate at once for each byte of input; default 64. */
  allocationPerByte?: number;
  /** And whatever the input; default 1 MiB. */
  allocationBytes?: number;
  /** Blocks of code that may run for each byte of input; default 400. */
  stepsPerByte?: number;
}

export interface Finding {
  target: string;
  what: string;
  input: Uint8Array;
}

export interface FuzzResult {
  executions: number;
  accepted: number;
  /** How often each outcome was seen. */
  outcomes: Map<string, number>;
  /** Inputs that were kept. */
  corpus: number;
  /** Of each file of ours that ran while code was covered: what was reached. */
  reach: Map<string, FileReach>;
  findings: Finding[];
}

export interface FuzzOptions {
  executions: number;
  seed: number;
  onProgress?: (done: number) => void;
  /** Started before the reader was loaded, so that what runs while it loads counts as reached. */
  coverage?: Coverage;
}

const MAX_FINDINGS = 10;
/** Changes that know the format: others nearly always end at the first test of a reader. */
const KNOWING_SHARE = 0.85;
const MAX_OUTCOMES = 20_000;
/** Asking for the coverage takes as long as a hundred executions. */
const ROUND = 500;
/** Code that is covered runs at half speed: the first tenth is, after which hardly any code runs for the first time. */
const COVERED_SHARE = 10;
const LEAST_COVERED = 20_000;
/** Of what is accepted but shows nothing new, one in so many is kept, for changes to add up. */
const KEPT_EVERY = 50;
const STEPS_BASE = 100_000;
const STACK_LINES = 20;

export async function fuzz(
  target: FuzzTarget,
  { executions, seed, onProgress, coverage: started }: FuzzOptions,
): Promise<FuzzResult> {
  const seeds = await target.seeds();
  const corpus = new Corpus();
  const result: FuzzResult = {
    executions: 0,
    accepted: 0,
    outcomes: new Map(),
    corpus: 0,
    reach: new Map(),
    findings: [],
  };
  using _stacks = withoutStacks();
  using meter = disposable(new AllocationMeter().install());
  using coverage = disposable(started ?? new Coverage().start());
  coverage.mark();
  const found = new Set<string>();
  const report = (what: string, input: Uint8Array) => {
    const kind = shapeOf(what);
    if (found.has(kind)) return;
    found.add(kind);
    result.findings.push({ target: target.name, what, input });
  };
  const read = async (input: Uint8Array): Promise<Outcome> => {
    const perByte = target.allocationPerByte ?? 64;
    meter.begin((target.allocationBytes ?? 1 << 20) + perByte * input.length);
    const outcome = await outcomeOf(target, input);
    meter.begin(Number.POSITIVE_INFINITY);
    return outcome;
  };
  /** Runs one input; keeps it when its outcome is new. */
  const run = async (input: Uint8Array): Promise<Outcome> => {
    const outcome = await read(input);
    result.executions++;
    if (outcome.finding !== null) {
      Error.stackTraceLimit = STACK_LINES;
      report((await read(input)).finding ?? `only the first time ${outcome.finding}`, input);
      Error.stackTraceLimit = 0;
    }
    if (outcome.accepted) result.accepted++;
    const before = result.outcomes.get(outcome.shape) ?? 0;
    if (before > 0 || result.outcomes.size < MAX_OUTCOMES) result.outcomes.set(outcome.shape, before + 1);
    const isKept = before === 0 || (outcome.accepted && result.accepted % KEPT_EVERY === 0);
    if (isKept && !target.isCostly?.(outcome.shape)) corpus.add(input, outcome.accepted);
    return outcome;
  };
  for (const input of seeds) {
    const { accepted, shape } = await run(input);
    if (!accepted) throw new Error(`${target.name}: a seed is refused: ${shape}`);
    corpus.add(input, true);
  }
  coverage.take();
  result.executions = result.accepted = 0;
  let isCovered = true;

  for (let start = 0; start < executions && result.findings.length < MAX_FINDINGS; start += ROUND) {
    const round: { input: Uint8Array; accepted: boolean }[] = [];
    let bytes = 0;
    for (let i = start; i < Math.min(start + ROUND, executions); i++) {
      const random = new TestRandom(seed * 0x1000003 + i);
      const base = corpus.pick(random);
      const changed = random.chance(KNOWING_SHARE) ? (target.change?.(base, random) ?? null) : null;
      const input = changed ?? mutate(base, corpus.pick(random), target.words, random);
      const { accepted } = await run(input);
      onProgress?.(i + 1);
      round.push({ input, accepted });
      bytes += input.length;
    }
    if (!isCovered) continue;
    const before = coverage.save();
    const { fresh, steps } = coverage.take();
    const allowed = (total: number) => STEPS_BASE + (target.stepsPerByte ?? 400) * total;
    if (steps > allowed(bytes)) {
      for (const { input } of round) {
        await read(input);
        const { steps: own } = coverage.take();
        if (own > allowed(input.length)) report(`${own} blocks of code ran for ${input.length} bytes`, input);
      }
    }
    if (fresh > 0) {
      const first = await firstFresh(round, coverage, before, ({ input }) => read(input));
      if (first !== null) corpus.add(first.input, first.accepted);
    }
    if (start >= Math.max(executions / COVERED_SHARE, LEAST_COVERED)) {
      isCovered = false;
      result.reach = coverage.reach();
      coverage.stop();
    }
  }
  if (isCovered) result.reach = coverage.reach();
  return { ...result, corpus: corpus.size };
}

/** The first of a round that makes code run which had not run `before`, by halves. Null: no one does by itself, or again. */
async function firstFresh<Item>(
  round: readonly Item[],
  coverage: Coverage,
  before: () => void,
  read: (item: Item) => Promise<unknown>,
): Promise<Item | null> {
  const after = coverage.save();
  let suspects = round;
  while (suspects.length > 1) {
    const half = suspects.slice(0, suspects.length >> 1);
    before();
    for (const item of half) await read(item);
    suspects = coverage.take().fresh > 0 ? half : suspects.slice(half.length);
  }
  before();
  for (const item of suspects) await read(item);
  const isFresh = coverage.take().fresh > 0;
  after();
  return isFresh ? suspects[0]! : null;
}

/** Stacks take most of the time of a refusal; only findings have one. */
function withoutStacks(): Disposable {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  return {
    [Symbol.dispose]: () => {
      Error.stackTraceLimit = stackTraceLimit;
    },
  };
}

function disposable<T extends { dispose(): void }>(one: T): T & Disposable {
  return Object.assign(one, { [Symbol.dispose]: () => one.dispose() });
}
