import { expect, test } from "vitest";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { describeModel, modelWiring } from "../../bindings/network/describe.ts";
import { ncpsCase, ncpsCases } from "./golden.ts";
import { randomModel } from "./random-model.ts";

function load(name: string) {
  const { json, weights } = ncpsCase(name);
  return readModel(weights, json, { weights: name });
}

test("counts parameters, masks and synapses of AutoNCP(19, 1) with 8 inputs", () => {
  const { parameters, synapses, widths, tensors } = describeModel(load("ltc-ncp-19"));
  // 3 n + 4 n^2 + 4 m n + 2 m + 2 o and n^2 + m n with n = 19, m = 8, o = 1
  expect(parameters).toEqual({ trainable: 57 + 1444 + 608 + 16 + 2, masks: 361 + 152 });
  expect(synapses).toEqual({ recurrent: 47, sensory: 40 });
  expect(widths).toEqual({ inputs: 8, outputs: 1, state: 19, cellMemory: 0 });
  expect(tensors[0]).toEqual({ name: "rnn_cell.gleak", shape: [19], role: "parameter" });
});

const ltcCases = ncpsCases().filter(({ json }) => json.class === "ncps.torch.LTC");

test.each(ltcCases)("finds the wiring of $name in its masks", ({ name, json }) => {
  const wiring = modelWiring(load(name))!;
  const isSynapse = (triples: number[], units: number) => {
    const exists = new Int8Array(triples.length === 0 ? 0 : wiring.adjacency.length);
    for (let i = 0; i < triples.length; i += 3) exists[triples[i]! * units + triples[i + 1]!] = 1;
    return exists;
  };
  const expected = isSynapse(json.wiring!.synapses, json.wiring!.units);
  expect(Array.from(wiring.adjacency, Math.abs)).toEqual([...expected]);
  expect(wiring.layers).toEqual(json.wiring!.layers);
  expect(describeModel(load(name)).synapses).toEqual({
    recurrent: json.wiring!.synapses.length / 3,
    sensory: json.wiring!.sensory_synapses.length / 3,
  });
});

test("maps the layers of a wired CfC to neuron ids", () => {
  const { wiring: golden } = ncpsCase("cfc-wired-32").json;
  const { adjacency, sensoryAdjacency, units, layers } = modelWiring(load("cfc-wired-32"))!;
  const sensory = new Set<number>();
  for (let i = 0; i < golden!.sensory_synapses.length; i += 3) {
    sensory.add(golden!.sensory_synapses[i]! * units + golden!.sensory_synapses[i + 1]!);
  }
  expect([...sensoryAdjacency.keys()].filter((pair) => sensoryAdjacency[pair] !== 0)).toEqual(
    [...sensory].sort((a, b) => a - b),
  );
  // Between layers as drawn; within a layer all to all, whatever the wiring says.
  const layerOf = (id: number) => layers.findIndex((layer) => layer.includes(id));
  const drawn = new Set<number>();
  for (let i = 0; i < golden!.synapses.length; i += 3) {
    drawn.add(golden!.synapses[i]! * units + golden!.synapses[i + 1]!);
  }
  adjacency.forEach((exists, pair) => {
    const [source, target] = [Math.floor(pair / units), pair % units];
    const isInside = layerOf(source) === layerOf(target);
    expect(exists).toBe(isInside || drawn.has(pair) ? 1 : 0);
  });
});

test("has no synapses to count where there are no masks", () => {
  for (const kind of ["GRU", "LSTM", "MLP", "CT-RNN", "LiquidGate", "ncps CfC"] as const) {
    const description = describeModel(randomModel(1, { kind }));
    expect(description.synapses).toBeNull();
    expect(description.parameters.masks).toBe(0);
    expect(description.parameters.trainable).toBeGreaterThan(0);
  }
});
