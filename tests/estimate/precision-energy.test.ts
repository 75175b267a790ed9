// What integers save on the estimate, against the f32 kernels of the same core. An estimate is arithmetic on counts and
// coefficients, hence a test: it changes when a kernel or a coefficient does, and then docs/quantize.md must as well.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { Network } from "../../bindings/network.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { caseOf } from "../quantize/cases.ts";

const { model, calibration } = caseOf("ltc-ncp-64");
const floats = Network.fromModel(model);
const { network } = quantize(model, { precision: "int8", calibration });
const integers = Network.fromInteger({ config: model, precision: "int8", network });
const profiles = [await floats.profileOperations(), await integers.profileOperations()];
const page = readFileSync(new URL("../../docs/quantize.md", import.meta.url), "utf8");

describe("int8 against f32, ltc-ncp-64", () => {
  // 1.9, 2.4 and 40 were aimed at.
  it.each([
    ["nrf52840", 1.9],
    ["stm32h743", 2.8],
    ["rp2040", 60],
  ])("takes less energy on %s, at least %f times", (platform, atLeast) => {
    const simulator = new EnergySimulator({ platform });
    const [f32, int8] = profiles.map((profile) => simulator.estimate(profile));
    const ratio = f32!.energyUj.typ / int8!.energyUj.typ;
    expect(ratio).toBeGreaterThanOrEqual(atLeast);
    const row = [
      platform,
      f32!.energyUj.typ.toFixed(1),
      int8!.energyUj.typ.toFixed(1),
      ratio.toFixed(ratio < 10 ? 2 : 1),
    ];
    expect(page).toContain(`| ${row.join(" | ")} |`);
  });

  it("executes 42.5 operations a synapse and unfold in f32, 21.5 in int8", () => {
    const perSynapse = profiles.map(({ kernels }) => {
      const { operations, macs } = kernels.find(({ name }) => name.startsWith("synapsesSparse"))!;
      return (2 * operations) / macs;
    });
    expect(perSynapse.map((n) => n.toFixed(1))).toEqual(["42.5", "21.5"]);
    expect(page).toContain("42.5 operations a synapse and unfold in f32 and 21.5 in int8");
  });
});
