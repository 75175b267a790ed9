// What a failing matcher says beyond the figure: where the cost goes, and what would lower it.

import type { Coefficient, Estimate } from "../bindings/estimate/estimate.ts";
import { bytes, digits, percent, range } from "../format/numbers.ts";

/** What was too much. */
export type Aspect = "cycles" | "power" | "ram" | "flash";

/** Cycles of an operation on a core that has an instruction for it; more of them are a library's. */
const HARDWARE_CYCLES = 10;
/** Share of the energy of a period from which waiting is what to look at. */
const WAITING = 0.5;

/** Lines: where it goes, and what to do next. */
export function advise(estimate: Estimate, aspect: Aspect): string[] {
  if (aspect === "ram" || aspect === "flash") return memoryAdvice(estimate, aspect);
  if (aspect === "power" && estimate.idle.energyShare > WAITING) return idleAdvice(estimate);
  const costs = costsOf(estimate);
  if (costs.length === 0) return [];
  return [`Where it goes: ${costs.join(", ")}.`, `Next: ${remedyOf(estimate)}.`];
}

function costsOf(estimate: Estimate): string[] {
  const { layers } = estimate.breakdown;
  const layer = largest(layers);
  const work = dearest(estimate);
  if (work === null) return [];
  const coefficient = estimate.coefficients.find(({ name }) => name === work.coefficient);
  return [
    ...(layer === undefined ? [] : [`layer ${layer.name} ${percent(layer.share)} of the cycles`]),
    `${work.what} ${work.cost.name} ${percent(work.cost.share)}`,
    ...(coefficient === undefined ? [] : [coefficientText(coefficient)]),
  ];
}

/** What has the most cycles of operation classes, kernels and rows, and the name of the coefficient that prices it. */
function dearest({ breakdown }: Estimate) {
  const candidates = [
    { what: "operation class", prefix: "cycles", cost: largest(breakdown.classes) },
    { what: "kernel", prefix: "cyclesPerMac", cost: largest(breakdown.kernels) },
    { what: "rows of kernel", prefix: "cyclesPerRow", cost: largest(breakdown.rows) },
  ].flatMap(({ what, prefix, cost }) =>
    cost === undefined ? [] : [{ what, cost, cycles: cost.cycles, coefficient: `${prefix}.${cost.name}` }],
  );
  return largest(candidates) ?? null;
}

function largest<Cost extends { cycles: number }>(costs: readonly Cost[]): Cost | undefined {
  return costs.reduce<Cost | undefined>(
    (best, one) => (best === undefined || one.cycles > best.cycles ? one : best),
    undefined,
  );
}

function coefficientText({ name, typ, min, max, grade, source }: Coefficient): string {
  return `coefficient ${name} ${digits(typ)} [${range({ min, max })}] (grade ${grade}: ${source})`;
}

function remedyOf({ precision, breakdown, coefficients }: Estimate): string {
  const floats = breakdown.classes.filter(({ name }) => name.startsWith("f32"));
  const share = floats.reduce((sum, one) => sum + one.share, 0);
  const isEmulated = coefficients.some(({ name, typ }) => name === "cycles.f32Mul" && typ > HARDWARE_CYCLES);
  const layer = largest(breakdown.layers);
  const where = layer === undefined ? "the network" : `layer ${layer.name}`;
  const less = `prune ${where} (prune, "liquid-edge prune"), or take fewer neurons`;
  if (isEmulated) {
    return `int8 (quantize, "liquid-edge quantize"), because floats are library calls there, ${percent(share)} of the cycles`;
  }
  if (precision === "int8" || precision === "int4") return less;
  return `${less}; int8 (quantize, "liquid-edge quantize") where the core is fast with integers`;
}

function idleAdvice({ idle, coefficients, operatingPoint }: Estimate): string[] {
  const coefficient = coefficients.find(({ name }) => name === "idleCurrentMa");
  const what = coefficient === undefined ? "" : `, ${coefficientText(coefficient)}`;
  return [
    `Where it goes: waiting in ${idle.mode} ${percent(idle.energyShare)} of the energy${what}.`,
    `Next: a deeper idle mode than ${idle.mode} or another operating point than ${operatingPoint.id}; a cheaper network saves little.`,
  ];
}

function memoryAdvice({ memory, precision }: Estimate, aspect: "ram" | "flash"): string[] {
  if (memory === null) return [];
  const counted = memory.sections.filter(
    ({ place }) => place === "image" || (aspect === "ram" && place === "arena"),
  );
  const inRam = aspect === "ram" && memory.imageIn === "flash";
  const sections = inRam ? counted.filter(({ place }) => place === "arena") : counted;
  const most = sections.reduce((best, one) => (one.bytes > best.bytes ? one : best), sections[0]!);
  const remedy =
    aspect === "ram" && memory.imageIn === "ram"
      ? 'imageIn: "flash" leaves the image there'
      : precision === "fp32" || precision === null
        ? 'fp16 halves the weights (withPrecision("fp16")), int8 quarters them (quantize)'
        : "prune it, or take fewer neurons";
  return [`Where it goes: ${most.section} of the ${most.place}, ${bytes(most.bytes)}.`, `Next: ${remedy}.`];
}
