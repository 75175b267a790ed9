// Records, baselines, histories and budgets, told apart as the command does: by what the file is named for.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../bindings/parse-json.ts";
import { parseBudget } from "../../bindings/record/budget.ts";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { appendToHistory, parseHistory } from "../../bindings/record/history.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import { decodeText } from "../../cli/read-text.ts";
import { entry, record as made } from "../../tests/record/made-records.ts";
import { Broken, type FuzzTarget } from "./engine.ts";
import { changeJson, keysOf, utf8 } from "./json-change.ts";

const SOURCE = "fuzz-record.json";
const BASELINES = join(import.meta.dirname, "../../baselines");
const whole = made([entry({ model: "net-0" }), entry({ model: "net-1" })]);
const history = readFileSync(join(BASELINES, "history.jsonl"), "utf8").split("\n").slice(0, 4).join("\n");
const BUDGET = { limits: [{ entries: "*", maxEnergyUj: 5 }] };
const WORDS = [
  ...keysOf(whole),
  ...keysOf(BUDGET),
  "liquid-edge/record@1",
  "liquid-edge/record@2",
  "measured",
  "fp32",
];

export const record: FuzzTarget = {
  name: "record",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-record"],
  allocationPerByte: 256,
  stepsPerByte: 2000,
  seeds: () => [canonicalJson(whole, 0), `${history}\n`, JSON.stringify(BUDGET)].map(utf8),
  change: changeJson(WORDS),
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
