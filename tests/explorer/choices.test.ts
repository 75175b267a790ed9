// The explorer without a browser: choices in the URL, command lines as a shell reads them, axes.

import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinBoards } from "../../bindings/board/load.ts";
import {
  AGAINST,
  type Choices,
  COLUMNS,
  defaultChoices,
  formatChoices,
  PRECISIONS,
  parseChoices,
  SCOPES,
} from "../../explorer/choices.ts";
import { boardsCommand, choiceCommand, combinationsCommand } from "../../explorer/command-line.ts";
import { logAxis } from "../../explorer/scales.ts";

const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
const boardAndPoint = fc
  .constantFrom(...builtinBoards())
  .chain(({ id, operatingPoints }) =>
    fc.constantFrom(...operatingPoints).map((point) => [id, point.id] as const),
  );
const anyChoices: fc.Arbitrary<Choices> = fc
  .record({
    model: fc.string({ unit: "grapheme" }),
    boardAndPoint,
    precision: fc.constantFrom(...PRECISIONS),
    sparsity: fc.double({ min: 0, max: 0.999, noNaN: true }).map((share) => share + 0),
    rateHz: positive,
    batteryMah: fc.option(positive),
    batteryV: positive,
    against: fc.constantFrom(...AGAINST),
    scope: fc.constantFrom(...SCOPES),
    sort: fc.constantFrom(...COLUMNS),
    descending: fc.boolean(),
  })
  .map(({ boardAndPoint: [platform, point], ...rest }) => ({ ...rest, platform, point }));

describe("choices in the URL", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(anyChoices, (choices) => {
        expect(parseChoices(`#${formatChoices(choices)}`, defaultChoices("other"))).toEqual(choices);
      }),
    );
  });

  it("are always possible ones, whatever the URL says", () => {
    const key = fc.constantFrom(...new URLSearchParams(formatChoices(defaultChoices("x"))).keys());
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.string())), (pairs) => {
        const choices = parseChoices(new URLSearchParams(pairs).toString(), defaultChoices("x"));
        const board = builtinBoards().find(({ id }) => id === choices.platform)!;
        expect(board.operatingPoints.map(({ id }) => id)).toContain(choices.point);
        expect(PRECISIONS).toContain(choices.precision);
        expect(choices.sparsity).toBeGreaterThanOrEqual(0);
        expect(choices.sparsity).toBeLessThan(1);
        expect(choices.rateHz).toBeGreaterThan(0);
        expect(choices.batteryMah ?? 1).toBeGreaterThan(0);
        expect(Number.isFinite(choices.rateHz * choices.batteryV)).toBe(true);
      }),
    );
  });

  it("take another board at its own default point", () => {
    const fallback = { ...defaultChoices("x"), point: "64mhz-ldo" };
    const rp2040 = builtinBoards().find(({ id }) => id === "rp2040")!;
    expect(parseChoices("platform=rp2040", fallback).point).toBe(rp2040.defaultPoint);
  });
});

describe("command lines", () => {
  it.each([
    "net.safetensors",
    "my net.safetensors",
    "it's $HOME `id`;\"\\.safetensors",
    "-rf.safetensors",
    "*.safetensors",
    "größe\n.safetensors",
  ])("give a shell the name %s as one word", (name) => {
    const files = { name, config: `${name}.json` };
    const choices = defaultChoices(name);
    const commands = [
      choiceCommand(files, choices),
      boardsCommand(files, choices),
      combinationsCommand(files, choices, ["fp32"], [0, 0.5]),
    ];
    for (const command of commands) {
      const words = command.replace(/^liquid-edge/, "printf '%s\\0'");
      const [subcommand, weights, option, config] = execFileSync("/bin/sh", ["-c", words], {
        encoding: "utf8",
      }).split("\0");
      const expected = name.startsWith("-") ? `./${name}` : name;
      expect([subcommand, weights, option, config]).toEqual([
        "estimate",
        expected,
        "--config",
        `${expected}.json`,
      ]);
    }
  });
});

describe("a logarithmic axis", () => {
  it("holds its values in order, and a readable number of ticks", () => {
    const value = fc.double({ min: 1e-3, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const axis = logAxis(values);
        for (const v of values) {
          expect(axis.at(v)).toBeGreaterThan(0);
          expect(axis.at(v)).toBeLessThan(1);
        }
        for (const tick of axis.ticks) {
          expect(axis.at(tick)).toBeGreaterThanOrEqual(-1e-9);
          expect(axis.at(tick)).toBeLessThanOrEqual(1 + 1e-9);
        }
        expect(axis.ticks).toEqual(axis.ticks.toSorted((a, b) => a - b));
        expect(axis.ticks.length).toBeGreaterThanOrEqual(3);
        expect(axis.ticks.length).toBeLessThanOrEqual(16);
      }),
    );
  });
});
