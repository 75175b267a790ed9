// Figures of hardware in records: readings with intervals, what is compared with what.

import { describe, expect, it } from "vitest";
import { gate } from "../../bindings/record/gate.ts";
import { hardwareJsonSchema, parseHardware } from "../../bindings/record/hardware.ts";
import { sampleReading } from "../../bindings/record/measured-entry.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { entry, record } from "./made-records.ts";

describe("a reading of samples", () => {
  it("has the 90 % interval of Student's t", () => {
    // t of 4 degrees of freedom, two-sided 90 %: 2.131847, from published tables. s = 1.581139 of 1 to 5.
    const { value, min, max, samples } = sampleReading([1, 2, 3, 4, 5]);
    expect(value).toBe(3);
    expect(max - 3).toBeCloseTo((2.131847 * 1.581139) / Math.sqrt(5), 5);
    expect(3 - min).toBeCloseTo(max - 3, 9);
    expect(samples).toEqual([1, 2, 3, 4, 5]);
  });

  it("that is single has no noise of its own", () => {
    expect(sampleReading([5])).toEqual({ value: 5, min: 5, max: 5, samples: [5] });
  });

  it("is no surer than its instrument", () => {
    const { min, max } = sampleReading([100, 100, 100], 0.1);
    expect([min, max]).toEqual([90, 110]);
    expect(sampleReading([1, 100]).min).toBe(0);
  });
});

describe("the gate", () => {
  const measured = (samples: readonly number[], boards: Record<string, Record<string, string>> = {}) => {
    const {
      averagePowerMw: _,
      latencyMs: __,
      ...one
    } = entry({ kind: "measured", energyUj: sampleReading(samples) });
    return record([one], { environment: { node: "v20.0.0", os: "linux x64", boards } });
  };
  const base = () => measured([100, 101, 99, 100, 100.5]);
  const stateOf = (now: BenchmarkRecord, quantity: string) =>
    gate(now, base()).comparisons.find((one) => one.quantity === quantity)!.state;

  it("compares measured energy by intervals and bytes exactly", () => {
    const dearer = measured([110, 111, 109, 110, 110.5]);
    expect([stateOf(dearer, "energyUj"), stateOf(dearer, "memoryKb")]).toEqual(["regressed", "same"]);
    expect(stateOf(measured([95, 120, 100, 108, 99]), "energyUj")).toBe("undecided");
    expect(stateOf(measured([100.2, 100.8, 99.1, 100.1, 100.4]), "energyUj")).toBe("same");
    const larger = measured([100, 101, 99, 100, 100.5]);
    larger.entries[0]!.memoryKb = { value: 17, min: 17, max: 17 };
    expect(stateOf(larger, "memoryKb")).toBe("regressed");
  });

  it("says of counts what the network executes more, or that the firmware did it", () => {
    const counted = (instructions: number, f32Add: number) => {
      const {
        energyUj: _,
        averagePowerMw: __,
        latencyMs: ___,
        ...one
      } = entry({
        kind: "emulated",
        instructions: { value: instructions, min: instructions, max: instructions },
        breakdown: { classes: { f32Add, f32Mul: 50 }, kernels: {}, sections: {} },
      });
      return record([one]);
    };
    const whyOf = (now: BenchmarkRecord) => gate(now, counted(200, 100)).comparisons[0]!;
    expect(whyOf(counted(220, 110))).toMatchObject({ state: "regressed", why: "+10 f32Add" });
    expect(whyOf(counted(220, 100)).why).toMatch(/^the firmware: the operations of the network/);
  });

  it("minds what an entry's own board depends on, and no other board's", () => {
    const others = measured([100, 101, 99], { rp2350: { toolchain: "another one" } });
    expect(gate(others, base()).counts.incomparable).toBe(0);
    const own = measured([100, 101, 99], { nrf52840: { toolchain: "another one" } });
    expect(gate(own, base()).counts.incomparable).toBe(3);
    const [first] = gate(own, base()).comparisons;
    expect(first!.why).toBe("toolchain another one now, nothing in the baseline");
  });
});

describe("a hardware file", () => {
  it("has defaults for what it leaves out", () => {
    expect(parseHardware({ boards: [{ board: "qemu-m4f" }] }, "file").boards).toEqual([
      { board: "qemu-m4f", emulated: false, warmup: 10, readings: 10 },
    ]);
  });

  it("is described by a schema that refuses fields of other names", () => {
    expect(hardwareJsonSchema()).toMatchObject({ additionalProperties: false, required: ["boards"] });
  });
});
