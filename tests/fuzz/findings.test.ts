// What fuzzing and reading found, each as the input that showed it.

import { describe, expect, it } from "vitest";
import { loadCsv } from "../../bindings/data/csv-dataset.ts";
import { parseCsvDescription } from "../../bindings/data/csv-description.ts";
import type { Link } from "../../bindings/device/link.ts";
import { MlperfSession } from "../../bindings/device/mlperf-session.ts";
import { complain, nearestName } from "../../bindings/errors.ts";
import { Lpm01aDecoder } from "../../bindings/measure/lpm01a-decoder.ts";
import { readTable } from "../../bindings/measure/read-csv.ts";
import { readTrace } from "../../bindings/measure/read-trace.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { ModelConfig } from "../../bindings/network/model.ts";
import { readIntegerModel, writeIntegerModel } from "../../bindings/quantize/integer-file.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { writeTyped } from "../../bindings/quantize/typed-tensors.ts";
import { parseSuite } from "../../bindings/record/suite.ts";
import { parseSpace } from "../../bindings/sweep/space.ts";
import { randomModel, randomSequence } from "../network/random-model.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const messageOf = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "no error";
};

const SPACE = { data: "d", networks: [{ cell: "gru", units: 4 }], platforms: ["rp2040"] };

describe("a space of a sweep", () => {
  it("is counted before its networks are made", async () => {
    const many = Array.from({ length: 2000 }, (_, i) => i + 1);
    const networks = [{ cell: "ltc", units: many, wiringSeed: many, unfolds: many, backboneUnits: many }];
    expect(await messageOf(() => parseSpace({ ...SPACE, networks }, "s.yaml"))).toMatch(
      /^LiquidEdgeError: s\.yaml: "networks" expected at most 100000 networks .*, found 80000000000000$/,
    );
  });

  it("may not ask for more seeds than a list can hold", async () => {
    expect(await messageOf(() => parseSpace({ ...SPACE, seeds: 1e15 }, "s.yaml"))).toMatch(
      /^LiquidEdgeError: s\.yaml: "networks" expected at most 100000 networks/,
    );
  });
});

it("a wiring does not draw synapses for minutes", async () => {
  const args = {
    inter_neurons: 4,
    command_neurons: 4,
    motor_neurons: 2,
    sensory_fanout: 1,
    inter_fanout: 1,
    recurrent_command_synapses: 2 ** 32 - 1,
    motor_fanin: 1,
  };
  const config = { input_size: 2, wiring: { type: "NCP", args } };
  expect(await messageOf(() => parseConfig({ class: "ncps.torch.LTC", config }, "c.json"))).toMatch(
    /^LiquidEdgeError: c\.json: "config\.wiring\.args\.recurrent_command_synapses" expected an integer from 0 to 16777216/,
  );
});

it("a list of names is compared in one pass", () => {
  const platforms = Array.from({ length: 200_000 }, (_, i) => `p${i}`);
  const suite = { name: "s", models: [{ id: "m", weights: "w" }], platforms };
  expect(parseSuite(suite, "suite.yaml").platforms).toHaveLength(200_000);
});

describe("words that every object has are no names", () => {
  const TABLE = "ax,label,split\n1,a,train\n2,b,constructor\n";
  const DESCRIPTION = { task: "classification", inputs: ["ax"], target: "label", split: { column: "split" } };

  it.each(["constructor", "toString", "__proto__"])("split %s", async (name) => {
    const csv = new File([TABLE.replace("constructor", name)], "d.csv");
    expect(await messageOf(() => loadCsv(csv, DESCRIPTION))).toBe(
      `LiquidEdgeError: d.csv:3: "split" expected train, validation or test, found "${name}"`,
    );
  });

  it.each(["current (constructor)", "current_toString", "constructor"])("unit %s", async (column) => {
    const text = `time_ms,${column},power_mW\n0,1,1\n1,1,1\n`;
    const { trace } = await readTrace(utf8(text), "t.csv", { volts: 3 });
    expect(trace.clock.kind).toBe("listed");
  });

  it.each(["constructor", "toString", "__proto__"])("instrument %s", async (instrument) => {
    const trace = utf8("time_ms,power_mW\n0,1\n1,1\n");
    expect(await messageOf(() => readTrace(trace, "t.csv", { instrument }))).toMatch(
      /^LiquidEdgeError: instrument: expected /,
    );
  });

  it.each(["constructor", "toString", "pure"])("layer of kind %s", async (kind) => {
    const own = {
      format: 2,
      precision: "int8",
      class: "torch.nn.GRU",
      config: { input_size: 1, units: 1 },
      network: { layers: [{ kind }] },
    };
    const bytes = writeTyped(new Map(), { liquid_edge: JSON.stringify(own) });
    expect(await messageOf(() => readIntegerModel(bytes, "n.safetensors"))).toBe(
      `LiquidEdgeError: n.safetensors: "layers.0" expected a kind of integer layer, found "${kind}"`,
    );
  });
});

