// Files that people write: suites, budgets and hardware. What they may leave out, and what is said of what is wrong.

import { describe, expect, it } from "vitest";
import { LIMIT_NAMES, parseBudget } from "../../bindings/record/budget.ts";
import { nameOf, parseHardware } from "../../bindings/record/hardware.ts";
import { parseSuite } from "../../bindings/record/suite.ts";

/** What `parse` says of a file; null when it takes it. */
function refusal(parse: (json: unknown, source: string) => unknown, json: unknown) {
  try {
    parse(json, "f.yaml");
  } catch (error) {
    expect(error).toMatchObject({ code: "bad-record" });
    const { message } = error as Error;
    expect(message).toMatch(/^f\.yaml: /);
    return message.replace("f.yaml: ", "");
  }
  return null;
}

const NAME = "a name of letters, digits, dots, hyphens and underscores";

describe("a suite", () => {
  const least = { name: "s", models: [{ id: "a", weights: "a.safetensors" }], platforms: ["nrf52840"] };
  const whole = {
    $schema: "suite.schema.json",
    name: "S.1-x_y",
    models: [
      {
        id: "a",
        weights: "a.safetensors",
        config: "a.json",
        precisions: ["int8", "int4"],
        sparsities: [0.5, 0],
        tasks: ["wand"],
      },
    ],
    platforms: ["nrf52840", "rp2040"],
    precisions: ["fp32", "fp16"],
    sparsities: [0, 0.9],
    tasks: [{ id: "wand", data: "wand.csv", dataset: "own", description: "gestures", split: "train" }],
    rateHz: 50,
    steps: 75,
    seed: 0,
  };
  const said = (rest: object) => refusal(parseSuite, { ...least, ...rest });

  it("leaves out what has a default", () => {
    expect(parseSuite(least, "s.yaml")).toEqual({
      ...least,
      precisions: ["fp32"],
      sparsities: [0],
      tasks: [],
      rateHz: 100,
      steps: 1,
      seed: 1,
    });
    const tasks = [{ id: "t", data: "t.csv" }];
    expect(parseSuite({ ...least, tasks }, "s.yaml").tasks).toEqual([{ ...tasks[0], split: "test" }]);
  });

  it("may have all there is", () => {
    const { $schema: _, ...suite } = whole;
    expect(parseSuite(whole, "s.yaml")).toEqual(suite);
  });

  it.each([
    [{ name: "-s" }, `"name" expected ${NAME}, found "-s"`],
    [{ name: "a b" }, `"name" expected ${NAME}, found "a b"`],
    [{ platforms: ["/etc"] }, `"platforms[0]" expected ${NAME}, found "/etc"`],
    [{ models: [] }, '"models" expected at least 1 entry, found an empty list'],
    [{ precisions: [] }, '"precisions" expected at least 1 entry, found an empty list'],
    [{ sparsities: [] }, '"sparsities" expected at least 1 entry, found an empty list'],
    [{ sparsities: [1] }, '"sparsities[0]" expected Too big: expected number to be <1, found 1'],
    [{ sparsities: [-0.1] }, '"sparsities[0]" expected a number of at least 0, found -0.1'],
    [{ precisions: ["fp8"] }, '"precisions[0]" expected "fp32" or "fp16" or "int8" or "int4", found "fp8"'],
    [{ rateHz: 0 }, '"rateHz" expected a number above 0, found 0'],
    [{ steps: 0 }, '"steps" expected a number above 0, found 0'],
    [{ steps: 1.5 }, '"steps" expected an integer, found 1.5'],
    [{ seed: -1 }, '"seed" expected a number of at least 0, found -1'],
    [{ rate: 5 }, '"rate" expected no field of this name, found "rate"'],
    [{ models: [{ id: "a" }] }, '"models[0].weights" expected text, found nothing'],
    [{ models: [{ id: "a", weights: "" }] }, '"models[0].weights" expected text, found ""'],
    [{ models: [{ ...least.models[0], x: 1 }] }, '"models[0].x" expected no field of this name, found "x"'],
    [
      { tasks: [{ id: "t", data: "d", split: "all" }] },
      '"tasks[0].split" expected "train" or "validation" or "test", found "all"',
    ],
    [{ tasks: [{ id: "t", data: "d", x: 1 }] }, '"tasks[0].x" expected no field of this name, found "x"'],
  ])("is refused with %j", (rest, message) => {
    expect(said(rest)).toBe(message);
  });

  it("names everything once", () => {
    const model = { id: "a", weights: "w" };
    const task = { id: "t", data: "d" };
    const cases: [object, string][] = [
      [{ models: [model, model] }, '"models[1]" expected each once, found "a" again'],
      [{ tasks: [task, { ...task, data: "e" }] }, '"tasks[1]" expected each once, found "t" again'],
      [{ platforms: ["a", "b", "a"] }, '"platforms[2]" expected each once, found "a" again'],
      [{ precisions: ["int8", "int8"] }, '"precisions[1]" expected each once, found "int8" again'],
      [{ sparsities: [0.5, 0, 0.5] }, '"sparsities[2]" expected each once, found 0.5 again'],
      [
        { models: [model, { ...model, id: "b", precisions: ["int4", "int4"] }] },
        '"models[1].precisions[1]" expected each once, found "int4" again',
      ],
      [
        { models: [{ ...model, sparsities: [0, 0] }] },
        '"models[0].sparsities[1]" expected each once, found 0 again',
      ],
      [
        { models: [{ ...model, tasks: ["t", "t"] }], tasks: [task] },
        '"models[0].tasks[1]" expected each once, found "t" again',
      ],
    ];
    for (const [rest, message] of cases) expect(said(rest)).toBe(message);
  });

  it("scores models on its own tasks only", () => {
    const models = [
      { id: "a", weights: "w", tasks: ["t"] },
      { id: "b", weights: "w", tasks: ["u", "x"] },
    ];
    const tasks = ["t", "u"].map((id) => ({ id, data: "d" }));
    expect(said({ models, tasks })).toBe('"models[1].tasks" expected t or u, found "x"');
    expect(said({ models: [{ ...models[0] }] })).toBe(
      '"models[0].tasks" expected no task, as the suite has none, found "t"',
    );
    expect(said({ models: models.slice(0, 1), tasks })).toBeNull();
  });
});

