import { describe, expect, it } from "vitest";
import { EnergyProfiler } from "../../bindings/measure/energy-profiler.ts";
import { Lpm01a } from "../../bindings/measure/lpm01a.ts";
import { Ppk2 } from "../../bindings/measure/ppk2.ts";
import { TextMeter } from "../../bindings/measure/text-meter.ts";
import { repeating } from "../fakes/current.ts";
import { FakeLpm01a } from "../fakes/lpm01a.ts";
import { FakePpk2, type FakePpk2Options } from "../fakes/ppk2.ts";
import { meterText } from "../fakes/text-meter.ts";
import { type Fake, SimulatedLink } from "./simulated-link.ts";
import { powerTrace } from "./traces.ts";

const SUPPLY_MV = 3000;
/** 12 mA for 0.1 s of each 0.5 s, else 0.4 mA. */
const CURRENT = repeating([
  { seconds: 0.2, amperes: 0.4e-3, ripple: { amperes: 0.1e-3, hertz: 500 } },
  { seconds: 0.1, amperes: 12e-3, ripple: { amperes: 3e-3, hertz: 1000 } },
  { seconds: 0.2, amperes: 0.4e-3, ripple: { amperes: 0.1e-3, hertz: 500 } },
]);
const MARKER = (seconds: number) => (seconds % 0.5 >= 0.2 && seconds % 0.5 < 0.3 ? 2 : 0);
/** Of one pulse. */
const PULSE_MJ = 1e3 * (SUPPLY_MV / 1000) * CURRENT.charge(0.2, 0.3);

async function openPpk2(options: Partial<FakePpk2Options> = {}) {
  const fake = new FakePpk2({ current: CURRENT, logic: MARKER, ...options });
  const link = new SimulatedLink(fake, 100_000);
  return { fake, link, ppk2: await Ppk2.open(link, { mode: "source", supplyMv: SUPPLY_MV }) };
}

/** Waits until so much of the link's time has gone by. */
async function wait(link: SimulatedLink, ms: number): Promise<void> {
  const until = link.nowMs() + ms;
  while (link.nowMs() < until) await new Promise((resolve) => setImmediate(resolve));
}

describe("a profiler with a PPK2", () => {
  it("measures what happens while a window is open, between the marker's edges", async () => {
    const { fake, link, ppk2 } = await openPpk2();
    expect(fake).toMatchObject({ mode: "source", supplyMv: SUPPLY_MV, dutPower: true });
    const profiler = await EnergyProfiler.open(ppk2, { marker: "D1" });
    await wait(link, 120);
    {
      await using window = profiler.measure("inference", { inferences: 4 });
      await wait(link, 1000);
      expect(() => window.energyMj).toThrow(/"inference".*has ended/);
    }
    expect(Math.abs(profiler.energyMj / (2 * PULSE_MJ) - 1)).toBeLessThan(2e-3);
    expect(profiler.averagePowerMw).toBeCloseTo(36, 0);
    expect(profiler.peakPowerMw).toBeCloseTo(45, 0);
    const { typ, min, max } = profiler.uncertaintyMj!;
    expect(typ).toBeCloseTo(profiler.energyMj, 9);
    // 10 % as a limit: 1.645 / sqrt(3) of it either way.
    expect([min / typ, max / typ]).toEqual([expect.closeTo(0.905, 3), expect.closeTo(1.095, 3)]);
    await profiler.close();
    expect(fake).toMatchObject({ running: false, dutPower: false });
    expect(link.closed).toBe(1);
  });

  it("counts windows one by one", async () => {
    const { link, ppk2 } = await openPpk2();
    await using profiler = await EnergyProfiler.open(ppk2, { marker: true });
    const energies: number[] = [];
    for (let i = 0; i < 5; i++) {
      const window = profiler.measure(`run ${i}`);
      await wait(link, 500);
      await window.end();
      expect(window.report.windows.length).toBe(1);
      energies.push(window.energyMj);
    }
    for (const energy of energies) expect(Math.abs(energy / PULSE_MJ - 1)).toBeLessThan(2e-3);
  });

  it("places windows without a marker by time, and says how exactly", async () => {
    const { link, ppk2 } = await openPpk2({ current: repeating([{ seconds: 1, amperes: 5e-3 }]) });
    await using profiler = await EnergyProfiler.open(ppk2);
    await wait(link, 300);
    const window = profiler.measure("second");
    await wait(link, 1000);
    await window.end();
    const [measured] = window.report.windows;
    expect(Math.abs(measured!.durationSeconds - 1)).toBeLessThan(0.03);
    expect(window.averagePowerMw).toBeCloseTo(15, 1);
    expect(measured!.budgetUj!.edges).toBeGreaterThan(0);
    expect(window.report.problems).toEqual([]);
  });

  it("notices when samples are missing that the counter cannot show", async () => {
    const lost = [64_000, 80_000].map((at) => [at, 6400] as const);
    const { link, ppk2 } = await openPpk2({ lost });
    await using profiler = await EnergyProfiler.open(ppk2, { marker: true });
    const window = profiler.measure("long");
    await wait(link, 2000);
    await window.end();
    expect(window.report.valid).toBe(false);
    expect(window.report.problems[0]).toMatch(
      /simulated gave samples for 1\.\d+ s in 2\.\d+ s: samples are lost/,
    );
  });

  it("refuses a marker that never toggles, and one window in another", async () => {
    const { link, ppk2 } = await openPpk2({ logic: () => 0 });
    await using profiler = await EnergyProfiler.open(ppk2, { marker: true });
    const window = profiler.measure("silent");
    expect(() => profiler.measure("inner")).toThrow(/expected one window at a time, found two/);
    await wait(link, 200);
    await expect(window.end()).rejects.toThrow(/"marker" expected a marker that goes high and low again/);
  });

  it("fails when the instrument falls silent", async () => {
    const { link, ppk2 } = await openPpk2();
    await using profiler = await EnergyProfiler.open(ppk2, { marker: true });
    const window = profiler.measure("cut");
    await wait(link, 100);
    link.silent = true;
    await expect(window.end()).rejects.toMatchObject({ code: "device-silent" });
  });

  it("gives the port back when what answers is no PPK2", async () => {
    const shell: Fake = { receive: () => {}, produce: () => Buffer.from("uart:~$ ") };
    const link = new SimulatedLink(shell, 0);
    const silent = new SimulatedLink({ receive: () => {}, produce: () => Buffer.alloc(0) }, 0);
    await expect(Ppk2.open(silent, { mode: "ampere", supplyMv: 3300 })).rejects.toThrow(
      "simulated: expected an instrument that answers within 2000 ms, found nothing (is it the right port?)",
    );
    expect(silent.closed).toBe(1);
    await expect(Ppk2.open(link, { mode: "ampere", supplyMv: 6000 })).rejects.toThrow(RangeError);
  });
});

