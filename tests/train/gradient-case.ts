// Gradients that ncps computed by automatic differentiation in float64.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type GoldenCase, hasFullSets, ncpsCases } from "../reference/golden-case.ts";
import type { Values } from "../reference/run-model.ts";

export interface GradientCase {
  golden: GoldenCase;
  /** [batch, steps, outputs]: the loss is the mean of (output - target)^2. */
  target: Values;
  loss: number;
  /** dL/d(name) by tensor; `@input`, `@initial_h`, `@initial_c` beside the parameters. */
  gradients: Map<string, Float64Array>;
}

const ROOT = join(import.meta.dirname, "..", "..");
const FOLDER = hasFullSets ? join(ROOT, "../shared/reference/ncps") : join(ROOT, "tests/golden/gradients");

/** All cases where the complete reference data is at hand, else the three copies. */
export function gradientCases(): GradientCase[] {
  const goldens = new Map(ncpsCases().map((golden) => [golden.name, golden]));
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".grad.safetensors"))
    .map((file) => {
      const name = file.slice(0, -".grad.safetensors".length);
      const { gradient } = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
      return {
        golden: goldens.get(name)!,
        target: gradient.target,
        loss: gradient.loss_float64,
        gradients: readDoubles(readFileSync(join(FOLDER, file))),
      };
    });
}

/** The tensors of a well-formed F64 safetensors file. */
function readDoubles(file: Uint8Array): Map<string, Float64Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const dataAt = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, dataAt)));
  delete header.__metadata__;
  return new Map(
    Object.entries(header as Record<string, { data_offsets: [number, number] }>).map(
      ([
        name,
        {
          data_offsets: [start, end],
        },
      ]) => [
        name,
        Float64Array.from({ length: (end - start) / 8 }, (_, i) =>
          view.getFloat64(dataAt + start + 8 * i, true),
        ),
      ],
    ),
  );
}
