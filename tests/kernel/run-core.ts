// Runs a model on one build of the core, for tests, and compares bits.

import type { Engine } from "../../bindings/core/core.ts";
import { parseSequence, type SequenceResult } from "../../bindings/core/sequence.ts";
import { Session } from "../../bindings/core/session.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import type { GoldenCase } from "../reference/golden-case.ts";
import type { ReferenceOptions, Values } from "../reference/run-model.ts";

/** Every build of the core; the first one is what the others are compared with. */
export const ENGINES: readonly Engine[] = ["scalar", "simd", "counted"];

/** Outputs and final states of input [batch, steps, features] on that build. */
export async function runCore(
  engine: Engine,
  model: Model,
  input: Values,
  options: ReferenceOptions = {},
): Promise<SequenceResult> {
  return runCompiled(engine, compile(model), input, options);
}

/** The same of a network that is compiled already. */
export async function runCompiled(
  engine: Engine,
  compiled: CompiledNetwork,
  input: Values,
  { timespans, initialH, initialC }: ReferenceOptions = {},
): Promise<SequenceResult> {
  const session = await Session.create(compiled, { engine });
  const fields = { input, timespans, initial_h: initialH, initial_c: initialC };
  return session.run(parseSequence(fields, compiled, "test input"));
}

/** The model of a golden case with the defaults of its class filled in, as the library reads it. */
export function completeModel({ name, model }: GoldenCase): Model {
  return { ...parseConfig(model, name), tensors: model.tensors } as Model;
}

/** The bits of all results, every NaN as the same one: equal strings mean "bit-identical". */
export function bitsOf({ output, finalH, finalC }: SequenceResult): string {
  return [output, finalH, finalC].map((tensor) => (tensor === null ? "none" : hexOf(tensor.data))).join("|");
}

function hexOf(values: Float32Array): string {
  const canonical = values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
  return Buffer.from(canonical.buffer, canonical.byteOffset, canonical.byteLength).toString("hex");
}
