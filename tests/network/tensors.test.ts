import { describe, expect, test } from "vitest";
import { checkTensors } from "../../bindings/network/check-tensors.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Tensor } from "../../bindings/network/model.ts";
import { parseSafetensors } from "../../bindings/network/safetensors.ts";
import { expectedTensors } from "../../bindings/network/tensors.ts";
import { checkpoints, ncpsCase, thrownBy } from "./golden.ts";

const source = { weights: "w.safetensors", config: "net.json" };

test.each(checkpoints())("asks for exactly the tensors of $name, in their order", ({ json, weights }) => {
  const { tensors } = parseSafetensors(weights, "case");
  const asked = expectedTensors(parseConfig(json, "case"));
  expect(asked.map(({ name, shape }) => ({ name, shape }))).toEqual(
    [...tensors].map(([name, { shape }]) => ({ name, shape })),
  );
});

/** Names and shapes as `name [shape]`. */
function asked(modelClass: string, config: object): string[] {
  return expectedTensors(parseConfig({ class: modelClass, config }, "x")).map(
    ({ name, shape }) => `${name} [${shape}]`,
  );
}

test("numbers the layers of a backbone as torch.nn.Sequential does", () => {
  const names = (config: object) =>
    asked("ncps.torch.CfC", { input_size: 2, units: 3, backbone_units: 4, ...config }).filter(
      (name) => name.includes("backbone") && name.includes("weight"),
    );
  expect(names({ backbone_layers: 4 })).toEqual([
    "rnn_cell.backbone.0.weight [4,5]",
    "rnn_cell.backbone.2.weight [4,4]",
    "rnn_cell.backbone.4.weight [4,4]",
    "rnn_cell.backbone.6.weight [4,4]",
  ]);
  expect(names({ backbone_layers: 4, backbone_dropout: 0.1 })).toEqual([
    "rnn_cell.backbone.0.weight [4,5]",
    "rnn_cell.backbone.2.weight [4,4]",
    "rnn_cell.backbone.5.weight [4,4]",
    "rnn_cell.backbone.8.weight [4,4]",
  ]);
  expect(names({ backbone_layers: 0 })).toEqual([]);
});

test("asks for the tensors of torch.nn.GRU and LSTM and their readout", () => {
  expect(asked("torch.nn.GRU", { input_size: 2, units: 3 })).toEqual([
    "rnn.weight_ih_l0 [9,2]",
    "rnn.weight_hh_l0 [9,3]",
    "rnn.bias_ih_l0 [9]",
    "rnn.bias_hh_l0 [9]",
  ]);
  expect(asked("torch.nn.LSTM", { input_size: 2, units: 3, output_size: 4 })).toEqual([
    "rnn.weight_ih_l0 [12,2]",
    "rnn.weight_hh_l0 [12,3]",
    "rnn.bias_ih_l0 [12]",
    "rnn.bias_hh_l0 [12]",
    "fc.weight [4,3]",
    "fc.bias [4]",
  ]);
});

test("asks for the tensors of our own classes", () => {
  expect(asked("liquid-edge.CTRNN", { input_size: 2, units: 3, output_size: 1 })).toEqual([
    "dense.weight [3,5]",
    "dense.bias [3]",
    "tau [3]",
    "fc.weight [1,3]",
    "fc.bias [1]",
  ]);
  expect(asked("liquid-edge.LiquidGate", { input_size: 2, units: 3, output_size: 1 })).toEqual([
    "g.weight [3,5]",
    "g.bias [3]",
    "a.weight [3,5]",
    "a.bias [3]",
    "fc.weight [1,3]",
    "fc.bias [1]",
  ]);
  expect(asked("liquid-edge.MLP", { input_size: 2, layer_sizes: [4, 1] })).toEqual([
    "layers.0.weight [4,2]",
    "layers.0.bias [4]",
    "layers.1.weight [1,4]",
    "layers.1.bias [1]",
  ]);
  const ltc = { input_size: 2, units: 3, mixed_memory: true };
  expect(asked("liquid-edge.LTC", ltc)).toEqual(asked("ncps.torch.LTC", ltc));
});

/** What the check says of the case `name` after `change`, without the constant beginning. */
function complaint(
  name: string,
  change: (tensors: Map<string, Tensor>, config: Record<string, unknown>) => void,
): string {
  const { json, weights } = ncpsCase(name);
  const { tensors } = parseSafetensors(weights, "case");
  const config = { ...json.config };
  change(tensors, config);
  return thrownBy(() =>
    checkTensors(parseConfig({ class: json.class, config }, "x"), tensors, source),
  ).replace(" w.safetensors:", "");
}

const zeros = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)),
});