describe("a profiler with an LPM01A", () => {
  const current = repeating([{ seconds: 0.5, amperes: 8e-3, ripple: { amperes: 2e-3, hertz: 40 } }]);

  it.each([5000, 100_000] as const)("measures %i samples a second", async (samplesPerSecond) => {
    const fake = new FakeLpm01a({ current });
    const link = new SimulatedLink(fake, samplesPerSecond);
    const board = await Lpm01a.open(link, { supplyMv: 1800, samplesPerSecond });
    const profiler = await EnergyProfiler.open(board);
    await wait(link, 100);
    {
      await using _ = profiler.measure("load");
      await wait(link, 500);
    }
    expect(profiler.averagePowerMw).toBeCloseTo(8 * 1.8, 0);
    await profiler.close();
    expect(fake.running).toBe(false);
    expect(fake.settings.get("pwr")).toBe("off");
  });

  it("says what the board refused", async () => {
    const fake = new FakeLpm01a({ current });
    const deaf: Fake = {
      receive: (bytes) =>
        fake.receive(Buffer.from(Buffer.from(bytes).toString().replace("freq 1k", "freq 3k"))),
      produce: (n) => fake.produce(n),
    };
    const link = new SimulatedLink(deaf, 1000);
    const opening = Lpm01a.open(link, { supplyMv: 3300, samplesPerSecond: 1000 });
    await expect(opening).rejects.toThrow(
      'simulated: "freq 1k" expected the board\'s acknowledgement, found Error detail: unknown frequency',
    );
    expect(link.closed).toBe(1);
    await expect(Lpm01a.open(link, { supplyMv: 5000, samplesPerSecond: 1000 })).rejects.toThrow(
      /1800 to 3300/,
    );
  });
});

describe("a profiler with a meter of text lines", () => {
  it("measures between the edges that the meter stamped", async () => {
    const seconds = 4;
    const text = meterText(
      {
        chip: "INA226",
        current: repeating([{ seconds: 0.5, amperes: 0.05, ripple: { amperes: 0.01, hertz: 60 } }]),
        shuntOhm: 0.1,
        samplesPerSecond: 1000,
        supplyMv: 3300,
        trigger: (time) => time % 1 > 0.4003 && time % 1 < 0.8003,
      },
      seconds,
    );
    const lines = text.split("\n").map((line) => `${line}\n`);
    // The meter prints by itself: header first, then as many lines as time has gone by.
    let at = 0;
    const fake: Fake = {
      receive: () => {},
      produce(n) {
        const printed = lines.slice(at, at + n);
        at += n;
        return Buffer.from(printed.join(""));
      },
    };
    const link = new SimulatedLink(fake, 1000);
    await using profiler = await EnergyProfiler.open(await TextMeter.open(link), { marker: true });
    const window = profiler.measure("two inferences");
    await wait(link, 2200);
    await window.end();
    expect(window.report.windows.length).toBe(2);
    for (const { durationSeconds, averagePowerMw } of window.report.windows) {
      expect(durationSeconds).toBeCloseTo(0.4, 4);
      expect(averagePowerMw).toBeCloseTo(165, 0);
    }
  });
});

describe("a profiler on a recorded trace", () => {
  it("takes its windows one after the other", async () => {
    const trace = powerTrace(2000, (seconds) => (seconds < 1 ? 0.01 : 0.03));
    const marks = { seconds: [0.1, 0.6, 1.1, 1.6], source: "marks" };
    const profiler = EnergyProfiler.replay(trace, { by: "pairs", marks });
    {
      await using _ = profiler.measure("first");
    }
    expect(profiler.energyMj).toBeCloseTo(5, 9);
    {
      await using _ = profiler.measure("second", { inferences: 3 });
    }
    expect([profiler.energyMj, profiler.averagePowerMw]).toEqual([
      expect.closeTo(15, 9),
      expect.closeTo(30, 9),
    ]);
    expect(() => profiler.measure("third")).toThrow(
      /expected at most 2 windows, as the recording has, found one more/,
    );
  });
});
