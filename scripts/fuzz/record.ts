// Records, baselines, histories and budgets, told apart as the command does: by what the file is named for.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../bindings/parse-json.ts";
import { parseBudget } from "../../bindings/record/budget.ts";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { appendToHistory, parseHistory } from "../../bindings/record/history.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import { decodeText } from "../../cli/read-text.ts";
import type { TestRandom } from "../../tests/network/random-model.ts";
import { entry, HASH, record as made, reading } from "../../tests/record/made-records.ts";
import type { FuzzTarget } from "./engine.ts";
import { changeJson, keysOf, utf8 } from "./json-change.ts";
import { Broken } from "./judge.ts";

const SOURCE = "fuzz-record.json";
const BASELINES = join(import.meta.dirname, "../../baselines");
const whole = made([entry({ model: "net-0" }), entry({ model: "net-1" })]);
/** Every field that a record may have. */
const full = made(
  [
    entry({
      kind: "measured",
      precision: "int8",
      sparsity: 0.5,
      task: "gestures",
      imageHash: null,
      latencyMs: reading(1, { samples: [1, 1.1, 0.9], noiseFloor: 0.01 }),
      accuracy: {
        metric: "accuracy",
        better: "higher",
        value: 0.75,
        min: 0.5,
        max: 0.9,
        n: 4,
        targetsHash: HASH,
        outcomes: "1101",
      },
      breakdown: {
        classes: { "f32.mul": 12 },
        kernels: { matvecF32: 30 },
        sections: { "image.weights": 64 },
      },
      assumed: ["idle current"],
    }),
  ],
  {
    version: "0.1.0",
    environment: {
      node: "v20.0.0",
      os: "linux x64",
      measured: { board: "x" },
      boards: { y: { clock: "64 MHz" } },
    },
    platforms: { nrf52840: { hash: HASH, coefficients: { "f32.mul": [1, 0.9, 1.1] } } },
    skipped: [{ id: "net/rp2040/int4/0", reason: "no room" }],
  },
);
const history = readFileSync(join(BASELINES, "history.jsonl"), "utf8").split("\n").slice(0, 4).join("\n");
const BUDGET = { limits: [{ entries: "*", maxEnergyUj: 5 }] };
const WORDS = [
  ...keysOf(full),
  ...keysOf(BUDGET),
  "liquid-edge/record@1",
  "liquid-edge/record@2",
  "measured",
  "fp32",
];

/** One line of a history changed as a tree, or there twice. */
function changeLine(input: Uint8Array, random: TestRandom): Uint8Array | null {
  const lines = new TextDecoder().decode(input).split("\n");
  const at = random.integer(0, lines.length - 1);
  const changed = changeJson(WORDS)(utf8(lines[at]!), random);
  if (changed === null) return null;
  lines.splice(at, random.chance(0.8) ? 1 : 0, new TextDecoder().decode(changed));
  return utf8(lines.join("\n"));
}

export const record: FuzzTarget = {
  name: "record",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-record"],
  allocationPerByte: 256,
  stepsPerByte: 2000,
  seeds: () =>
    [
      ...[whole, full].map((one) => canonicalJson(one, 0)),
      `${history}\n`,
      appendToHistory("", full, SOURCE),
      JSON.stringify(BUDGET),
    ].map(utf8),
  change: (input, random) => changeJson(WORDS)(input, random) ?? changeLine(input, random),
  read(input) {
    const text = decodeText(input, SOURCE, "bad-record");
    if (text.includes('"limits"'))
      return `budget of ${Math.min(3, parseBudget(parseJson(text, SOURCE, "bad-record"), SOURCE).length)}`;
    if (!text.includes('"entries"')) {
      const lines = parseHistory(text, SOURCE);
      const times = lines.map(({ at }) => Date.parse(at));
      if (times.some((time, i) => Number.isNaN(time) || (i > 0 && time < times[i - 1]!))) {
        throw new Broken("lines that are not in order of time");
      }
      return `history of ${Math.min(3, lines.length)}`;
    }
    const found = parseRecord(parseJson(text, SOURCE, "bad-record"), SOURCE);
    const written = canonicalJson(found);
    if (canonicalJson(parseRecord(JSON.parse(written), SOURCE)) !== written) {
      throw new Broken("written and read again it is another record");
    }
    const lines = appendToHistory("", found, SOURCE);
    if (appendToHistory(lines, found, SOURCE) !== lines) throw new Broken("a history took a record twice");
    return `record of ${Math.min(3, found.entries.length)}`;
  },
};
