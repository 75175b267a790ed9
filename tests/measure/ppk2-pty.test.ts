// The PPK2's driver over a real port: a pseudo-terminal with a fake behind it.

import { describe, expect, it } from "vitest";
import { measureEnergy } from "../../bindings/measure/measure-energy.ts";
import { Ppk2 } from "../../bindings/measure/ppk2.ts";
import { valuesOf } from "../../bindings/measure/trace.ts";
import { missing } from "../../scripts/tools.ts";
import { ppk2OnPty } from "./pty-ppk2.ts";

describe.skipIf(missing("python3"))("a PPK2 on a pseudo-terminal", () => {
  it("loses nothing, and its windows hold the charge that flowed", async () => {
    const { link, chargePerSecond, end } = await ppk2OnPty();
    const ppk2 = await Ppk2.open(link, { mode: "source", supplyMv: 3000 });
    await ppk2.start();
    while (ppk2.sampleCount < 120_000) await ppk2.poll(100);
    await ppk2.stop();
    const { trace, first } = ppk2.traceFrom(0);
    const taken = ppk2.sampleCount;
    await ppk2.close();
    expect(await end()).toBe(taken);
    expect(first).toBe(0);
    expect(Array.from(valuesOf(trace.quantity)).filter(Number.isNaN).length).toBe(0);
    const whole = { number: 1, startSeconds: 0, endSeconds: 1, edgeSeconds: 0 };
    const { energyUj } = measureEnergy(trace, { windows: { by: "given", windows: [whole] } }).windows[0]!;
    expect(Math.abs(energyUj / (3e6 * chargePerSecond) - 1)).toBeLessThan(1e-3);
    expect(measureEnergy(trace, { windows: { by: "marker" } }).windows.length).toBe(2);
  });
});