describe("complains in one line about", () => {
  test("a missing tensor, by name", () => {
    expect(complaint("ltc-ncp-19", (tensors) => tensors.delete("rnn_cell.sensory_mu"))).toBe(
      'bad-config "rnn_cell.sensory_mu" expected a tensor of shape [8, 19] for class ncps.torch.LTC, found no such tensor',
    );
  });

  test("a configuration whose units contradict the tensors, with both numbers", () => {
    expect(
      complaint("ltc-ncp-19", (_, config) => {
        config.units = 32;
        config.wiring = { type: "AutoNCP", args: { units: 32, output_size: 1 } };
      }),
    ).toBe(
      'bad-config "rnn_cell.gleak" expected shape [32], found [19] (the configuration net.json says units = 32, the tensors say 19)',
    );
  });

  test("a configuration whose inputs contradict the tensors", () => {
    expect(
      complaint("cfc-default-32", (_, config) => {
        config.input_size = 7;
      }),
    ).toBe(
      'bad-config "rnn_cell.backbone.0.weight" expected shape [128, 39], found [128, 40] (the configuration net.json says input_size + units = 39, the tensors say 40)',
    );
  });

  test("another wiring of a wired CfC", () => {
    expect(
      complaint("cfc-wired-32", (_, config) => {
        config.wiring = { type: "AutoNCP", args: { units: 32, output_size: 4 } };
      }),
    ).toBe(
      'bad-config "rnn_cell.layer_0.sparsity_mask" expected shape [17, 25], found [18, 26] (the configuration net.json says neurons of layer 0 = 17, the tensors say 18)',
    );
  });

  test("a tensor with another number of dimensions", () => {
    expect(complaint("cfc-pure-32", (tensors) => tensors.set("rnn_cell.A", zeros(32)))).toBe(
      'bad-config "rnn_cell.A" expected shape [1, 32], found [32] (the dimensions are one row, units)',
    );
  });

  test.each([
    ["ltc-fc-8", "lstm.input_map.weight", "config.mixed_memory is false"],
    ["cfc-default-32", "fc.weight", "config.proj_size or config.output_size is not set"],
    ["cfc-pure-32", "rnn_cell.ff2.weight", "config.mode pure does not have it"],
    ["cfc-default-32", "rnn_cell.w_tau", "only config.mode pure has it"],
    [
      "ltc-explicit-linear-10",
      "rnn_cell.output_w",
      "config.input_mapping or config.output_mapping leaves it out",
    ],
    [
      "cfc-no-backbone-10",
      "rnn_cell.backbone.0.weight",
      "config.backbone_layers or config.backbone_dropout leaves it out",
    ],
    ["cfc-wired-32", "rnn_cell.layer_3.ff1.weight", "config.wiring decides the number of layers"],
  ])("a tensor too many in %s: %s", (name, tensor, hint) => {
    const { class: modelClass } = ncpsCase(name).json;
    expect(complaint(name, (tensors) => tensors.set(tensor, zeros(2, 3)))).toBe(
      `bad-config "${tensor}" expected no such tensor for class ${modelClass} with this configuration, found one of shape [2, 3] (${hint})`,
    );
  });

  test("the state_dict of a module around the network", () => {
    expect(
      complaint("ltc-fc-8", (tensors) => {
        for (const [name, tensor] of [...tensors]) {
          tensors.delete(name);
          tensors.set(`model.${name}`, tensor);
        }
      }),
    ).toMatch(
      /\(the file has "model\.rnn_cell\.gleak": save the state_dict of the ncps\.torch\.LTC module itself\)$/,
    );
  });

  test("the state_dict of the bare cell", () => {
    expect(
      complaint("ltc-fc-8", (tensors) => {
        for (const [name, tensor] of [...tensors]) {
          tensors.delete(name);
          tensors.set(name.replace("rnn_cell.", ""), tensor);
        }
      }),
    ).toMatch(/\(the file has "gleak": save the state_dict of the ncps\.torch\.LTC module itself\)$/);
  });

  test("a dropout rate that renumbers the backbone", () => {
    expect(
      complaint("cfc-backbone2-silu-proj-12", (_, config) => {
        config.backbone_layers = 3;
      }),
    ).toMatch(
      /"rnn_cell\.backbone\.5\.weight" expected .* \(backbone_layers and whether backbone_dropout is 0 decide/,
    );
  });

  test("a mask that is not 0 or 1", () => {
    expect(
      complaint("ltc-fc-8", (tensors) => {
        tensors.get("rnn_cell.sparsity_mask")!.data[5] = 0.5;
      }),
    ).toBe('bad-file "rnn_cell.sparsity_mask" expected a mask of 0 and 1, found 0.5 at position 5');
  });

  test("time constants and capacitances that would be divided by and are 0", () => {
    const ctrnn = parseConfig({ class: "liquid-edge.CTRNN", config: { input_size: 1, units: 2 } }, "x");
    const tensors = new Map([
      ["dense.weight", zeros(2, 3)],
      ["dense.bias", zeros(2)],
      ["tau", zeros(2)],
    ]);
    expect(thrownBy(() => checkTensors(ctrnn, tensors, source))).toBe(
      'bad-file w.safetensors: "tau" expected time constants above 0, found 0 at position 0',
    );
    tensors.get("tau")!.data.fill(-1);
    expect(thrownBy(() => checkTensors(ctrnn, tensors, source))).toMatch(/found -1 at position 0$/);
    const { json, weights } = ncpsCase("ltc-explicit-linear-10");
    const check = (solver: string, cm: number) => {
      const parsed = parseSafetensors(weights, "case").tensors;
      parsed.get("rnn_cell.cm")!.data[9] = cm;
      const model = parseConfig({ class: "liquid-edge.LTC", config: { ...json.config, solver } }, "x");
      return thrownBy(() => checkTensors(model, parsed, source));
    };
    expect(check("euler", 0)).toBe(
      'bad-file w.safetensors: "rnn_cell.cm" expected capacitances above 0, found 0 at position 9',
    );
    expect(check("euler", 0.5)).toBe("nothing");
    expect(check("fused", 0)).toBe("nothing");
  });
});
