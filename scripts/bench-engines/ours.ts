// The engines of this project: the library as a user calls it, one step a call.

import { Network } from "../../bindings/network.ts";
import type { Engine } from "./engine.ts";

export function ours(engine: "simd" | "scalar" | "counted"): Engine {
  return {
    id: `liquid-edge-${engine}`,
    name: `Liquid Edge (${engine})`,
    version: "this checkout",
    async open({ files, input, inputs, outputs, steps }) {
      const network = await Network.load(files.weights, { config: files.config });
      const session = await network.session({ engine });
      const rows = Array.from({ length: steps }, (_, t) => input.subarray(t * inputs, (t + 1) * inputs));
      return {
        async run(repeats) {
          const result = new Float32Array(steps * outputs);
          const start = performance.now();
          for (let i = 0; i < repeats; i++) {
            session.reset();
            for (let t = 0; t < steps; t++) result.set(session.step(rows[t]!), t * outputs);
          }
          return { seconds: (performance.now() - start) / 1000, outputs: result };
        },
        close() {},
      };
    },
  };
}