describe("a budget", () => {
  it("has a limit for every quantity of a record, in its unit", () => {
    expect(LIMIT_NAMES).toEqual({
      maxEnergyUj: "energyUj",
      maxAveragePowerMw: "averagePowerMw",
      maxLatencyMs: "latencyMs",
      maxMemoryKb: "memoryKb",
      maxFlashKb: "flashKb",
      maxInstructions: "instructions",
      maxCycles: "cycles",
    });
  });

  it("is a list of limits, each of one quantity of the entries that it names", () => {
    const limits = [
      { entries: "*", maxEnergyUj: 5, maxFlashKb: 0 },
      { entries: "net/*", maxLatencyMs: 2 },
    ];
    expect(parseBudget({ $schema: "s", limits }, "b.yaml")).toEqual([
      { entries: "*", quantity: "energyUj", max: 5 },
      { entries: "*", quantity: "flashKb", max: 0 },
      { entries: "net/*", quantity: "latencyMs", max: 2 },
    ]);
  });

  it.each([
    [null, "expected an object, found null"],
    [{}, '"limits" expected a list, found nothing'],
    [{ limits: [] }, '"limits" expected at least 1 entry, found an empty list'],
    [{ limits: [{ entries: "", maxEnergyUj: 1 }] }, '"limits[0].entries" expected text, found ""'],
    [
      { limits: [{ entries: "*" }] },
      '"limits[0]" expected at least one of maxEnergyUj, maxAveragePowerMw, maxLatencyMs, maxMemoryKb, maxFlashKb, maxInstructions, maxCycles, found an object',
    ],
    [
      { limits: [{ entries: "*", maxCycles: -1 }] },
      '"limits[0].maxCycles" expected a number of at least 0, found -1',
    ],
    [
      { limits: [{ entries: "*", maxEnergyMj: 1 }] },
      '"limits[0].maxEnergyMj" expected no field of this name, found "maxEnergyMj"',
    ],
    [{ limits: [{ entries: "*", maxCycles: 1 }], x: 1 }, '"x" expected no field of this name, found "x"'],
  ])("is refused as %j", (json, message) => {
    expect(refusal(parseBudget, json)).toBe(message);
  });
});

