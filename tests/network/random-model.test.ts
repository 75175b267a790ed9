import { expect, test } from "vitest";
import { modelWidths } from "../../bindings/network/config.ts";
import { MODEL_KINDS, randomModel, randomSequence } from "./random-model.ts";

test("gives equal models for equal seeds and different ones for different seeds", () => {
  expect(randomModel(17)).toEqual(randomModel(17));
  expect(randomModel(17)).not.toEqual(randomModel(17 + MODEL_KINDS.length));
});

test("covers every class, mode and option within 1,000 seeds", () => {
  const seen = new Map<string, Set<string>>();
  const note = (key: string, value: unknown) => {
    const values = seen.get(key) ?? new Set();
    seen.set(key, values.add(JSON.stringify(value)));
  };
  for (let seed = 0; seed < 1000; seed++) {
    const model = randomModel(seed);
    for (const [key, value] of Object.entries(model.config)) {
      const isWiring = key === "wiring" && value !== null;
      note(`${model.class} ${key}`, isWiring ? (value as { type: string }).type : value);
    }
  }
  const values = (key: string) => [...seen.get(key)!].map((text) => JSON.parse(text)).sort();
  const wirings = ["AutoNCP", "FullyConnected", "NCP", "Random"];
  expect(values("ncps.torch.LTC wiring")).toEqual(wirings);
  expect(values("liquid-edge.LTC wiring")).toEqual(wirings);
  expect(values("ncps.torch.CfC wiring").filter((wiring) => wiring !== null)).toEqual(wirings);
  expect(values("liquid-edge.LTC solver")).toEqual(["euler", "fused", "rk4"]);
  for (const mapping of ["input_mapping", "output_mapping"]) {
    expect(new Set(values(`ncps.torch.LTC ${mapping}`))).toEqual(new Set(["affine", "linear", null]));
  }
  for (const flag of ["ncps.torch.LTC mixed_memory", "ncps.torch.CfC mixed_memory"]) {
    expect(values(flag)).toEqual([false, true]);
  }
  expect(values("ncps.torch.LTC implicit_param_constraints")).toEqual([false, true]);
  expect(values("ncps.torch.CfC mode")).toEqual(["default", "no_gate", "pure"]);
  expect(values("ncps.torch.CfC backbone_layers")).toEqual([0, 1, 2, 3]);
  expect(values("ncps.torch.CfC activation")).toEqual(["gelu", "lecun_tanh", "relu", "silu", "tanh"]);
  expect(values("liquid-edge.MLP activation").length).toBe(7);
  expect(values("torch.nn.GRU output_size")).toContain(null);
});

test("gives sequences of the right widths, with positive elapsed times", () => {
  for (let seed = 0; seed < 60; seed++) {
    const model = randomModel(seed);
    const { inputs, state, cellMemory } = modelWidths(model);
    const { input, timespans, initialH, initialC } = randomSequence(seed, model, 5);
    expect(input.length).toBe(5 * inputs);
    expect(timespans?.every((t) => t >= 1 / 64 && t <= 4) ?? true).toBe(true);
    expect([undefined, state]).toContain(initialH?.length);
    expect([undefined, cellMemory]).toContain(initialC?.length);
  }
});
