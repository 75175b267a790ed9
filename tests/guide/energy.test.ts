import { readFile } from "node:fs/promises";
import { EnergyProfiler, EnergySimulator, Network, parseMarks, readTrace } from "liquid-edge";
import { expect, it } from "vitest";
import "liquid-edge/vitest";

it("an inference stays within its energy, mean and peak power, by the estimate", async () => {
  const network = await Network.load("examples/sine.safetensors");
  const estimate = new EnergySimulator({ platform: "nrf52840", rateHz: 100 }).estimate(
    await network.profileOperations(),
    network.memory,
  );
  expect(estimate).toStayWithin({ energyUj: 6, averagePowerMw: 0.6, peakPowerMw: 60 });
});

it("so does one that an instrument recorded", async () => {
  const folder = "tests/golden/energy";
  const trace = await readFile(`${folder}/l4r5-st-v1.0-kws.energy.bin.gz`);
  const times = JSON.parse(await readFile(`${folder}/l4r5-st-v1.0-kws.timestamps.json`, "utf8"));
  const recording = await readTrace(trace, "kws", { instrument: "lpm01a" });
  await using profiler = EnergyProfiler.replay(recording.trace, {
    by: "marks",
    marks: parseMarks(times, "kws"),
  });
  const window = profiler.measure("keyword spotting", { inferences: 150 });
  await window.end();
  expect(window).toStayWithin({ energyUj: 3500, averagePowerMw: 46, peakPowerMw: 50 });
});
