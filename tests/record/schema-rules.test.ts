// What must hold between the fields of records and of lines of a history, and what is said when it does not.

import { describe, expect, it } from "vitest";
import { historyLines } from "../../bindings/record/history.ts";
import { entryId } from "../../bindings/record/record.ts";
import { parseHistoryLine, parseRecord } from "../../bindings/record/schema.ts";
import { entry, HASH, reading, record, scored } from "./made-records.ts";

type Json = Record<string, unknown>;

function said(parse: (json: unknown, source: string) => unknown, json: unknown): string | null {
  try {
    parse(json, "f");
  } catch (error) {
    expect(error).toMatchObject({ code: "bad-record" });
    return (error as Error).message;
  }
  return null;
}

const ofRecord = (rest: object) => said(parseRecord, { ...record(), ...rest });
const ofEntry = (rest: object) => said(parseRecord, { ...record(), entries: [{ ...entry(), ...rest }] });

describe("a record", () => {
  it("may have all there is", () => {
    const accuracy = { ...scored().accuracy!, n: 2, outcomes: "10", targetsHash: HASH };
    const whole = record(
      [
        entry({
          kind: "measured",
          task: "wand",
          sparsity: 0.5,
          imageHash: null,
          energyUj: reading(5, { samples: [4, 6], noiseFloor: 0.02 }),
          instructions: { value: 0, min: 0, max: 0 },
          cycles: reading(7),
          accuracy,
          breakdown: { classes: { f32Add: 1 }, kernels: { int8: 0 }, sections: { "image.weights": 2 } },
          assumed: ["an input"],
        }),
      ],
      {
        version: "v1",
        git: null,
        environment: {
          node: "v20",
          os: "linux",
          measured: { meter: "ppk2" },
          boards: { nrf52840: { chip: "C" } },
        },
        platforms: { nrf52840: { hash: HASH, coefficients: { clockHz: [1, 2, 3] } } },
        skipped: [{ id: "a", reason: "b" }],
      },
    );
    expect(parseRecord({ $schema: "record.schema.json", ...whole }, "f")).toEqual(whole);
  });

  it.each([
    [{ suite: "" }, 'f: "suite" expected text, found ""'],
    [{ version: "" }, 'f: "version" expected text, found ""'],
    [{ git: { commit: "a" } }, 'f: "git.dirty" expected true or false, found nothing'],
    [{ coreHash: "A".repeat(64) }, /^f: "coreHash" expected a SHA-256 of 64 hexadecimal digits, found "A/],
    [{ coreHash: `${HASH}0` }, /^f: "coreHash" expected a SHA-256 of 64 hexadecimal digits/],
    [
      { createdAt: "2026-01-31" },
      'f: "createdAt" expected a time in UTC, 2026-01-31T12:00:00Z, found "2026-01-31"',
    ],
    [{ author: "x" }, 'f: "author" expected no field of this name, found "author"'],
    [{ skipped: [{ id: "a" }] }, 'f: "skipped[0].reason" expected text, found nothing'],
    [
      { platforms: { a: { hash: HASH, coefficients: { x: [1, 2] } } } },
      /^f: "platforms\.a\.coefficients\.x(\[2\])?" expected .*, found (nothing|a list)$/,
    ],
  ])("is refused with %j", (rest, message) => {
    expect(ofRecord(rest)).toMatch(message);
  });

  it.each([
    [{ sparsity: 1 }, /^f: "entries\[0\]\.sparsity" expected .*, found 1$/],
    [{ sparsity: -0.1 }, 'f: "entries[0].sparsity" expected a number of at least 0, found -0.1'],
    [{ kind: "guess" }, 'f: "entries[0].kind" expected "model" or "emulated" or "measured", found "guess"'],
    [
      { precision: "fp8" },
      /^f: "entries\[0\]\.precision" expected "fp32" or "fp16" or "int8" or "int4", found "fp8"$/,
    ],
    [
      { conditions: { operatingPoint: "a", rateHz: 0, steps: 1 } },
      'f: "entries[0].conditions.rateHz" expected a number above 0, found 0',
    ],
    [
      { conditions: { operatingPoint: "a", rateHz: 1, steps: 0 } },
      'f: "entries[0].conditions.steps" expected a number above 0, found 0',
    ],
    [{ energyUj: reading(5, { samples: [] }) }, /samples" expected at least 1 entry, found an empty list$/],
    [{ energyUj: reading(5, { samples: [0] }) }, /samples\[0\]" expected a number above 0, found 0$/],
    [{ energyUj: reading(5, { noiseFloor: 0 }) }, /noiseFloor" expected a number above 0, found 0$/],
    [
      { energyUj: { value: 5, min: 4, max: 4.9 } },
      /energyUj" expected min <= value <= max, found an object$/,
    ],
    [{ assumed: [""] }, 'f: "entries[0].assumed[0]" expected text, found ""'],
  ])("is refused with an entry of %j", (rest, message) => {
    expect(ofEntry(rest)).toMatch(message);
  });

  it("has one outcome an answer, right or wrong, and a metric between its bounds", () => {
    const of = (rest: object) => ofEntry({ accuracy: { ...scored().accuracy!, ...rest } });
    const field = 'f: "entries[0].accuracy';
    expect(of({ n: 2, outcomes: "10" })).toBeNull();
    expect(of({ n: 3, outcomes: "10" })).toBe(`${field}" expected one outcome an answer, found an object`);
    expect(of({ n: 2, outcomes: "1x" })).toBe(
      `${field}.outcomes" expected 1 for a right answer, 0 for a wrong one, found "1x"`,
    );
    expect(of({ n: 2, outcomes: "x10" })).toMatch(/outcomes" expected 1 for a right answer/);
    expect(of({ min: 0.91 })).toBe(`${field}" expected min <= value <= max, found an object`);
    expect(of({ max: 0.89 })).toBe(`${field}" expected min <= value <= max, found an object`);
    expect(of({ min: 0.9, max: 0.9 })).toBeNull();
    expect(of({ n: 0 })).toBe(`${field}.n" expected a number above 0, found 0`);
    expect(of({ better: "more" })).toBe(`${field}.better" expected "higher" or "lower", found "more"`);
    expect(of({ targetsHash: "1" })).toMatch(/targetsHash" expected a SHA-256/);
  });

  it("has entries with the ids that their parts make, escaped where they are printed", () => {
    expect(entryId({ model: "a", platform: "b", precision: "int8", sparsity: 0.5, task: null })).toBe(
      "a/b/int8/0.5",
    );
    expect(entryId({ model: "a", platform: "b", precision: "fp32", sparsity: 0, task: "t" })).toBe(
      "a/b/fp32/0/t",
    );
    const hostile = entry({ model: "a\nb" });
    expect(ofRecord({ entries: [{ ...hostile, id: "x\ny" }] })).toBe(
      'f: "entries[0].id" expected "a\\u000ab/nrf52840/fp32/0", as its parts say, found "x\\u000ay"',
    );
    expect(ofRecord({ entries: [entry(), hostile, hostile] })).toBe(
      'f: "entries[2].id" expected each id once, found "a\\u000ab/nrf52840/fp32/0" of entries[1] again',
    );
  });
});

describe("a format", () => {
  it.each([
    ["liquid-edge/record@2", true],
    ["liquid-edge/record@10", true],
    ["liquid-edge/record@0", false],
    ["liquid-edge/record@1.0", false],
    ["liquid-edge/record", false],
    ["liquid-edge/records@2", false],
    ["liquid-edge/history@2", false],
    ["record@2", false],
    ["", false],
  ])("%j is of a later version: %s", (format, later) => {
    const hint = later ? " (a later version of liquid-edge wrote it: update)" : "";
    expect(ofRecord({ format })).toBe(
      `f: "format" expected "liquid-edge/record@1", found "${format}"${hint}`,
    );
  });

  it.each([
    [{ format: undefined }, "nothing"],
    [{ format: ["liquid-edge/record@2"] }, "a list"],
    [{ format: 2 }, "2"],
    [{ format: "a\nb" }, '"a\\u000ab"'],
  ])("may be no text, or hostile: %j", (rest, found) => {
    expect(ofRecord(rest)).toBe(`f: "format" expected "liquid-edge/record@1", found ${found}`);
  });

  it("is missed in what is no object", () => {
    for (const json of [null, undefined, 7, "text", []]) {
      expect(said(parseRecord, json)).toBe('f: "format" expected "liquid-edge/record@1", found nothing');
    }
  });
});

describe("a line of the history", () => {
  const line = (rest: Json = {}) => ({ ...historyLines(record([scored()], { version: "v1" }))[0]!, ...rest });

  it("is what a record makes", () => {
    expect(parseHistoryLine(line(), "f")).toEqual(line());
    expect(said(parseHistoryLine, line({ commit: null, version: null }))).toBeNull();
  });

  it.each([
    [{ format: "liquid-edge/history@2" }, /^f: "format" expected "liquid-edge\/history@1", .*: update\)$/],
    [
      { format: "liquid-edge/record@1" },
      'f: "format" expected "liquid-edge/history@1", found "liquid-edge/record@1"',
    ],
    [{ at: "now" }, 'f: "at" expected a time in UTC, 2026-01-31T12:00:00Z, found "now"'],
    [{ id: "" }, 'f: "id" expected text, found ""'],
    [{ commit: "" }, 'f: "commit" expected text, found ""'],
    [{ kind: "guess" }, 'f: "kind" expected "model" or "emulated" or "measured", found "guess"'],
    [
      { energyUj: { value: 1, min: 2, max: 3 } },
      'f: "energyUj" expected min <= value <= max, found an object',
    ],
    [{ energyMj: 1 }, 'f: "energyMj" expected no field of this name, found "energyMj"'],
  ])("is refused with %j", (rest, message) => {
    expect(said(parseHistoryLine, line(rest))).toMatch(message);
  });
});
