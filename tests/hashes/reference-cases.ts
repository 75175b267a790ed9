// The reference cases in every precision: ncps' own networks and those of tests/golden, hashed as the random networks are.

import type { Core } from "../../bindings/core/core.ts";
import { parseSequence } from "../../bindings/core/sequence.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import type { IntNetwork } from "../../bindings/image/lowered-integer.ts";
import type { Precision } from "../../bindings/image/parameters.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { toRaw, toTimeUnits } from "../../bindings/quantize/report.ts";
import { describeImage, inForm } from "../fuzz/image-bases.ts";
import { completeModel } from "../kernel/run-core.ts";
import { type QuantizeCase, quantizeCases } from "../quantize/cases.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { agreedResults, type HashCase } from "./engines.ts";
import { hashResults, hex } from "./hash.ts";

/** A case and its form, and how to make it. */
export interface ReferenceCase {
  name: string;
  make: () => HashCase;
}

const FORMS = [
  ["int8", 8],
  ["int4", 8],
  ["int8", 16],
  ["int4", 16],
] as const;

/** Every case in fp32 and fp16, the gated ones in 4x1 blocks as well, and all that have an integer form in those. */
export function referenceCases(): ReferenceCase[] {
  const gated = ownCases("gated");
  const golden = [...ncpsCases(), ...gated, ...ownCases("gate"), ...ownCases("solvers")];
  const floats = golden.flatMap((one) =>
    (["fp32", "fp16"] as const).map((precision) => ({
      name: `${one.name}, ${precision}`,
      make: () => floatCase(one, compile(completeModel(one), { precision })),
    })),
  );
  const blocks = gated.flatMap((one) =>
    (["fp32", "fp16"] as const).map((precision) => ({
      name: `${one.name}, blocks, ${precision}`,
      make: () => floatCase(one, inBlocks(compile(completeModel(one)), precision)),
    })),
  );
  const integers = quantizeCases().flatMap((one) =>
    FORMS.map(([precision, activations]) => ({
      name: `${one.name}, ${precision}${activations === 16 ? "x16" : ""}`,
      make: () => integerCase(one, precision, activations),
    })),
  );
  return [...floats, ...blocks, ...integers];
}

function floatCase({ name, input, timespans, initialH, initialC }: GoldenCase, compiled: CompiledNetwork) {
  const fields = { input, timespans, initial_h: initialH, initial_c: initialC };
  return { compiled, sequence: parseSequence(fields, compiled, name), expected: null };
}

/** Half of its connections gone, in 4x1 blocks. */
function inBlocks(compiled: CompiledNetwork, precision: Precision): CompiledNetwork {
  const { image } = inForm(
    describeImage(compiled.image, compiled.arenaBytes),
    { format: "block", precision },
    1,
  );
  return { ...compiled, image };
}

/** The first row, quantized with the case's own inputs, in raw counts and units of time. */
function integerCase(
  { model, calibration }: QuantizeCase,
  precision: "int8" | "int4",
  activations: 8 | 16,
): HashCase {
  const { network } = quantize(model, { precision, calibration, activations });
  const { steps, features, input, timespans } = calibration;
  const raw = new Int16Array(steps * features);
  for (let t = 0; t < steps; t++)
    raw.set(toRaw(network, input.subarray(t * features, (t + 1) * features)), t * features);
  const elapsed = Uint16Array.from({ length: steps }, (_, t) => toTimeUnits(network, timespans?.[t] ?? 1));
  const unit = 2 ** network.time.exponent;
  return {
    compiled: compileInteger(withScalesOfOne(network)),
    sequence: {
      ...{ batch: 1, steps, features, initialH: null, initialC: null },
      input: Float32Array.from(raw),
      timespans: Float32Array.from(elapsed, (d) => d / unit),
    },
    expected: runIntegerReference(network, raw, { elapsed }),
  };
}

/** So that integers go in and come out. */
function withScalesOfOne(network: IntNetwork): IntNetwork {
  const ones = (values: Float64Array) => new Float64Array(values.length).fill(1);
  const { input, inputOffset, output, hidden, cell } = network.scales;
  return {
    ...network,
    scales: {
      input: ones(input),
      inputOffset: new Float64Array(inputOffset.length),
      output: ones(output),
      hidden: ones(hidden),
      cell: ones(cell),
    },
  };
}

/** The hash of the results that all builds, and the reference of an integer case, agree on. */
export function hashReferenceCase({ make }: ReferenceCase, cores: readonly Core[]): string {
  return hex(hashResults(agreedResults(cores, make())));
}
