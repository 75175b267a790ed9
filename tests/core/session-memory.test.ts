// What a session takes beyond its image: the arena, and the rest of the last page of 64 KiB that WebAssembly grows by.

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
