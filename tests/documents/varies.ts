// What a command prints and no page can promise. Two outputs that differ in nothing else are equal, and a page that is renewed
// keeps its own.

import { execFileSync } from "node:child_process";
import firmware from "../../boards/firmware.json" with { type: "json" };
import { findCommand } from "../../scripts/tools.ts";

/** What a board executes is a matter of the compiler's version: compared where it is the one that pages were written with. */
const sameGcc = isSameGcc();

function isSameGcc(): boolean {
  if (findCommand("arm-none-eabi-gcc") === undefined) return false;
  const [found] = execFileSync("arm-none-eabi-gcc", ["--version"], { encoding: "utf8" }).split("\n");
  const version = /\d+\.\d+\.\d+/.exec(found!)![0];
  return firmware.records.some(({ compiler }) => compiler.includes(version));
}

const ALWAYS: readonly RegExp[] = [
  // Times of this machine, and dates.
  /(?<=\bepochs in )[\d.,]+(?= s\b)/g,
  /\d{4}-\d\d-\d\d \d\d:\d\d UTC/g,
  /(?<=\bcommit )[0-9a-f]{7,40}\b/g,
  /(?<=http:\/\/127\.0\.0\.1:)\d+/g,
  // Cycles on rp2040js: on a machine under load one run in five was off by 0.14 %.
  /(?<=^\S+\/rp2040js\/\S+ +)[\d,]+/gm,
  /^ {2}[\d,]+ cycles an inference .*$/gm,
  // Its serial ports.
  /(?<=no silicon is measured\.\n)[\s\S]*/g,
];

const OTHER_GCC: readonly RegExp[] = [
  /^Error: .*$|^.* +(?:LTC|CfC|GRU|LSTM|MLP) +(?:fp32|fp16|int8|int4) .* %$/gm,
  /^.* instructions an inference .*$|stack used \d+ B/gm,
  /(?<=^\S+\/qemu-\w+\/\S+ +)[\d,]+/gm,
];

/** The output with a mark in place of all that varies. */
export function comparable(output: string): string {
  let text = output;
  for (const pattern of [...ALWAYS, ...(sameGcc ? [] : OTHER_GCC)])
    text = text.replaceAll(pattern, "(varies)");
  return text;
}
