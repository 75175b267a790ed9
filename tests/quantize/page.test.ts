// The table of docs/quantize.md is what scripts/make-quantize.ts measures; some of its rows are measured again here.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { costRow, PAGE, tableOf } from "../../scripts/make-quantize.ts";
import { quantizeCases } from "./cases.ts";

const rows = tableOf(readFileSync(PAGE, "utf8"));
const cases = quantizeCases();

it("has a row for every case", () => {
  expect(rows.map((row) => row.split("|")[1]!.trim())).toEqual(cases.map(({ name }) => name));
});

it.each(cases.filter((_, i) => i % 5 === 2))("says of $name what is so", (one) => {
  expect(rows).toContain(`| ${costRow(one).join(" | ")} |`);
});
