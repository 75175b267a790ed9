import { EnergySimulator, Network } from "liquid-edge";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

it("says where the cost is, and what to do next", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const simulator = new EnergySimulator({ platform: "nrf52840" });
  const estimate = simulator.estimate(await network.profileOperations(), network.memory);
  expect(() => expect(estimate).toStayWithin({ energyUj: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [Error: nrf52840 exceeds its limits by the upper end of the 90 % interval:
      energy an inference: at most 1 µJ expected, estimated 3.76 [2.55–5.51] µJ
    Where it goes: layer ltc 98 % of the cycles, operation class f32Add 21 %, coefficient cycles.f32Add 1.31 [1.00–2.00] (grade B: Cortex-M4 gem5-validation microbenchmark README, CPI fits measured on STM32G474RE with flash prefetch/cache on and off; scripts/measure-pipeline.ts: instructions that gcc 12.2 -O2 makes of the core, as the 44 networks of boards/crosscheck.json execute them under QEMU, timed by the published rules in scripts/measure-pipeline/timings.json).
    Next: prune layer ltc (prune, "liquid-edge prune"), or take fewer neurons; int8 (quantize, "liquid-edge quantize") where the core is fast with integers.]
  `);
});
