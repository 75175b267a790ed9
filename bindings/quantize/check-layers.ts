// Whether the parts of a quantized network's layers fit together: a file may claim any shapes.

import { complain } from "../errors.ts";
import type { IntLayer } from "../image/lowered-integer.ts";

type Shape = readonly [nOut: number, nIn: number];

/** The shapes that the widths of a layer ask for, by field. */
function shapesOf(
  layer: IntLayer,
): Record<string, { expected: Shape; found: { nOut: number; nIn: number } }> {
  const [n, nIn] = [layer.out.length, layer.in.length];
  switch (layer.kind) {
    case "int-dense":
      return { matrix: { expected: [n, nIn], found: layer.matrix } };
    case "int-lstm":
      return { matrix: { expected: [4 * n, nIn + n], found: layer.matrix } };
    case "int-gru":
      return {
        resetUpdate: { expected: [2 * n, nIn + n], found: layer.resetUpdate },
        fromInput: { expected: [n, nIn], found: layer.fromInput },
        fromState: { expected: [n, n], found: layer.fromState },
      };
    case "int-gate":
      return { g: { expected: [n, nIn], found: layer.g }, a: { expected: [n, nIn], found: layer.a } };
    case "int-cfc": {
      if (layer.mode === "pure") return { ff1: { expected: [n, nIn], found: layer.ff1 } };
      const heads = layer.heads.map((found, i) => [`heads.${i}`, { expected: [n, nIn] as Shape, found }]);
      return Object.fromEntries(heads);
    }
    case "int-ltc":
      return {
        sensory: { expected: [n, nIn], found: layer.sensory },
        recurrent: { expected: [n, n], found: layer.recurrent },
      };
    default:
      return {};
  }
}

/** The lengths that vectors of a layer must have beside its own, by field. */
function lengthsOf(layer: IntLayer): Record<string, { expected: number; found: number }> {
  const n = layer.out.length;
  const lengths: Record<string, { expected: number; found: number }> = {};
  if (layer.kind === "int-input" || layer.kind === "int-affine")
    lengths["in.length"] = { expected: n, found: layer.in.length };
  if (layer.kind === "int-lstm") lengths["cell.length"] = { expected: n, found: layer.cell.length };
  if ("narrowed" in layer && layer.narrowed !== null)
    lengths["narrowed.to.length"] = { expected: n, found: layer.narrowed.to.length };
  return lengths;
}

/** @throws LiquidEdgeError `bad-file` that names `source` and the first part that does not fit */
export function checkLayers(layers: readonly IntLayer[], source: string): void {
  for (const [i, layer] of layers.entries()) {
    for (const [field, { expected, found }] of Object.entries(shapesOf(layer))) {
      if (found.nOut === expected[0] && found.nIn === expected[1]) continue;
      throw complain("bad-file", source, {
        field: `layers.${i}.${field}`,
        expected: `${expected[0]} x ${expected[1]} weights, as the layer is wide`,
        found: `${found.nOut} x ${found.nIn}`,
      });
    }
    for (const [field, { expected, found }] of Object.entries(lengthsOf(layer))) {
      if (found === expected) continue;
      throw complain("bad-file", source, {
        field: `layers.${i}.${field}`,
        expected: `${expected}, as the layer is wide`,
        found: String(found),
      });
    }
  }
}
