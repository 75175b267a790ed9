// Input sequences: what `run` takes, in the shape of the reference cases, checked before anything runs.

import { complain, type LiquidEdgeError } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import type { Tensor } from "../network/model.ts";
import { describeValue } from "../network/printable.ts";

/** Checked input of a network: `batch` rows of `steps` time steps. */
export interface Sequence {
  /** Rows, each with a state of its own. */
  batch: number;
  /** Time steps of every row. */
  steps: number;
  /** Inputs of the network. */
  features: number;
  /** [batch, steps, features] */
  input: Float32Array;
  /** [batch, steps], elapsed time of each step; null: 1. */
  timespans: Float32Array | null;
  /** [batch, units]; null: zeros. */
  initialH: Float32Array | null;
  /** [batch, units]; null: zeros. */
  initialC: Float32Array | null;
}

/** Outputs of every step and the states after the last one. */
export interface SequenceResult {
  /** [batch, steps, outputs] */
  output: Tensor;
  /** [batch, units] */
  finalH: Tensor;
  /** [batch, units]; null without a second state. */
  finalC: Tensor | null;
  /** A step of some row produced an infinite value or a NaN. */
  sawNonFinite: boolean;
}

/** Fields of an input file; other fields are ignored, so that a reference case can be passed as it is. */
const FIELDS = {
  input: "input",
  timespans: "timespans",
  initialH: "initial_h",
  initialC: "initial_c",
} as const;

/**
 * Checks input data against a network. `input` is [batch, steps, features] or [steps, features]; `timespans`
 * [batch, steps] (or [steps]), `initial_h` and `initial_c` [batch, units] (or [units]).
 * @throws LiquidEdgeError `bad-input` that names `source` and the field
 */
export function parseSequence(
  value: unknown,
  network: Pick<CompiledNetwork, "input" | "hidden" | "cell">,
  source: string,
): Sequence {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw complain("bad-input", source, {
      expected: 'an object with a field "input"',
      found: describeValue(value),
    });
  }
  const fields = value as Record<string, unknown>;
  const features = network.input.length;
  const input = readTensor(fields[FIELDS.input], FIELDS.input, source);
  const [batch, steps, width] =
    input.shape.length === 2 ? [1, input.shape[0]!, input.shape[1]!] : input.shape;
  if ((input.shape.length !== 3 && input.shape.length !== 2) || width !== features) {
    throw complain("bad-input", source, {
      field: `${FIELDS.input}.shape`,
      expected: `[batch, steps, ${features}] or [steps, ${features}]`,
      found: JSON.stringify(input.shape),
    });
  }
  if (batch === 0 || steps === 0) {
    throw complain("bad-input", source, {
      field: `${FIELDS.input}.shape`,
      expected: "at least one row and one step",
      found: JSON.stringify(input.shape),
    });
  }
  const optional = (field: string, shape: number[]): Float32Array | null => {
    const raw = fields[field];
    if (raw === undefined || raw === null) return null;
    const tensor = readTensor(raw, field, source);
    const flat = shape[0] === 1 && tensor.shape.length === 1 ? [1, ...tensor.shape] : tensor.shape;
    if (flat.length !== shape.length || flat.some((n, i) => n !== shape[i])) {
      throw complain("bad-input", source, {
        field: `${field}.shape`,
        expected: JSON.stringify(shape),
        found: JSON.stringify(tensor.shape),
      });
    }
    return tensor.data;
  };
  const timespans = optional(FIELDS.timespans, [batch!, steps!]);
  const bad = timespans?.findIndex((t) => !(t > 0)) ?? -1;
  if (bad >= 0) {
    throw complain("bad-input", source, {
      field: `${FIELDS.timespans}.data[${bad}]`,
      expected: "an elapsed time above 0",
      found: String(timespans![bad]),
    });
  }
  if (network.hidden.length === 0 && fields[FIELDS.initialH] != null)
    throw stateless(source, FIELDS.initialH);
  if (network.cell.length === 0 && fields[FIELDS.initialC] != null) throw stateless(source, FIELDS.initialC);
  return {
    batch: batch!,
    steps: steps!,
    features,
    input: input.data,
    timespans,
    initialH: optional(FIELDS.initialH, [batch!, network.hidden.length]),
    initialC: optional(FIELDS.initialC, [batch!, network.cell.length]),
  };
}

function stateless(source: string, field: string): LiquidEdgeError {
  return complain("bad-input", source, {
    field,
    expected: "null: the network has no such state",
    found: "a tensor",
  });
}

/** `{shape, data}` with finite float32 data of the right length. */
function readTensor(value: unknown, field: string, source: string): Tensor {
  const fail = (path: string, expected: string, found: string) =>
    complain("bad-input", source, { field: path, expected, found });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fail(field, 'an object {"shape": […], "data": […]}', describeValue(value));
  }
  const { shape, data } = value as Record<string, unknown>;
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw fail(`${field}.shape`, "an array of whole numbers", describeValue(shape));
  }
  if (!Array.isArray(data) && !(data instanceof Float32Array)) {
    throw fail(`${field}.data`, "a flat array of numbers", describeValue(data));
  }
  const length = shape.reduce((product: number, n: number) => product * n, 1);
  if (data.length !== length) {
    throw fail(`${field}.data`, `${length} numbers for shape ${JSON.stringify(shape)}`, `${data.length}`);
  }
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const x: unknown = data[i];
    if (typeof x !== "number" || !Number.isFinite(Math.fround(x))) {
      throw fail(
        `${field}.data[${i}]`,
        "a finite float32 number",
        typeof x === "number" ? String(x) : describeValue(x),
      );
    }
    result[i] = x;
  }
  return { shape: [...shape], data: result };
}