describe("a quantized network", () => {
  const model = randomModel(6, { kind: "GRU", maxUnits: 8, maxInputs: 3 });
  const { input } = randomSequence(6, model, 8);
  const calibration = {
    batch: 1,
    steps: 8,
    features: input.length / 8,
    input,
    timespans: null,
    initialH: null,
    initialC: null,
  };
  const { network } = quantize(model, { precision: "int8", calibration });
  const config = { class: model.class, config: model.config } as ModelConfig;
  type Gru = Extract<(typeof network.layers)[number], { kind: "int-gru" }>;
  const gru = network.layers[1] as Gru;
  const n = gru.out.length;
  /** What reading says of the network with this in the place of its GRU. */
  const messageWith = (changed: Partial<Gru>) => {
    const layers = [network.layers[0]!, { ...gru, ...changed }, ...network.layers.slice(2)];
    const bytes = writeIntegerModel({ config, precision: "int8", network: { ...network, layers } });
    return messageOf(() => readIntegerModel(bytes, "n.safetensors"));
  };

  it("that is whole is read", async () => {
    expect(await messageWith({})).toBe("no error");
  });

  it("wider than the core allows is no file", async () => {
    expect(await messageWith({ out: { ...gru.out, length: 8193 } })).toMatch(
      /^LiquidEdgeError: n\.safetensors: "layers\.1\.out\.length" expected a whole number from 1 to 8192, found 8193/,
    );
  });

  it("whose parts do not fit together is no file", async () => {
    expect(await messageWith({ out: { ...gru.out, length: n + 1 } })).toBe(
      `LiquidEdgeError: n.safetensors: "layers.1.resetUpdate" expected ${2 * n + 2} x ${gru.in.length + n + 1} weights, as the layer is wide, found ${2 * n} x ${gru.in.length + n}`,
    );
    expect(await messageWith({ fromState: gru.fromInput })).toMatch(
      new RegExp(`^LiquidEdgeError: n\\.safetensors: "layers\\.1\\.fromState" expected ${n} x ${n} weights`),
    );
    expect(await messageWith({ narrowed: { to: { at: 16, length: n + 3 }, shift: 8 } })).toBe(
      `LiquidEdgeError: n.safetensors: "layers.1.narrowed.to.length" expected ${n}, as the layer is wide, found ${n + 3}`,
    );
  });
});

describe("a trace", () => {
  it("of a runner has no marks before its first sample", async () => {
    const power = {
      samples: [1, 2],
      timestamps: [
        [0, -5],
        [1, 2],
      ],
    }; // prettier-ignore
    expect(await messageOf(() => readTrace(utf8(JSON.stringify([{ power }])), "r.json"))).toMatch(
      /^LiquidEdgeError: r\.json: "\[0\]\.power\.timestamps" expected pairs of a counter and the index/,
    );
  });

  it.each(["[]", '[{"power":{"samples":[],"timestamps":[[0,0],[1,0]]}}]'])(
    "of a runner has samples: %s",
    async (json) => {
      expect(await messageOf(() => readTrace(utf8(json), "r.json"))).toBe(
        "LiquidEdgeError: r.json: expected samples of an energy run, found none",
      );
    },
  );

  it.each([
    ["its first row", "time_ms,current_mA,D0\n5,ovf\n6,1,0\n7,2,0\n"],
    ["its last row", "time_ms,current_mA,D0\n6,1,0\n7,2,0\n8,ovf"],
  ])("that overflowed in half a line, %s, has no such sample", async (_, text) => {
    const { trace } = await readTrace(utf8(text), "t.csv", { volts: 3 });
    expect(trace.saturated).toEqual([]);
    expect(trace.clock).toMatchObject({ seconds: Float64Array.of(0.006, 0.007) });
  });

  it("whose clock falls below 0 has not wrapped", async () => {
    const text = "t_us,power_mW\n4294967290,1\n-1000000000,1\n";
    expect(await messageOf(() => readTrace(utf8(text), "t.csv"))).toMatch(
      /^LiquidEdgeError: t\.csv:3: "t_us" expected a time after 4294967290/,
    );
  });

  it("of ST's board believes no rate that the board does not have", () => {
    const decoder = new Lpm01aDecoder();
    const log = ["freq 9999999999k", "output energy", "volt 3300m", "format ascii_dec", "start"];
    decoder.push(utf8(log.map((line) => `PowerShield > ack ${line}\n`).join("")));
    decoder.push(utf8("6409-07\nTimeStamp: 009s 000ms, buff 00%\n"));
    // 9 s at 10 THz would be 9e13 samples that were lost.
    expect(decoder.samples.count).toBe(1);
  });

  it("of empty lines has no room for samples", async () => {
    const sizes: number[] = [];
    const original = globalThis.Float64Array;
    globalThis.Float64Array = new Proxy(original, {
      construct(target, args) {
        if (typeof args[0] === "number") sizes.push(args[0]);
        return Reflect.construct(target, args);
      },
    });
    try {
      await readTrace(utf8(`time_ms,power_mW\n0,1\n1,1\n${"\n".repeat(100_000)}`), "t.csv");
    } finally {
      globalThis.Float64Array = original;
    }
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThan(10);
  });
});

