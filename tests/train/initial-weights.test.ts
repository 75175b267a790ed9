import { describe, expect, it } from "vitest";
import { readModel, writeModel } from "../../bindings/network/checkpoint.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { ncpsCase } from "../network/golden.ts";
import { MODEL_KINDS, randomModel } from "../network/random-model.ts";

function initial(config: object, seed = 0) {
  return initialModel(parseConfig(config, "test"), seed);
}

const autoNcp = (units: number, output_size: number) => ({ type: "AutoNCP", args: { units, output_size } });

/** Asserts that a tensor looks uniform on [low, high): its range, mean and variance. */
function expectUniform(data: Float32Array, low: number, high: number): void {
  const n = data.length;
  const mean = data.reduce((sum, value) => sum + value, 0) / n;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  const width = high - low;
  expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.fround(low));
  expect(Math.max(...data)).toBeLessThanOrEqual(Math.fround(high));
  // Five standard errors; the fourth central moment of a uniform is width^4 / 80.
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((5 * width) / Math.sqrt(12 * n));
  expect(Math.abs(variance - width ** 2 / 12)).toBeLessThan(
    5 * width ** 2 * Math.sqrt((1 / 80 - 1 / 144) / n),
  );
}

describe("initial weights", () => {
  it("make a complete model of every class, equal for equal seeds", () => {
    MODEL_KINDS.forEach((_, kind) => {
      const { tensors: _tensors, ...config } = randomModel(kind);
      const bytes = (seed: number) => writeModel(initialModel(config, seed));
      expect(bytes(1)).toEqual(bytes(1));
      expect(Buffer.compare(bytes(1), bytes(2))).not.toBe(0);
    });
  });

  it("have the distributions of ncps' LTC", () => {
    const config = { input_size: 30, wiring: autoNcp(60, 4) };
    const { tensors } = initial({ class: "ncps.torch.LTC", config });
    const data = (name: string) => tensors.get(`rnn_cell.${name}`)!.data;
    const ranges: [string, number, number][] = [
      ["gleak", 0.001, 1],
      ["vleak", -0.2, 0.2],
      ["cm", 0.4, 0.6],
      ["sigma", 3, 8],
      ["mu", 0.3, 0.8],
      ["w", 0.001, 1],
      ["sensory_sigma", 3, 8],
      ["sensory_mu", 0.3, 0.8],
      ["sensory_w", 0.001, 1],
    ];
    for (const [name, low, high] of ranges) expectUniform(data(name), low, high);
    expect(data("input_w")).toEqual(new Float32Array(30).fill(1));
    expect(data("output_b")).toEqual(new Float32Array(4));
  });

  it("have masks as ncps stores them", () => {
    for (const name of [
      "ltc-ncp-19",
      "ltc-fc-8",
      "ltc-random-32",
      "cfc-wired-32",
      "cfc-wired-pure-irregular-20",
    ]) {
      const { weights, json } = ncpsCase(name);
      const { tensors, ...config } = readModel(weights, json, { weights: name });
      const made = initialModel(config, 0);
      const masks = [...tensors.keys()].filter((key) => key.endsWith("sparsity_mask"));
      expect(masks.length).toBeGreaterThan(0);
      for (const mask of masks) expect(made.tensors.get(mask)).toEqual(tensors.get(mask));
    }
  });

  it("are Xavier-uniform for CfC, its A and w_tau among them, with biases of torch.nn.Linear", () => {
    const config = { input_size: 40, units: 80, backbone_layers: 1, backbone_units: 100, proj_size: 90 };
    const { tensors } = initial({ class: "ncps.torch.CfC", config });
    const data = (name: string) => tensors.get(name)!.data;
    const xavier = (rows: number, columns: number) => Math.sqrt(6 / (rows + columns));
    expectUniform(data("rnn_cell.backbone.0.weight"), -xavier(100, 120), xavier(100, 120));
    expectUniform(data("rnn_cell.ff1.weight"), -xavier(80, 100), xavier(80, 100));
    expectUniform(data("rnn_cell.time_a.bias"), -0.1, 0.1);
    expectUniform(data("fc.weight"), -1 / Math.sqrt(80), 1 / Math.sqrt(80));
    const pure = initial({ class: "ncps.torch.CfC", config: { ...config, mode: "pure" } });
    expectUniform(pure.tensors.get("rnn_cell.A")!.data, -xavier(1, 80), xavier(1, 80));
  });

  it("are those of torch.nn for GRU, LSTM and linear layers", () => {
    for (const name of ["GRU", "LSTM"]) {
      const config = { input_size: 50, units: 64, output_size: 40 };
      const { tensors } = initial({ class: `torch.nn.${name}`, config });
      for (const { data } of tensors.values()) expectUniform(data, -1 / 8, 1 / 8);
    }
    const mlp = initial({ class: "liquid-edge.MLP", config: { input_size: 25, layer_sizes: [100, 64] } });
    expectUniform(mlp.tensors.get("layers.0.weight")!.data, -0.2, 0.2);
    expectUniform(mlp.tensors.get("layers.0.bias")!.data, -0.2, 0.2);
    expectUniform(mlp.tensors.get("layers.1.weight")!.data, -0.1, 0.1);
  });

  it("let a LiquidGate remember at first", () => {
    const config = { input_size: 36, units: 64, output_size: 40 };
    const { tensors } = initial({ class: "liquid-edge.LiquidGate", config });
    for (const name of ["g.weight", "g.bias", "a.weight"]) expectUniform(tensors.get(name)!.data, -0.1, 0.1);
    expectUniform(tensors.get("a.bias")!.data, -2.1, -1.9);
  });

  it("have an orthogonal recurrent map in a mixed memory", () => {
    const { tensors } = initial({
      class: "ncps.torch.CfC",
      config: { input_size: 3, units: 20, mixed_memory: true },
    });
    const { shape, data } = tensors.get("lstm.recurrent_map.weight")!;
    const [rows, columns] = shape as [number, number];
    for (let a = 0; a < columns; a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let row = 0; row < rows; row++) dot += data[row * columns + a]! * data[row * columns + b]!;
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });
});
