// Configurations of networks, and the wirings that they ask for.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configToJson, MODEL_CLASSES, modelWidths, parseConfig } from "../../bindings/network/config.ts";
import { buildWiring } from "../../bindings/network/wiring.ts";
import { parseJson } from "../../bindings/parse-json.ts";
import { MODEL_KINDS, randomModel } from "../../tests/network/random-model.ts";
import type { FuzzTarget } from "./engine.ts";
import { changeJson, keysOf, utf8 } from "./json-change.ts";
import { Broken } from "./judge.ts";

const GOLDEN = join(import.meta.dirname, "../../tests/golden");
const SOURCE = "fuzz-config.json";
/** Wirings beyond are checked, not drawn: their time is what the user asked for. */
const MOST_NEURONS = 64;

const files = ["ncps", "solvers", "gated"].flatMap((folder) =>
  readdirSync(join(GOLDEN, folder))
    .filter((name) => name.endsWith(".json") && name !== "wirings.json" && name !== "activations.json")
    .map((name) => {
      const { class: cell, config } = JSON.parse(readFileSync(join(GOLDEN, folder, name), "utf8"));
      return { class: cell, config };
    }),
);
const WORDS = [
  ...keysOf(files),
  ...MODEL_CLASSES,
  "NCP",
  "AutoNCP",
  "Random",
  "FullyConnected",
  "no_gate",
  "rk4",
];

/** Every class with every kind of wiring. */
const drawn = () =>
  Array.from({ length: 4 * MODEL_KINDS.length }, (_, seed) =>
    configToJson(randomModel(seed, { maxUnits: 12 })),
  );

export const config: FuzzTarget = {
  name: "config",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-config"],
  // The ids of up to 65,535 neurons, each time that the layers of a wiring are asked for.
  allocationBytes: 1 << 21,
  allocationPerByte: 512,
  seeds: () => [...files, ...drawn()].map((file) => utf8(JSON.stringify(file))),
  change: changeJson(WORDS),
  read(input) {
    const json = parseJson(new TextDecoder().decode(input), SOURCE, "bad-config");
    const parsed = parseConfig(json, SOURCE);
    const written = JSON.stringify(configToJson(parsed));
    const again = JSON.stringify(configToJson(parseConfig(JSON.parse(written), SOURCE)));
    if (written !== again) throw new Broken("written and read again it is another configuration");
    const { inputs, outputs, state } = modelWidths(parsed);
    if (!(inputs > 0 && outputs > 0 && state >= 0)) throw new Broken("a network without a width");
    const wiring = "wiring" in parsed.config ? parsed.config.wiring : null;
    if (wiring === null || state > MOST_NEURONS || inputs > MOST_NEURONS) return parsed.class;
    const built = buildWiring(wiring, inputs, SOURCE);
    const bad = [...built.adjacency, ...built.sensoryAdjacency].find((sign) => Math.abs(sign) > 1);
    if (bad !== undefined) throw new Broken(`a synapse of polarity ${bad}`);
    return `${parsed.class} ${wiring.type}`;
  },
};
