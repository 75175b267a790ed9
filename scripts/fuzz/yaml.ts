// Suites and spaces of sweeps: YAML, or JSON, which is YAML too.

import { parse, stringify } from "yaml";
import { parseSuite } from "../../bindings/record/suite.ts";
import { parseSpace } from "../../bindings/sweep/space.ts";
import { parseYaml } from "../../cli/read-yaml.ts";
import type { TestRandom } from "../../tests/network/random-model.ts";
import type { FuzzTarget } from "./engine.ts";
import { keysOf, utf8 } from "./json-change.ts";
import { Broken } from "./judge.ts";
import { mutateJson } from "./mutate.ts";

const SOURCE = "fuzz.yaml";
/** Networks of a space whose reading takes long. */
const MANY = 1000;
const A_LARGE_SPACE = "space of many";
const SMALL =
  "name: &n tiny\nmodels:\n  - {id: a, weights: w.safetensors}\n  - &m\n    id: b\n    weights: *n\nplatforms: [nrf52840]\n";
const SPACE = {
  data: "waves.csv",
  description: "waves.json",
  networks: [
    { cell: ["gru", "lstm"], units: [4, 8] },
    { cell: "ltc", units: 8, wiring: ["none", "fully-connected"] },
  ],
  training: { epochs: 30, batchSize: 8, learningRate: 0.01, patience: 3 },
  split: "validation",
  aware: true,
  sparsities: [0, 0.5],
  precisions: ["fp32", "int8"],
  seeds: 2,
  platforms: ["nrf52840"],
};
/** Everything that a suite may say. */
const SUITE = {
  name: "all",
  models: [
    {
      id: "a",
      weights: "a.safetensors",
      config: "a.json",
      precisions: ["fp32", "int8"],
      sparsities: [0, 0.5],
      tasks: ["t"],
    },
    { id: "b", weights: "b.safetensors" },
  ],
  platforms: ["nrf52840", "rp2040"],
  precisions: ["fp16", "int4"],
  sparsities: [0.25],
  tasks: [{ id: "t", data: "t.csv", dataset: "csv", description: "t.json", split: "validation" }],
  rateHz: 50,
  steps: 2,
  seed: 3,
};
/** And a space without data, with every option of its cells. */
const COSTS = {
  inputs: 3,
  outputs: 2,
  networks: [
    {
      cell: "cfc",
      units: 8,
      mode: ["default", "pure"],
      backboneLayers: [0, 1],
      backboneUnits: 8,
      mixedMemory: true,
    },
    {
      cell: "ltc",
      units: 12,
      wiring: "auto-ncp",
      wiringSparsity: 0.5,
      wiringSeed: 1,
      unfolds: 3,
      constraints: "explicit",
    },
    { cell: "cfc", units: 12, wiring: ["none", "random"], wiringSparsity: [0.25, 0.5] },
    { cell: "mlp", units: [4, 8] },
  ],
  patterns: ["4x1", "n:m"],
  pairs: [
    { sparsity: 0.5, precision: "int8" },
    { sparsity: 0.75, precision: "fp32" },
  ],
  platforms: ["rp2040"],
  rateHz: 10,
};
const WORDS = [
  ...keysOf([SPACE, SUITE, COSTS]),
  "&a",
  "*a",
  "<<: *a",
  "- ",
  "!!binary",
  "!!js/function",
  "|",
  ">",
  "? ",
  "%YAML 1.1",
  "---",
];

/** The tree changed, and written as JSON or in YAML's own forms. */
function change(input: Uint8Array, random: TestRandom): Uint8Array | null {
  try {
    const tree = mutateJson(parse(new TextDecoder().decode(input), { logLevel: "silent" }), WORDS, random);
    return utf8(random.chance(0.5) ? JSON.stringify(tree) : stringify(tree));
  } catch {
    return null;
  }
}

export const yaml: FuzzTarget = {
  name: "yaml",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-config", "bad-record"],
  // A space stands for many networks; their number has a limit of its own.
  allocationBytes: 1 << 23,
  stepsPerByte: 20_000,
  seeds: () => [
    utf8(SMALL),
    ...[SUITE, COSTS, SPACE, { ...SPACE, networks: SPACE.networks.slice(0, 1) }].map((tree) =>
      utf8(JSON.stringify(tree)),
    ),
    utf8(stringify(COSTS)),
    utf8(
      "data: a.csv\nnetworks:\n- cell: [gru, lstm]\n  units: [4, 8, 16]\nseeds: [1, 2]\nplatforms: [rp2040]\n",
    ),
  ],
  change,
  isCostly: (shape) => shape.endsWith(A_LARGE_SPACE),
  async read(input) {
    const json = await parseYaml(input, SOURCE, "bad-config");
    if (typeof json === "object" && json !== null && "models" in json) {
      const suite = parseSuite(json, SOURCE);
      if (JSON.stringify(parseSuite(structuredClone(suite), SOURCE)) !== JSON.stringify(suite)) {
        throw new Broken("read again it is another suite");
      }
      return `suite of ${Math.min(3, suite.models.length)}`;
    }
    const { networks } = parseSpace(json, SOURCE);
    if (networks.length === 0 || networks.length > 100_000) throw new Broken(`${networks.length} networks`);
    return networks.length > MANY ? A_LARGE_SPACE : `space of ${Math.min(9, networks.length)}`;
  },
};
