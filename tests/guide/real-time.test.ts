import { EnergySimulator, measureLatency, Network } from "liquid-edge";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

it("keeps a control loop of 100 Hz on the board, by the upper end of the estimate", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const simulator = new EnergySimulator({ platform: "stm32f407" });
  expect(simulator.estimate(await network.profileOperations())).toMeetRealTime({ rateHz: 100 });
});

it("answers 1,000 rounds on this machine", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const session = await network.session();
  const latency = await measureLatency((i) => session.step([Math.sin(i / 5), Math.cos(i / 5)]), {
    rounds: 1000,
  });
  // A step takes some microseconds. The bounds are a thousand times that: a shared CI machine may be busy with something
  // else, and this test is to fail where a step has become a different thing, not where a neighbour was noisy.
  expect(latency).toStayWithin({ latencyMs: 10, jitterMs: 50 });
});
