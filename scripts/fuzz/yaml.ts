// Suites and spaces of sweeps: YAML, or JSON, which is YAML too.

import { parseSuite } from "../../bindings/record/suite.ts";
import { parseSpace } from "../../bindings/sweep/space.ts";
import { parseYaml } from "../../cli/read-yaml.ts";
import { Broken, type FuzzTarget } from "./engine.ts";
import { changeJson, keysOf, utf8 } from "./json-change.ts";

const SOURCE = "fuzz.yaml";
const SMALL =
  "name: &n tiny\nmodels:\n  - {id: a, weights: w.safetensors}\n  - &m\n    id: b\n    weights: *n\nplatforms: [nrf52840]\n";
const SPACE = {
  data: "waves.csv",
  description: "waves.json",
  networks: [
    { cell: ["gru", "lstm"], units: [4, 8] },
    { cell: "ltc", units: 8, wiring: ["ncp", "full"] },
  ],
  training: { epochs: 30 },
  sparsities: [0, 0.5],
  precisions: ["fp32", "int8"],
  seeds: 2,
  platforms: ["nrf52840"],
};
const WORDS = [
  ...keysOf(SPACE),
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
    utf8(JSON.stringify({ ...SPACE, networks: SPACE.networks.slice(0, 1) })),
    utf8(
      "data: a.csv\nnetworks:\n- cell: [gru, lstm]\n  units: [4, 8, 16]\nseeds: [1, 2]\nplatforms: [rp2040]\n",
    ),
  ],
  change: changeJson(WORDS),
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
    return `space of ${Math.min(9, networks.length)}`;
  },
};
