import { readFile } from "node:fs/promises";
import { EnergySimulator, evaluate, loadCsv, makeRecord, Network } from "liquid-edge";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

it("costs no more than in v0.1.0, and is as accurate", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const description = JSON.parse(await readFile("examples/sine.csv.json", "utf8"));
  const evaluation = await evaluate(network, await loadCsv("examples/sine.csv", description));
  const profile = await network.profileOperations();
  const estimates = ["nrf52840", "rp2040"].map((platform) =>
    new EnergySimulator({ platform }).estimate(profile, network.memory),
  );
  const record = await makeRecord(
    "my-robot",
    estimates.map((estimate) => ({ model: "sine", network, estimate, task: "sine", evaluation })),
  );
  // Against baselines/v0.1.0.json, figure by figure; entries that this test does not make are left alone.
  expect(record).not.toRegressFrom("v0.1.0", { threshold: 0.05 });
});
