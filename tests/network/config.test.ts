import { describe, expect, test } from "vitest";
import { configToJson, MODEL_CLASSES, modelWidths, parseConfig } from "../../bindings/network/config.ts";
import { ncpsCase, ncpsCases, thrownBy } from "./golden.ts";
import { randomModel } from "./random-model.ts";

const parse = (modelClass: string, config: object) =>
  parseConfig({ class: modelClass, config }, "net.json").config;

/** The message for a wrong configuration, without its constant beginning. */
function complaint(modelClass: unknown, config: unknown): string {
  const thrown = thrownBy(() => parseConfig({ class: modelClass, config }, "net.json"));
  return thrown.replace("bad-config net.json: ", "");
}

test("fills in the defaults of ncps' LTC, and FullyConnected for a plain number of units", () => {
  expect(parse("ncps.torch.LTC", { input_size: 3, units: 8 })).toEqual({
    input_size: 3,
    units: 8,
    wiring: {
      type: "FullyConnected",
      args: { units: 8, output_dim: null, erev_init_seed: 1111, self_connections: true },
    },
    mixed_memory: false,
    input_mapping: "affine",
    output_mapping: "affine",
    output_size: null,
    ode_unfolds: 6,
    epsilon: 1e-8,
    implicit_param_constraints: true,
    solver: "fused",
    ode_step: 1 / 6,
  });
});

test("fills in the defaults of ncps' CfC; a wired one has no backbone", () => {
  expect(parse("ncps.torch.CfC", { input_size: 3, units: 8, backbone_units: null })).toEqual({
    input_size: 3,
    units: 8,
    wiring: null,
    mixed_memory: false,
    mode: "default",
    proj_size: null,
    activation: "lecun_tanh",
    backbone_units: 128,
    backbone_layers: 1,
    backbone_dropout: 0,
  });
  const wiring = { type: "AutoNCP", args: { units: 12, output_size: 2 } };
  expect(parse("ncps.torch.CfC", { input_size: 3, wiring })).toMatchObject({
    units: 12,
    backbone_units: 0,
    backbone_layers: 0,
  });
});

test("gives the explicit solvers the step of the original code", () => {
  const ltc = (config: object) => parse("liquid-edge.LTC", { input_size: 1, units: 2, ...config });
  expect(ltc({ solver: "rk4" })).toMatchObject({ solver: "rk4", ode_step: 0.1 });
  expect(ltc({ ode_unfolds: 4 })).toMatchObject({ solver: "fused", ode_step: 0.25 });
  expect(ltc({ ode_step: 1 })).toMatchObject({ solver: "fused", ode_step: 1 });
  expect(parse("liquid-edge.CTRNN", { input_size: 1, units: 2 })).toEqual({
    input_size: 1,
    units: 2,
    output_size: null,
    ode_unfolds: 6,
    ode_step: 0.1,
  });
});

test.each(ncpsCases())("takes the case file $name as it is and finds its widths", ({ json }) => {
  const model = parseConfig(json, "case");
  const { float64, input } = json as unknown as Record<string, never> & {
    float64: {
      output: { shape: number[] };
      final_h: { shape: number[] };
      final_c: null | { shape: number[] };
    };
    input: { shape: number[] };
  };
  expect(modelWidths(model)).toEqual({
    inputs: input.shape[2],
    outputs: float64.output.shape[2],
    state: float64.final_h.shape[1],
    cellMemory: float64.final_c?.shape[1] ?? 0,
  });
});

test("knows the widths of the dense rivals", () => {
  const widths = (modelClass: string, config: object) =>
    modelWidths(parseConfig({ class: modelClass, config }, "x"));
  const gated = { input_size: 2, units: 5, output_size: 3 };
  expect(widths("torch.nn.LSTM", gated)).toEqual({ inputs: 2, outputs: 3, state: 5, cellMemory: 5 });
  expect(widths("torch.nn.GRU", gated)).toEqual({ inputs: 2, outputs: 3, state: 5, cellMemory: 0 });
  expect(widths("liquid-edge.LiquidGate", gated)).toEqual({ inputs: 2, outputs: 3, state: 5, cellMemory: 0 });
  expect(widths("liquid-edge.CTRNN", { ...gated, output_size: null }).outputs).toBe(5);
  expect(widths("liquid-edge.MLP", { input_size: 2, layer_sizes: [7, 4] })).toEqual({
    inputs: 2,
    outputs: 4,
    state: 0,
    cellMemory: 0,
  });
});

test("writes JSON that it reads back, for 500 random configurations of every class", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 500; seed++) {
    const { class: modelClass, config } = randomModel(seed);
    const json = JSON.parse(JSON.stringify(configToJson({ class: modelClass, config } as never)));
    expect(parseConfig(json, "again")).toEqual({ class: modelClass, config });
    seen.add(modelClass);
  }
  expect([...seen].sort()).toEqual([...MODEL_CLASSES].sort());
});

