// Gives a reader inputs that it does not expect, all from one seed, and judges what it does with them.
//
// Guided: an input whose outcome has not been seen (a new message, a new kind of accepted file), and those of a round in which
// code ran for the first time, are kept and changed further.
//
// Judged: what is accepted must satisfy the target's invariant. What is refused must be refused by a documented error with a
// message of one line that names the file. Reading may allocate in proportion to the input, and run in proportion to it.

import { type ErrorCode, LiquidEdgeError } from "../../bindings/errors.ts";
import { TestRandom } from "../../tests/network/random-model.ts";
import { AllocationMeter, TooMuch } from "./allocation.ts";
import { Coverage } from "./coverage.ts";
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
  /** A change that knows the format; half of all mutants. Null: it cannot be made of this input. */
  change?(input: Uint8Array, random: TestRandom): Uint8Array | null;
  /** Bytes that reading may allocate at once for each byte of input; default 64. */
  allocationPerByte?: number;
  /** And whatever the input; default 1 MiB. */
  allocationBytes?: number;
  /** Blocks of code that may run for each byte of input; default 400. */
  stepsPerByte?: number;
}

/** An invariant that does not hold. */
export class Broken extends Error {
  override readonly name = "Broken";
}

export interface Finding {
  target: string;
  what: string;
  input: Uint8Array;
}

export interface FuzzResult {
  executions: number;
  accepted: number;
  /** Different outcomes. */
  outcomes: Map<string, number>;
  corpus: number;
  /** Of our code, that ran. */
  blocks: number;
  findings: Finding[];
}

export interface FuzzOptions {
  executions: number;
  seed: number;
  onProgress?: (done: number) => void;
}

const MAX_FINDINGS = 10;
const MAX_CORPUS = 2000;
const MAX_OUTCOMES = 20_000;
/** Asking for the coverage takes as long as a hundred executions. */
const ROUND = 500;
/** Inputs that are kept of a round in which code ran for the first time: which of them it was is not known. */
const KEPT = 10;
/** Code that is covered runs at half speed: the first tenth is, after which hardly any code runs for the first time. */
const COVERED_SHARE = 10;
const LEAST_COVERED = 20_000;
const STEPS_BASE = 100_000;
const MAX_MESSAGE = 2000;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

export async function fuzz(
  target: FuzzTarget,
  { executions, seed, onProgress }: FuzzOptions,
): Promise<FuzzResult> {
  const corpus = await target.seeds();
  const result: FuzzResult = {
    executions: 0,
    accepted: 0,
    outcomes: new Map(),
    corpus: 0,
    blocks: 0,
    findings: [],
  };
  using meter = disposable(new AllocationMeter().install());
  using coverage = disposable(new Coverage().start());
  const found = new Set<string>();
  const report = (what: string, input: Uint8Array) => {
    const kind = shapeOf(what);
    if (found.has(kind)) return;
    found.add(kind);
    result.findings.push({ target: target.name, what, input });
  };
  /** Runs one input; whether its outcome is new. */
  const run = async (input: Uint8Array): Promise<boolean> => {
    const perByte = target.allocationPerByte ?? 64;
    meter.begin((target.allocationBytes ?? 1 << 20) + perByte * input.length);
    const outcome = await outcomeOf(target, input);
    meter.begin(Number.POSITIVE_INFINITY);
    result.executions++;
    if (outcome.finding !== null) report(outcome.finding, input);
    if (outcome.accepted) result.accepted++;
    const before = result.outcomes.get(outcome.shape) ?? 0;
    if (before > 0 || result.outcomes.size < MAX_OUTCOMES) result.outcomes.set(outcome.shape, before + 1);
    return before === 0;
  };
  for (const input of corpus) await run(input);
  for (const { what } of result.findings) throw new Error(`${target.name}: a seed is refused: ${what}`);
  if (result.accepted < corpus.length) {
    throw new Error(`${target.name}: a seed is refused: ${[...result.outcomes.keys()].join("; ")}`);
  }
  coverage.take();
  result.executions = result.accepted = 0;
  let isCovered = true;

  for (let start = 0; start < executions && result.findings.length < MAX_FINDINGS; start += ROUND) {
    const round: Uint8Array[] = [];
    let bytes = 0;
    for (let i = start; i < Math.min(start + ROUND, executions); i++) {
      const random = new TestRandom(seed * 0x1000003 + i);
      const base = random.pick(corpus);
      const changed = random.chance(0.5) ? (target.change?.(base, random) ?? null) : null;
      const input = changed ?? mutate(base, random.pick(corpus), target.words, random);
      onProgress?.(i);
      if ((await run(input)) && corpus.length < MAX_CORPUS) corpus.push(input);
      round.push(input);
      bytes += input.length;
    }
    if (!isCovered) continue;
    const { fresh, steps } = coverage.take();
    const allowed = (n: number, total: number) => STEPS_BASE * n + (target.stepsPerByte ?? 400) * total;
    const isSlow = steps > allowed(1, bytes);
    if (isSlow) {
      for (const input of round) {
        await outcomeOf(target, input);
        const { steps: own } = coverage.take();
        if (own > allowed(1, input.length))
          report(`${own} blocks of code ran for ${input.length} bytes`, input);
      }
    }
    if (fresh > 0 && corpus.length < MAX_CORPUS) {
      const random = new TestRandom(seed ^ start);
      for (let i = 0; i < KEPT; i++) corpus.push(random.pick(round));
    }
    if (start >= Math.max(executions / COVERED_SHARE, LEAST_COVERED)) {
      isCovered = false;
      coverage.stop();
    }
  }
  return { ...result, corpus: corpus.length, blocks: coverage.blocks };
}

interface Outcome {
  shape: string;
  accepted: boolean;
  finding: string | null;
}

async function outcomeOf(target: FuzzTarget, input: Uint8Array): Promise<Outcome> {
  try {
    const reading = target.read(input);
    const shape = typeof reading === "string" ? reading : await reading;
    return { shape: `accepted: ${shape}`, accepted: true, finding: null };
  } catch (error) {
    const finding = complaintAbout(error, target);
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { shape: shapeOf(text), accepted: false, finding };
  }
}

/** What is wrong with an error, null when nothing is. */
export function complaintAbout(
  error: unknown,
  { codes, source }: Pick<FuzzTarget, "codes" | "source">,
): string | null {
  if (error instanceof Broken) return `broken: ${error.message}`;
  if (error instanceof TooMuch)
    return `allocates too much: ${error.stack?.split("\n").slice(0, 6).join(" | ")}`;
  if (!(error instanceof LiquidEdgeError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    return `undocumented error: ${stack?.split("\n").slice(0, 5).join(" | ")}`;
  }
  const { code, message } = error;
  if (!codes.includes(code)) return `undocumented code ${code}: ${message}`;
  if (!message.includes(source)) return `a message that does not name the file: ${message}`;
  if (UNPRINTABLE.test(message)) return `a message with unprintable characters: ${JSON.stringify(message)}`;
  if (message.length > MAX_MESSAGE)
    return `a message of ${message.length} characters: ${message.slice(0, 200)}`;
  return null;
}

/** A message without what it quotes, counts and found. */
function shapeOf(message: string): string {
  return message
    .replace(/, found .*$/s, "")
    .replace(/"[^"]*"/g, '""')
    .replace(/-?\d[\d.e+-]*/g, "#")
    .slice(0, 160);
}

function disposable<T extends { dispose(): void }>(one: T): T & Disposable {
  return Object.assign(one, { [Symbol.dispose]: () => one.dispose() });
}