it("a stream of very many windows is split without running out of stack", async () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i % 7},${i % 2}`);
  const csv = new File([`ax,label\n${rows.join("\n")}\n`], "d.csv");
  const description = { task: "binary", inputs: ["ax"], target: "label", windowSteps: 1, split: { test: 1 } };
  const { splits } = await loadCsv(csv, description);
  expect(splits.test).toHaveLength(200_000);
});

describe("messages", () => {
  it("suggest no name for a text that is none, in a time that its length does not square", () => {
    const long = "a".repeat(200_000);
    expect(nearestName(long, [long.slice(1)])).toBeUndefined();
    expect(nearestName("gru", [long, "grv"])).toBe("grv");
  });

  it("are one line without anything that drives a terminal, however they were put together", () => {
    const hostile = "\u001b]0;x\u0007\u009b31m\u202e\u2028\r\n\ufeff";
    const { message } = complain("bad-file", `f${hostile}`, {
      field: hostile,
      expected: hostile,
      found: hostile.repeat(1000),
      hint: hostile,
    });
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(message.length).toBeLessThan(4000);
  });

  it("name the keys that a description asks for without their control characters", async () => {
    const description = {
      task: "regression",
      inputs: ["\u0007\u001b[2J"],
      target: "y",
      normalise: { other: {} },
    };
    expect(await messageOf(() => parseCsvDescription(description, "d.json"))).toMatch(
      /^LiquidEdgeError: d\.json: \P{Cc}+$/u,
    );
  });
});

describe("a device in MLPerf's text protocol", () => {
  /** Sends the same bytes again and again, as fast as it is asked. */
  const talking = (text: string): Link => ({
    name: "dut",
    bytesPerSecond: 1,
    send: async () => {},
    receive: async () => utf8(text),
    nowMs: () => 0,
    close: async () => {},
  });

  it("whose columns have names of spaces and brackets is read at once", () => {
    for (const name of [
      " ".repeat(190),
      "(".repeat(190),
      `${" ".repeat(90)}(${" ".repeat(90)}`,
      " (".repeat(50_000),
    ])
      expect(() => readTable(utf8(`${name}x\n1\n`), "run.csv")).toThrow(
        /expected a column with current or power/,
      );
    const spaced = readTable(utf8("time (s),  power   ( mW )  \n0,1\n1,1\n2,1\n"), "run.csv");
    expect(spaced.quantity).toMatchObject({ kind: "power" });
  });

  it("whose trace lacks its shunt is refused by the name of the file", () => {
    const text =
      "# liquid-edge-meter v1 dev=INA219 shunt_ohm=0.bin fs=1700\nt_us,power\n1000,4560\n2000,4570\n";
    expect(() => readTable(utf8(text), "run.csv")).toThrow(
      "run.csv: expected the resistance of the INA219's shunt, in its first line or as an option, found none above 0",
    );
    const own = readTable(utf8(text.replace("INA219 shunt_ohm=0.bin", "INA260")), "run.csv");
    expect(own.accuracy).toMatchObject({ name: "INA260", shunt: 0 });
  });

  it("that never stops talking is given up", async () => {
    expect(await messageOf(() => new MlperfSession(talking("m-info\r\n")).name())).toBe(
      'LiquidEdgeError: dut: expected a reply to "name" of at most 1048576 characters, found more, and no m-ready',
    );
  });

  it("answers with numbers, or is refused", async () => {
    const answer = "m-lap-us-1\r\nm-results-[0.5,abc]\r\nm-lap-us-99999999999\r\nm-ready\r\n";
    expect(await messageOf(() => new MlperfSession(talking(answer)).infer(1, 0))).toBe(
      "LiquidEdgeError: dut: expected results that are numbers, found m-results-[0.5,abc]",
    );
  });

  it("is quoted without its escapes", async () => {
    expect(await messageOf(() => new MlperfSession(talking("e-[\u001b[2J]\r\nm-ready\r\n")).name())).toBe(
      'LiquidEdgeError: dut: expected a device that does "name", found e-[\\u001b[2J]',
    );
  });
});
