// The short form of `npm run fuzz -- --target image`.

import { expect, it } from "vitest";
import {
  Activation,
  Format,
  HEADER_BYTES,
  IntKind,
  IntMode,
  Kind,
  LAYER_BYTES,
  Layer,
  Mode,
  Solver,
} from "../../bindings/image/format.ts";
import { loadEngines } from "../kernel/engines.ts";
import { missingCodes, runCampaign } from "./campaign.ts";
import { baseImages, describeImage, viewOf } from "./image-bases.ts";
import { integerBases } from "./integer-bases.ts";
import { PROBE_MEMORY_BYTES, probe } from "./probe.ts";

const N_MUTANTS = 10_000;
const N_RANDOM = 5000;

it("check keeps every image from reading or writing outside image and arena, and reaches every reject code", () => {
  const result = runCampaign({
    mutants: N_MUTANTS,
    random: N_RANDOM,
    seed: 1,
    engines: ["scalar", "simd"],
  });
  expect(result.violations).toEqual([]);
  expect(result.mutants.total).toBe(N_MUTANTS);
  expect(result.random.total).toBe(N_RANDOM);
  expect(result.mutants.accepted).toBeGreaterThan(0.3 * N_MUTANTS);
  expect(missingCodes(result)).toEqual([]);
}, 240_000);

it("mutants start from accepted images with every kind of layer, variant and block format", () => {
  const engines = loadEngines(PROBE_MEMORY_BYTES);
  const bases = baseImages();
  const layers = new Set<string>();
  const formats = new Set<string>();
  for (const { image, arenaBytes, nLayers, blocks } of bases) {
    expect(probe(engines, { what: "nothing", image, arenaBytes }, "arena last", 1)).toEqual({
      code: 0,
      steps: 3,
    });
    const view = viewOf(image);
    for (let i = 0; i < nLayers; i++) {
      const record = HEADER_BYTES + i * LAYER_BYTES;
      const variant = view.getUint16(record + Layer.VARIANT, true);
      layers.add(`${view.getUint16(record + Layer.KIND, true)}/${variant}`);
    }
    for (const { type, format } of blocks) formats.add(`${type} ${format}`);
  }
  const variants: Partial<Record<Kind, object>> = {
    [Kind.DENSE]: Activation,
    [Kind.LTC]: Solver,
    [Kind.CFC]: Mode,
  };
  const expected = Object.values(Kind).flatMap((kind) =>
    Object.values(variants[kind] ?? { ONLY: 0 }).map((variant) => `${kind}/${variant}`),
  );
  expect([...layers].sort()).toEqual(expected.sort());
  expect([...formats].sort()).toEqual([
    ...[1, 2, 3, 4, 5, 6].map((format) => `matrix ${format}`),
    ...[1, 2, 4, 5].map((format) => `synapses ${format}`),
    "vector 0",
  ]);
});

it("integer mutants start from accepted images with every kind of layer, variant and block format", () => {
  const engines = loadEngines(PROBE_MEMORY_BYTES);
  const layers = new Set<string>();
  const formats = new Set<string>();
  for (const { image, arenaBytes, nLayers, blocks } of integerBases(describeImage)) {
    const untouched = { what: "nothing", image, arenaBytes };
    expect(probe(engines, untouched, "arena last", 1)).toEqual({ code: 0, steps: 3 });
    const view = viewOf(image);
    for (let i = 0; i < nLayers; i++) {
      const record = HEADER_BYTES + i * LAYER_BYTES;
      layers.add(
        `${view.getUint16(record + Layer.KIND, true)}/${view.getUint16(record + Layer.VARIANT, true)}`,
      );
    }
    for (const { type, at } of blocks)
      if (type !== "vector") formats.add(`${type}/${view.getUint32(at, true)}`);
  }
  const variants: Partial<Record<IntKind, number>> = {
    [IntKind.INPUT]: 2,
    [IntKind.DENSE]: 2,
    [IntKind.GATE]: 2,
    [IntKind.CFC]: IntMode.NO_GATE_UNIT,
  };
  const expected = Object.values(IntKind).flatMap((kind) =>
    Array.from({ length: variants[kind] ?? 1 }, (_, variant) => `${kind}/${variant}`),
  );
  expect([...layers].sort()).toEqual(expected.sort());
  const synapses = [Format.DENSE, Format.SPARSE].map((format) => `synapses/${format}`);
  const { DENSE, SPARSE, BLOCK, DENSE_4, BLOCK_4 } = Format;
  const matrices = [DENSE, SPARSE, BLOCK, DENSE_4, BLOCK_4].flatMap((format) => [
    `matrix/${format}`,
    `matrix/${Format.WIDE + format}`,
  ]);
  expect([...formats].sort()).toEqual([...matrices, `matrix/${Format.HELD}`, ...synapses].sort());
});
