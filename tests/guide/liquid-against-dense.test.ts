import { type CellName, EnergySimulator, initialModel, Network, networkFor } from "liquid-edge";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

// Costs depend on a network's structure and never on its weights, so nothing needs to be trained for this question.
async function costOf(cell: CellName) {
  const sensors = { name: "sensors", nInputs: 6, nOutputs: 2 };
  const network = Network.fromModel(initialModel(networkFor({ cell, units: 32 }, sensors), 1), cell);
  const simulator = new EnergySimulator({ platform: "nrf52840" });
  return simulator.estimate(await network.profileOperations(), network.memory);
}

it("a liquid gate takes 1.2 times less energy than a GRU of its size", async () => {
  expect(await costOf("liquid-gate")).toUseLessEnergyThan(await costOf("gru"), { factor: 1.2 });
});

it("an LTC does not: its synapses have a sigmoid each", async () => {
  expect(await costOf("ltc")).not.toUseLessEnergyThan(await costOf("gru"));
});
