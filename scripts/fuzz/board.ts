// Board files of users.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBoardFile } from "../../bindings/board/load.ts";
import { OP_CLASSES } from "../../bindings/count/op-class.ts";
import type { FuzzTarget } from "./engine.ts";
import { changeJson, keysOf } from "./json-change.ts";
import { Broken } from "./judge.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCE = "fuzz-board.json";
const files = ["rp2350", "stm32f446", "nrf5340"].map((id) =>
  readFileSync(join(ROOT, `boards/${id}/board.json`)),
);
const WORDS = [
  ...new Set(files.flatMap((file) => keysOf(JSON.parse(String(file))))),
  ...Object.keys(OP_CLASSES).slice(0, 10),
];

export const board: FuzzTarget = {
  name: "board",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-board", "unknown-name"],
  seeds: () => files,
  change: changeJson(WORDS),
  async read(input) {
    const found = await parseBoardFile(new TextDecoder().decode(input), SOURCE);
    const { operatingPoints, defaultPoint, cycles } = found;
    if (!operatingPoints.some(({ id }) => id === defaultPoint))
      throw new Broken("a default point that is none");
    for (const figure of Object.values(cycles.classes)) {
      if (figure !== null && !(figure.min <= figure.typ && figure.typ <= figure.max && figure.min >= 0)) {
        throw new Broken("a figure outside its range");
      }
    }
    return `${operatingPoints.length} points`;
  },
};
