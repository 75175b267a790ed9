// What a session takes beyond its image: the arena, the rest of the last page of 64 KiB that WebAssembly grows by, and what the
// JavaScript engine holds for an instance.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Network } from "../../bindings/network.ts";
import { CELLS, networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";

describe("linear memory of a running network", () => {
  it.each(CELLS)("%s of 64 neurons: less than a page beyond image and arena", async (cell) => {
    const network = Network.fromModel(
      initialModel(networkFor({ cell, units: 64 }, { nInputs: 8, nOutputs: 4 }), 0),
    );
    const { imageBytes, arenaBytes } = network.memory;
    for (const engine of ["simd", "scalar"] as const) {
      const { memoryBytes } = await network.session({ engine });
      expect(memoryBytes).toBeLessThan(imageBytes + arenaBytes + 65536 + 128);
      // Below half a page of image the page itself is more than twice as much.
      if (imageBytes > 32768) expect(memoryBytes).toBeLessThan(2 * imageBytes);
    }
  });
});

describe("a session of a 64-neuron LTC", () => {
  it("takes less than twice its image, what the JavaScript engine holds for it included", () => {
    const script = join(import.meta.dirname, "session-heap.mjs");
    const { imageBytes, bytes } = JSON.parse(
      execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" }),
    );
    expect(bytes).toBeGreaterThan(imageBytes);
    expect(bytes).toBeLessThan(2 * imageBytes);
  });
});
