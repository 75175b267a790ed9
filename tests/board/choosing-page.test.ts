// docs/choosing-a-board.md: its table of platforms is what boards/ says, which UPDATE_DOCS=1 writes anew, and its own board a board.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Board } from "../../bindings/board/board.ts";
import { builtinBoards, parseBoardFile } from "../../bindings/board/load.ts";

const PAGE = join(import.meta.dirname, "../../docs/choosing-a-board.md");
const TABLE = /(<!-- platforms: .*? -->\n)[\s\S]*?(<!-- end of platforms -->)/;

function row({ id, core, memory, operatingPoints, defaultPoint, cycles }: Board): string {
  const point = operatingPoints.find((one) => one.id === defaultPoint)!;
  const idle = Object.entries(point.idle)
    .filter(([, state]) => state !== undefined)
    .map(
      ([mode, { currentMa, wakeUs }]) =>
        `\`${mode}\` ${currentMa.typ} ${currentMa.grade}, ${wakeUs.typ} µs ${wakeUs.grade}`,
    );
  const grades = Object.values(cycles.classes).flatMap((figure) => (figure === null ? [] : [figure.grade]));
  const counted = (["A", "B", "C"] as const).map((grade) => grades.filter((one) => one === grade).length);
  const fpu = { none: "no", single: "f32", double: "f32, f64" }[core.fpu];
  return [
    `\`${id}\``,
    core.name,
    fpu,
    `${memory.ramBytes / 1024}`,
    memory.flash,
    `${point.activeCurrentMa.typ} ${point.activeCurrentMa.grade}`,
    idle.join("; ") || "none",
    counted.join(" / "),
  ]
    .join(" | ")
    .replace(/^(.*)$/, "| $1 |");
}

it("has the platforms as they are", () => {
  const page = readFileSync(PAGE, "utf8");
  const table = [
    "| platform | core | floats | RAM, kB | flash | active, mA | waiting with RAM kept: mA, wake-up | prices of operations: A / B / C |",
    "| --- | --- | --- | ---: | --- | --- | --- | --- |",
    ...builtinBoards().map(row),
    "",
  ].join("\n");
  const current = page.replace(TABLE, (_, begin: string, end: string) => `${begin}\n${table}\n${end}`);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, current);
  expect(page).toMatch(TABLE);
  expect(readFileSync(PAGE, "utf8")).toBe(current);
});

it("shows the board of examples/, which the library takes", async () => {
  const text = readFileSync(join(import.meta.dirname, "../../examples/nucleo-g474re.json"), "utf8");
  expect(readFileSync(PAGE, "utf8")).toContain(`\`\`\`json\n${text}\`\`\``);
  const { id, cycles } = await parseBoardFile(text, "nucleo-g474re.json");
  expect([id, cycles.id]).toEqual(["stm32g474", "cortex-m4f"]);
});