describe("complains in one line about", () => {
  const ltc = { input_size: 3, units: 8 };
  const autoNcp = { type: "AutoNCP", args: { units: 12, output_size: 2 } };
  test.each<[string, unknown, unknown, string]>([
    [
      "an unknown class, with the nearest name",
      "ncps.torch.LCT",
      ltc,
      `"configuration.class" expected one of ${MODEL_CLASSES.join(", ")}, found "ncps.torch.LCT" (did you mean "ncps.torch.LTC"?)`,
    ],
    [
      "no class",
      undefined,
      ltc,
      `"configuration.class" expected one of ${MODEL_CLASSES.join(", ")}, found nothing`,
    ],
    ["no config", "torch.nn.GRU", undefined, '"config" expected an object, found nothing'],
    ["a config that is an array", "torch.nn.GRU", [1], '"config" expected an object, found an array of 1'],
    [
      "an unknown key, with the nearest name",
      "torch.nn.GRU",
      { input_size: 1, unit: 2 },
      '"config.unit" expected one of the keys input_size, units, output_size, batch_first, return_sequences, found an unknown key (did you mean "units"?)',
    ],
    [
      "a key of torch",
      "torch.nn.GRU",
      { input_size: 1, hidden_size: 2 },
      '"config.hidden_size" expected one of the keys input_size, units, output_size, batch_first, return_sequences, found an unknown key (it is called units here)',
    ],
    [
      "a missing width",
      "ncps.torch.LTC",
      { units: 8 },
      '"config.input_size" expected an integer from 1 to 65535, found nothing',
    ],
    [
      "a width of 0",
      "ncps.torch.CfC",
      { input_size: 1, units: 0 },
      '"config.units" expected an integer from 1 to 65535, found 0',
    ],
    [
      "a fraction",
      "ncps.torch.LTC",
      { ...ltc, ode_unfolds: 1.5 },
      '"config.ode_unfolds" expected an integer from 1 to 65535, found 1.5',
    ],
    [
      "text for a number",
      "ncps.torch.LTC",
      { ...ltc, units: "8" },
      '"config.units" expected an integer from 1 to 65535, found "8"',
    ],
    [
      "an epsilon that is not a number",
      "ncps.torch.LTC",
      { ...ltc, epsilon: Number.NaN },
      '"config.epsilon" expected a number from 0 to 1, found NaN',
    ],
    [
      "text for a flag",
      "ncps.torch.LTC",
      { ...ltc, mixed_memory: "no" },
      '"config.mixed_memory" expected true or false, found "no"',
    ],
    [
      "an unknown activation",
      "ncps.torch.CfC",
      { ...ltc, activation: "gleu" },
      '"config.activation" expected one of lecun_tanh, relu, tanh, silu, gelu, found "gleu" (did you mean "gelu"?)',
    ],
    [
      "an activation that ncps' CfC lacks",
      "ncps.torch.CfC",
      { ...ltc, activation: "sigmoid" },
      '"config.activation" expected one of lecun_tanh, relu, tanh, silu, gelu, found "sigmoid"',
    ],
    [
      "an unknown mapping",
      "ncps.torch.LTC",
      { ...ltc, input_mapping: "none" },
      '"config.input_mapping" expected one of affine, linear, null, found "none"',
    ],
    [
      "units that contradict the wiring",
      "ncps.torch.LTC",
      { ...ltc, wiring: autoNcp },
      '"config.units" expected 12, the number of neurons of the AutoNCP wiring, found 8',
    ],
    [
      "a wrong argument of the wiring",
      "ncps.torch.LTC",
      { input_size: 1, wiring: { type: "AutoNCP", args: { units: 12, outputs: 2 } } },
      '"config.wiring.args.outputs" expected one of the keys units, output_size, sparsity_level, seed, found an unknown key',
    ],
    [
      "a wiring without arguments",
      "ncps.torch.LTC",
      { input_size: 1, wiring: { type: "NCP" } },
      '"config.wiring.args" expected an object, found nothing',
    ],
    [
      "a solver that ncps does not have",
      "ncps.torch.LTC",
      { ...ltc, solver: "rk4" },
      /^"config.solver" expected one of the keys .*, found an unknown key \(only class liquid-edge.LTC has it\)$/ as never,
    ],
    [
      "a step of 0",
      "liquid-edge.LTC",
      { ...ltc, ode_step: 0 },
      '"config.ode_step" expected a number above 0, found 0',
    ],
    [
      "a backbone of a wired CfC",
      "ncps.torch.CfC",
      { input_size: 1, wiring: autoNcp, backbone_units: 64 },
      '"config.backbone_units" expected nothing, found 64 (a wired CfC has no backbone)',
    ],
    [
      "a projection that ncps cannot run",
      "ncps.torch.CfC",
      { input_size: 1, wiring: { type: "FullyConnected", args: { units: 8, output_dim: 2 } }, proj_size: 3 },
      '"config.proj_size" expected null, for ncps itself cannot run it, found 3 (this wiring\'s last layer has 8 neurons, its output_dim is 2)',
    ],
    [
      "no layers",
      "liquid-edge.MLP",
      { input_size: 1, layer_sizes: [] },
      '"config.layer_sizes" expected an array of 1 to 255 integers from 1 to 65535, found an array of 0',
    ],
    [
      "a layer of text",
      "liquid-edge.MLP",
      { input_size: 1, layer_sizes: ["4"] },
      '"config.layer_sizes" expected an array of 1 to 255 integers from 1 to 65535, found an array of 1',
    ],
    [
      "a key with control characters",
      "torch.nn.GRU",
      { input_size: 1, units: 1, "a\nb": 1 },
      /^"config.a\\u000ab" expected/ as never,
    ],
  ])("%s", (_, modelClass, config, message) => {
    const found = complaint(modelClass, config);
    if ((message as unknown) instanceof RegExp) expect(found).toMatch(message);
    else expect(found).toBe(message);
  });

  test.each([null, 3, "text", [], undefined])("a configuration that is %j", (value) => {
    expect(thrownBy(() => parseConfig(value, "net.json"))).toMatch(
      /^bad-config net\.json: "configuration(\.class)?" expected /,
    );
  });
});

test("ignores what changes only the shape of a call, and unknown fields beside class and config", () => {
  const { json } = ncpsCase("ltc-fc-8");
  expect(json.config).toMatchObject({ batch_first: true, return_sequences: true });
  expect(parseConfig({ ...json, anything: 1 }, "x").config).not.toHaveProperty("batch_first");
});
