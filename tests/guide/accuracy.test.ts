import { readFile } from "node:fs/promises";
import { compareNetworks, loadCsv, Network, parseSequence, quantize } from "liquid-edge";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

it("int8 raises the error by less than a quarter, by the upper end of the paired interval", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const description = JSON.parse(await readFile("examples/sine.csv.json", "utf8"));
  const dataset = await loadCsv("examples/sine.csv", description);
  const input = JSON.parse(await readFile("examples/sine.input.json", "utf8"));
  const calibration = parseSequence(input, network.compiled, "sine.input.json");
  const { network: integers, report } = quantize(network.model, { precision: "int8", calibration });
  const int8 = Network.fromInteger({ config: network.config, precision: "int8", network: integers }, "int8");
  const pair = await compareNetworks(int8, network, dataset);
  // Per cent of an error such as mse; points of accuracy and of whatever is better when higher.
  expect(pair).toDegradeLessThan(25, { report });
});
