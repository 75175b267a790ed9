import { readFile } from "node:fs/promises";
import { EnergySimulator, evaluate, loadCsv, Network, parseSequence, prune, quantize } from "liquid-edge";
import type { ParetoPoint } from "liquid-edge/vitest";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

const network = await Network.load("examples/sine.safetensors");
const dataset = await loadCsv(
  "examples/sine.csv",
  JSON.parse(await readFile("examples/sine.csv.json", "utf8")),
);
const calibration = parseSequence(
  JSON.parse(await readFile("examples/sine.input.json", "utf8")),
  network.compiled,
  "sine.input.json",
);

async function pointOf(name: string, candidate: Network): Promise<ParetoPoint> {
  const simulator = new EnergySimulator({ platform: "nrf52840" });
  const { energyUj } = simulator.estimate(await candidate.profileOperations(), candidate.memory);
  const { metric } = await evaluate(candidate, dataset);
  return {
    name,
    costs: { energyUj: energyUj.typ, flashBytes: candidate.memory.imageBytes, mse: metric.value },
  };
}

it("int8 without pruning is worth having among all sparsities and precisions", async () => {
  const points: ParetoPoint[] = [];
  for (const sparsity of [0, 0.25, 0.5]) {
    const { model } = prune(network.model, { sparsity });
    points.push(await pointOf(`fp32, ${sparsity}`, Network.fromModel(model)));
    points.push(await pointOf(`fp16, ${sparsity}`, Network.fromModel(model).withPrecision("fp16")));
    const { network: integers } = quantize(model, { precision: "int8", calibration });
    const int8 = Network.fromInteger({ config: model, precision: "int8", network: integers });
    points.push(await pointOf(`int8, ${sparsity}`, int8));
  }
  const chosen = points.find(({ name }) => name === "int8, 0")!;
  expect(chosen).toBeParetoOptimal({ among: points });
});
