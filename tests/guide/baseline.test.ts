import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnergySimulator, makeRecord, Network } from "liquid-edge";
import { readHistory, saveBaseline } from "liquid-edge/vitest";
import { expect, it, onTestFinished } from "vitest";

it("keeps what a network costs under a version", async () => {
  // In a project of yours: baselines/, which git keeps.
  const folder = await mkdtemp(join(tmpdir(), "baselines-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const network = await Network.load("examples/sine.safetensors");
  const profile = await network.profileOperations();
  const estimate = new EnergySimulator({ platform: "nrf52840" }).estimate(profile, network.memory);
  const record = await makeRecord("my-robot", [{ model: "sine", network, estimate }]);

  await saveBaseline(record, "v1.0.0", { folder });

  expect(record).not.toRegressFrom("v1.0.0", { folder });
  expect(await readHistory({ folder })).toHaveLength(1);
});
