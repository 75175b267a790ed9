// Whether tensors are exactly those that a configuration asks for; if not, what the two say and how to mend it.
import { complain } from "../errors.ts";
import type { ModelConfig, Tensor } from "./model.ts";
import { printable } from "./printable.ts";
import { maskedMatrix } from "./prune-mask.ts";
import { softplus } from "./softplus.ts";
import { type ExpectedTensor, expectedTensors } from "./tensors.ts";

/** Where tensors and configuration came from, for messages. */
export interface ModelSource {
  weights: string;
  config?: string;
}

/**
 * Checks that `tensors` are exactly those of the configuration: none missing, none more but prune masks of its weight
 * matrices, right shapes, masks of 0 and 1, positive time constants. Throws `bad-config` where file and configuration contradict each other, `bad-file` for
 * values that no network has.
 */
export function checkTensors(
  model: ModelConfig,
  tensors: ReadonlyMap<string, Tensor>,
  source: ModelSource,
): void {
  const expected = expectedTensors(model);
  for (const wanted of expected) {
    const found = tensors.get(wanted.name);
    if (found === undefined) throw missing(model, wanted, tensors, source);
    if (!hasShape(found, wanted.shape)) throw wrongShape(wanted, found, source);
  }
  const names = new Set(expected.map(({ name }) => name));
  for (const [name, { shape }] of tensors) {
    if (names.has(name)) continue;
    const matrix = expected.find((wanted) => wanted.name === maskedMatrix(name));
    if (matrix === undefined) throw unexpected(model, name, shape, source);
    checkPruneMask({ ...matrix, name }, tensors.get(name)!, source);
  }
  for (const { name, role } of expected) {
    const allowed = role === "mask" ? MASK_VALUES : positiveValues(model, name);
    if (allowed !== null) checkValues(name, tensors.get(name)!, allowed, source);
  }
}

/** Values that a tensor may have, and how a message calls them. */
interface AllowedValues {
  what: string;
  includes(value: number): boolean;
}

const MASK_VALUES: AllowedValues = {
  what: "a mask of 0 and 1",
  includes: (value) => value === 0 || value === 1,
};

function checkPruneMask(wanted: ExpectedTensor, mask: Tensor, source: ModelSource): void {
  if (!hasShape(mask, wanted.shape)) throw wrongShape(wanted, mask, source);
  checkValues(wanted.name, mask, MASK_VALUES, source);
}

/** Divisors must not be 0: time constants, and the capacitances of the explicit solvers. */
function positiveValues(model: ModelConfig, name: string): AllowedValues | null {
  const hasFiniteInverse = (value: number) => value > 0 && Number.isFinite(Math.fround(1 / value));
  if (name === "tau") return { what: "time constants above 0", includes: hasFiniteInverse };
  const isExplicit = model.class === "liquid-edge.LTC" && model.config.solver !== "fused";
  if (name !== "rnn_cell.cm" || !isExplicit) return null;
  const isRaw = model.config.implicit_param_constraints;
  return {
    what: `capacitances above 0${isRaw ? " after softplus" : ""}`,
    includes: (value) => hasFiniteInverse(isRaw ? softplus(value) : value),
  };
}

function checkValues(name: string, { data }: Tensor, allowed: AllowedValues, source: ModelSource): void {
  const bad = data.findIndex((value) => !allowed.includes(value));
  if (bad < 0) return;
  throw complain("bad-file", source.weights, {
    field: name,
    expected: allowed.what,
    found: `${data[bad]} at position ${bad}`,
  });
}

function hasShape({ shape }: Tensor, wanted: number[]): boolean {
  return shape.length === wanted.length && shape.every((dim, i) => dim === wanted[i]);
}

function wrongShape({ name, shape, dimensions }: ExpectedTensor, found: Tensor, source: ModelSource) {
  const at = found.shape.length === shape.length ? shape.findIndex((dim, i) => dim !== found.shape[i]) : -1;
  const what = `the configuration${source.config === undefined ? "" : ` ${source.config}`} says`;
  const hint =
    at < 0
      ? `the dimensions are ${dimensions.join(", ")}`
      : `${what} ${dimensions[at]} = ${shape[at]}, the tensors say ${found.shape[at]}`;
  return complain("bad-config", source.weights, {
    field: name,
    expected: `shape [${shape.join(", ")}]`,
    found: `[${found.shape.slice(0, 8).join(", ")}]`,
    hint,
  });
}

function missing(
  model: ModelConfig,
  { name, shape }: ExpectedTensor,
  tensors: ReadonlyMap<string, Tensor>,
  source: ModelSource,
) {
  const hint = missingHint(model, name, tensors);
  return complain("bad-config", source.weights, {
    field: name,
    expected: `a tensor of shape [${shape.join(", ")}] for class ${model.class}`,
    found: "no such tensor",
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The two common reasons for a missing name: a state_dict of a parent or child module, and dropout in a backbone. */
function missingHint(
  model: ModelConfig,
  name: string,
  tensors: ReadonlyMap<string, Tensor>,
): string | undefined {
  // torch.nn.GRU does not call itself "rnn": that is the name of the module in what is saved.
  const own =
    model.class === "torch.nn.GRU" || model.class === "torch.nn.LSTM" ? name.replace("rnn.", "") : name;
  for (const found of tensors.keys()) {
    if (own !== name && (found === own || found.endsWith(`.${own}`)))
      return `the file has "${printable(found)}": save it as "${name}"`;
    if (found.endsWith(`.${name}`) || name.endsWith(`.${found}`)) {
      return `the file has "${printable(found)}": save the state_dict of the ${model.class} module itself`;
    }
  }
  if (/^rnn_cell\.backbone\.\d+\./.test(name)) {
    return "backbone_layers and whether backbone_dropout is 0 decide the numbers in these names";
  }
  return undefined;
}

/** What in the configuration would explain a tensor that it does not ask for. */
const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/^lstm\./, "config.mixed_memory is false"],
  [/^rnn\..*_reverse$/, "bidirectional networks are not supported"],
  [/^rnn\..*_l[1-9]\d*$/, "stacked layers are not supported"],
  [/^fc\./, "config.proj_size or config.output_size is not set"],
  [/^rnn_cell\.(input|output)_[wb]$/, "config.input_mapping or config.output_mapping leaves it out"],
  [/^rnn_cell\.layer_\d+\./, "config.wiring decides the number of layers"],
  [/^rnn_cell\.backbone\./, "config.backbone_layers or config.backbone_dropout leaves it out"],
  [/^rnn_cell\.(.*\.)?(w_tau|A)$/, "only config.mode pure has it"],
  [/^rnn_cell\.(.*\.)?(ff2|time_a|time_b)\./, "config.mode pure does not have it"],
  [/^layers\.\d+\./, "config.layer_sizes is shorter"],
  [/^prune_mask\./, "only a weight matrix of the network has a prune mask"],
];

function unexpected(model: ModelConfig, name: string, shape: number[], source: ModelSource) {
  const hint = EXPLANATIONS.find(([pattern]) => pattern.test(name))?.[1];
  return complain("bad-config", source.weights, {
    field: printable(name),
    expected: `no such tensor for class ${model.class} with this configuration`,
    found: `one of shape [${shape.slice(0, 8).join(", ")}]`,
    ...(hint === undefined ? {} : { hint }),
  });
}
