import type { GatedConfig } from "../network/model.ts";
import { type LoweredCell, linear, type Tensors } from "./lower.ts";
import type { ArenaLayout } from "./lowered.ts";

/** LiquidGate: one layer, whose two matrices read inputs and state as they lie side by side. */
export function lowerGate(config: GatedConfig, tensors: Tensors, arena: ArenaLayout): LoweredCell {
  const { input_size: m, units: n } = config;
  const input = arena.place(m);
  const hidden = arena.place(n);
  return {
    layers: [
      {
        kind: "gate",
        name: "gate",
        in: input,
        out: hidden,
        target: linear(tensors, "g", n, m + n),
        rate: linear(tensors, "a", n, m + n),
      },
    ],
    input,
    hidden,
    cell: { at: arena.end, length: 0 },
  };
}
