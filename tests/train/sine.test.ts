// The first-steps example of ncps: from the same weights the losses follow those of PyTorch.

import { describe, expect, it } from "vitest";
import { reference, sineTrainer } from "./sine.ts";

describe("training ncps' sine example", () => {
  it("follows the losses of PyTorch from the same weights", async () => {
    const expected: number[] = reference.lossBeforeEachStep;
    const { trainer } = await sineTrainer(expected.length);
    const losses: number[] = [];
    for await (const event of trainer.run()) if (event.type === "step") losses.push(event.loss);
    expect(losses).toHaveLength(400);
    for (let step = 0; step < 60; step++) {
      // PyTorch's own float32 and float64 losses differ by 1.5e-6 at step 60.
      expect(Math.abs(losses[step]! / expected[step]! - 1)).toBeLessThan(1e-5);
    }
    // Later steps amplify every rounding: only how low the loss gets can be compared.
    expect(losses.at(-1)!).toBeLessThan(2 * expected.at(-1)!);
  });
});