describe("a hardware file", () => {
  const said = (board: object, rest: object = {}) =>
    refusal(parseHardware, { boards: [{ board: "nrf52840", ...board }], ...rest });
  const ppk2 = { type: "ppk2", port: "/dev/a", mode: "source", supplyMv: 3300 };

  it("may have all there is, and loses only the name of its schema", () => {
    const json = {
      environment: { bench: "left" },
      boards: [
        {
          id: "a.1",
          board: "nrf52840",
          emulated: false,
          port: "/dev/x",
          baudRate: 115_200,
          tool: "openocd",
          inferences: 5,
          warmup: 0,
          readings: 2,
          environment: { revision: "C0" },
          instrument: { ...ppk2, marker: "D0", zero: "zero.csv" },
        },
        {
          board: "rp2040",
          emulated: true,
          warmup: 1,
          readings: 1000,
          instrument: {
            type: "meter",
            port: "unix:/run/m",
            baudRate: 9600,
            supplyMv: 1,
            shuntOhm: 0.1,
            columns: "t,i",
            marker: "D1",
            zero: "z.csv",
          },
        },
      ],
    };
    expect(parseHardware({ $schema: "s.json", ...json }, "h.yaml")).toEqual(json);
    const lpm01a = { type: "lpm01a", port: "/dev/l", supplyMv: 3000 };
    expect(
      parseHardware({ boards: [{ board: "b", instrument: lpm01a }] }, "h.yaml").boards[0]!.instrument,
    ).toEqual({
      ...lpm01a,
      samplesPerSecond: 10_000,
    });
  });

  it.each([
    [{ id: "a b" }, `"boards[0].id" expected ${NAME}, found "a b"`],
    [{ id: ".a" }, `"boards[0].id" expected ${NAME}, found ".a"`],
    [{ board: "" }, '"boards[0].board" expected text, found ""'],
    [{ emulated: "yes" }, '"boards[0].emulated" expected true or false, found "yes"'],
    [{ baudRate: 0 }, '"boards[0].baudRate" expected a number above 0, found 0'],
    [{ readings: 1 }, '"boards[0].readings" expected a number of at least 2, found 1'],
    [{ warmup: -1 }, '"boards[0].warmup" expected a number of at least 0, found -1'],
    [{ inferences: 0 }, '"boards[0].inferences" expected a number above 0, found 0'],
    [{ environment: { a: "" } }, '"boards[0].environment.a" expected text, found ""'],
    [{ pin: 1 }, '"boards[0].pin" expected no field of this name, found "pin"'],
    [
      { instrument: { type: "js220", port: "a" } },
      '"boards[0].instrument.type" expected ppk2, lpm01a or meter, found "js220"',
    ],
    [
      { instrument: { ...ppk2, mode: "sink" } },
      '"boards[0].instrument.mode" expected "source" or "ampere", found "sink"',
    ],
    [
      { instrument: { ...ppk2, supplyMv: 799 } },
      '"boards[0].instrument.supplyMv" expected a number of at least 800, found 799',
    ],
    [
      { instrument: { ...ppk2, volts: 3 } },
      '"boards[0].instrument.volts" expected no field of this name, found "volts"',
    ],
    [
      { instrument: { type: "meter", port: "a", shuntOhm: 0 } },
      '"boards[0].instrument.shuntOhm" expected a number above 0, found 0',
    ],
  ])("is refused with a board of %j", (board, message) => {
    expect(said(board)).toBe(message);
  });

  it("is refused without boards", () => {
    expect(refusal(parseHardware, {})).toBe('"boards" expected a list, found nothing');
    expect(refusal(parseHardware, { boards: [] })).toBe(
      '"boards" expected at least 1 entry, found an empty list',
    );
    expect(said({}, { bench: 1 })).toBe('"bench" expected no field of this name, found "bench"');
  });

  it("calls a board by its id, or by its kind and whether it is emulated", () => {
    const named = (board: object) => nameOf(parseHardware({ boards: [board] }, "h").boards[0]!);
    expect(named({ board: "rp2040" })).toBe("rp2040");
    expect(named({ board: "rp2040", emulated: true })).toBe("rp2040, emulated");
    expect(named({ board: "rp2040", emulated: true, id: "mine" })).toBe("mine");
  });

  it("has each name, port and instrument once", () => {
    const doubles = (...boards: object[]) =>
      refusal(parseHardware, { boards: boards.map((board) => ({ board: "rp2040", ...board })) });
    const once = "expected one that no other board has";
    expect(doubles({}, { id: "a" }, {})).toBe(`"boards[2].id" ${once}, found "rp2040"`);
    expect(doubles({ id: "rp2040" }, {})).toBe(`"boards[1].id" ${once}, found "rp2040"`);
    expect(doubles({}, { emulated: true })).toBeNull();
    expect(doubles({ port: "/dev/\nx" }, { id: "b", port: "/dev/\nx" })).toBe(
      `"boards[1].port" ${once}, found "/dev/\\u000ax"`,
    );
    const meter = { type: "meter", port: "/dev/m" };
    expect(doubles({ instrument: meter }, { id: "b", instrument: meter })).toBe(
      `"boards[1].instrument.port" ${once}, found "/dev/m"`,
    );
    expect(doubles({ port: "/dev/m", instrument: meter }, { id: "b", port: "/dev/n" })).toBeNull();
  });
});
