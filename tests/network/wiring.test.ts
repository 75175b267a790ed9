import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { WiringConfig } from "../../bindings/network/model.ts";
import { buildWiring, countSynapses, type Wiring } from "../../bindings/network/wiring.ts";
import { goldenJson, ncpsCases, thrownBy } from "./golden.ts";

/** Non-zero entries as triples source, destination, polarity, sorted. */
function toTriples(matrix: Int8Array, units: number): number[] {
  return Array.from(matrix).flatMap((polarity, pair) =>
    polarity === 0 ? [] : [Math.floor(pair / units), pair % units, polarity],
  );
}

function synapses(wiring: Wiring) {
  return {
    synapses: toTriples(wiring.adjacency, wiring.units),
    sensory_synapses: toTriples(wiring.sensoryAdjacency, wiring.units),
  };
}

interface GoldenWiring {
  wiring: WiringConfig;
  input_dim: number;
  units: number;
  output_dim: number;
  layer_sizes: number[];
  synapses: number[];
  sensory_synapses: number[];
}

const goldenWirings: GoldenWiring[] = goldenJson("ncps/wirings.json").wirings;

test("the golden file holds 14 wirings", () => {
  expect(goldenWirings.length).toBe(14);
});

test.each(goldenWirings.map((golden, i) => ({ title: `${i}: ${JSON.stringify(golden.wiring)}`, golden })))(
  "draws exactly ncps' synapses: $title",
  ({ golden }) => {
    const wiring = buildWiring(golden.wiring, golden.input_dim);
    expect(synapses(wiring)).toEqual({
      synapses: golden.synapses,
      sensory_synapses: golden.sensory_synapses,
    });
    expect(wiring.units).toBe(golden.units);
    expect(wiring.outputDim).toBe(golden.output_dim);
    expect(wiring.layers.map((layer) => layer.length)).toEqual(golden.layer_sizes);
  },
);

interface WiringDigest {
  wiring: WiringConfig;
  input_dim: number;
  synapses: number;
  sensory_synapses: number;
  sha256: string;
}

test("draws exactly ncps' synapses for 245 random arguments", () => {
  const golden: WiringDigest[] = goldenJson("network/wirings.json").wirings;
  expect(golden.length).toBe(245);
  for (const expected of golden) {
    const { adjacency, sensoryAdjacency } = buildWiring(expected.wiring, expected.input_dim);
    const sha256 = createHash("sha256").update(adjacency).update(sensoryAdjacency).digest("hex").slice(0, 16);
    expect({
      wiring: expected.wiring,
      input_dim: expected.input_dim,
      synapses: countSynapses(adjacency),
      sensory_synapses: countSynapses(sensoryAdjacency),
      sha256,
    }).toEqual(expected);
  }
});

const wiredCases = ncpsCases().filter(({ json }) => json.wiring !== null);

test("ten of the cases have a wiring", () => {
  expect(wiredCases.length).toBe(10);
});

test.each(wiredCases)("draws exactly ncps' synapses of the case $name", ({ json }) => {
  const expected = json.wiring!;
  const wiring = buildWiring(json.config.wiring as WiringConfig, json.config.input_size);
  expect(synapses(wiring)).toEqual({
    synapses: expected.synapses,
    sensory_synapses: expected.sensory_synapses,
  });
  expect(wiring.layers).toEqual(expected.layers);
  expect(wiring.outputDim).toBe(expected.output_dim);
});

test("has the synapse counts stated for AutoNCP(19, 1)", () => {
  const wiring = (inputs: number) =>
    buildWiring({ type: "AutoNCP", args: { units: 19, output_size: 1 } }, inputs);
  expect(countSynapses(wiring(8).sensoryAdjacency)).toBe(40);
  expect(countSynapses(wiring(8).adjacency)).toBe(47);
  expect(countSynapses(wiring(32).sensoryAdjacency) + countSynapses(wiring(32).adjacency)).toBe(206);
});

test("rounds the number of Random's synapses half to even, as numpy does", () => {
  // 1 unit, sparsity 0.5: half a synapse rounds to 0; 3 inputs: 1.5 rounds to 2.
  const wiring = buildWiring({ type: "Random", args: { units: 1, sparsity_level: 0.5 } }, 3);
  expect(countSynapses(wiring.adjacency)).toBe(0);
  expect(countSynapses(wiring.sensoryAdjacency)).toBe(2);
});

describe("refuses what ncps refuses, in one line", () => {
  const ncp = {
    inter_neurons: 4,
    command_neurons: 3,
    motor_neurons: 2,
    sensory_fanout: 2,
    inter_fanout: 2,
    recurrent_command_synapses: 2,
    motor_fanin: 2,
  };
  test.each([
    [
      { type: "NCP", args: { ...ncp, motor_fanin: 4 } },
      '"wiring.args.motor_fanin" expected at most 3, the number of command neurons, found 4',
    ],
    [
      { type: "NCP", args: { ...ncp, sensory_fanout: 5 } },
      '"wiring.args.sensory_fanout" expected at most 4, the number of inter neurons, found 5',
    ],
    [
      { type: "NCP", args: { ...ncp, inter_fanout: 4 } },
      '"wiring.args.inter_fanout" expected at most 3, the number of command neurons, found 4',
    ],
    [
      { type: "NCP", args: { ...ncp, inter_neurons: 0 } },
      '"wiring.args.inter_neurons" expected an integer from 1 to 65535, found 0',
    ],
    [
      { type: "NCP", args: { ...ncp, seed: 2 ** 32 } },
      '"wiring.args.seed" expected an integer from 0 to 4294967295, found 4294967296',
    ],
    [
      { type: "AutoNCP", args: { units: 8, output_size: 6 } },
      '"wiring.args.output_size" expected less than units - 2 = 6, found 6 (the rest are inter and command neurons)',
    ],
    [
      { type: "AutoNCP", args: { units: 8, output_size: 2, sparsity_level: 0.05 } },
      '"wiring.args.sparsity_level" expected a number from 0.1 to 1, found 0.05',
    ],
    [
      { type: "Random", args: { units: 8, sparsity_level: 1 } },
      '"wiring.args.sparsity_level" expected a number from 0 to below 1, found 1',
    ],
    [
      { type: "FullyConnected", args: { units: 4, output_dim: 5 } },
      '"wiring.args.output_dim" expected an integer from 1 to 4, found 5',
    ],
    [
      { type: "AutoNPC", args: { units: 8, output_size: 2 } },
      '"wiring.type" expected one of FullyConnected, Random, NCP, AutoNCP, found "AutoNPC" (did you mean "AutoNCP"?)',
    ],
    [{ type: "Random", args: { units: 4097 } }, '"units" expected an integer from 1 to 4096, found 4097'],
  ])("%j", (config, message) => {
    expect(thrownBy(() => buildWiring(config as WiringConfig, 3))).toBe(`bad-config wiring: ${message}`);
  });
  test("no inputs", () => {
    expect(thrownBy(() => buildWiring({ type: "FullyConnected", args: { units: 3 } }, 0))).toBe(
      'bad-config wiring: "inputs" expected an integer from 1 to 4096, found 0',
    );
  });
});
