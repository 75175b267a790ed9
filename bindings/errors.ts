import { oneLine } from "./network/printable.ts";

/** Characters of a part of a message: it may quote a file, which may be all one line. */
const MAX_PART = 250;
/** And of what was expected, which may list all names that there are. */
const MAX_LIST = 500;
/** Longer names are no typing errors of ours. */
const MAX_NAME = 100;

/** What went wrong, for programs; the message is for people. */
export type ErrorCode =
  /** A file (safetensors, JSON, image) is not what it claims to be. */
  | "bad-file"
  /** A configuration contradicts itself or its tensors, or names something unknown. */
  | "bad-config"
  /** Input data of the wrong width, not finite, or with an elapsed time that is not positive. */
  | "bad-input"
  /** A board file that the schema or its rules refuse. */
  | "bad-board"
  /** A suite, record, baseline or history that the schema or its rules refuse. */
  | "bad-record"
  /** A baseline that is not there. */
  | "no-baseline"
  /** An identifier that does not exist: platform, operating point, operation class, kernel. */
  | "unknown-name"
  /** The board cannot run or price what is asked of it. */
  | "unavailable"
  /** Something this version does not do yet. */
  | "not-in-this-version"
  /** The core refused an image: our own fault unless the image came from elsewhere. */
  | "image-rejected"
  /** A program that npm cannot bring is missing, or failed. */
  | "bad-tool"
  /** A device is gone: unplugged, or its emulator ended. */
  | "device-lost"
  /** A device does not answer. */
  | "device-silent"
  /** A device answered that it cannot do what was asked. */
  | "device-refused";

/** The parts of a message about bad input: which field, what was expected, what was found. */
export interface Complaint {
  /** Dotted path of the offending field or name of the tensor, e.g. `config.units`. */
  field?: string;
  expected: string;
  found: string;
  /** What to do about it, one short sentence without a full stop. */
  hint?: string;
}

/** The one error class of this library beside `TypeError` and `RangeError`, which report wrong calls. */
export class LiquidEdgeError extends Error {
  /** The class's name, as in `error.name` of any error. */
  override readonly name = "LiquidEdgeError";
  /** What went wrong, for programs. */
  readonly code: ErrorCode;

  /** @param message one line for people: which file, which field, what was expected and what was found */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * An error whose one-line text reads `source: "field" expected …, found … (hint)`.
 * `source` is the file the data came from, or what it is when there was no file.
 */
export function complain(code: ErrorCode, source: string, complaint: Complaint): LiquidEdgeError {
  const { field, expected, found, hint } = complaint;
  const subject = field === undefined ? "" : `"${oneLine(field, MAX_PART)}" `;
  const advice = hint === undefined ? "" : ` (${oneLine(hint, MAX_PART)})`;
  const sentence = `expected ${oneLine(expected, MAX_LIST)}, found ${oneLine(found, MAX_PART)}`;
  return new LiquidEdgeError(code, `${oneLine(source)}: ${subject}${sentence}${advice}`);
}

/** The name of `names` nearest to `name` by edit distance, when it is near enough to be a typing error. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > MAX_NAME) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    // The distance is at least the difference in length.
    if (candidate.length - name.length >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and substitutions cost 1 each. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
