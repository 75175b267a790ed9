import { EnergySimulator, MemoryProfiler, Network } from "liquid-edge";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

it("fits into 256 KB of flash and 16 KB of RAM, static sections", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const estimate = new EnergySimulator({ platform: "nrf52840" }).estimate(
    await network.profileOperations(),
    network.memory,
  );
  expect(estimate).toStayWithin({ flashKb: 256, ramKb: 16 });
  expect(estimate.fits).toBe(true);
});

it("needs no more while it runs: the core allocates nothing", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const session = await network.session();
  const profiler = new MemoryProfiler(network.memory);
  for (let i = 0; i < 100; i++) {
    session.step([Math.sin(i / 5), Math.cos(i / 5)]);
    profiler.recordLinearMemory(session.memoryBytes);
  }
  // WebAssembly counts in pages of 64 KB: one holds image and arena.
  expect(profiler.peak).toBeLessThanOrEqual(256 * 1024);
});
