import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { budgetJsonSchema } from "../../bindings/record/budget.ts";
import { byCodeUnits, canonicalJson } from "../../bindings/record/canonical.ts";
import { hardwareJsonSchema } from "../../bindings/record/hardware.ts";
import { appendToHistory, parseHistory } from "../../bindings/record/history.ts";
import { historyJsonSchema, parseRecord, recordJsonSchema } from "../../bindings/record/schema.ts";
import { parseSuite, suiteJsonSchema } from "../../bindings/record/suite.ts";
import { sha256 } from "../../bindings/sha256.ts";
import { entry, record } from "./made-records.ts";

const reasonOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
};

// biome-ignore lint/suspicious/noExplicitAny: what spoils a record goes against its types
type Spoil = (json: any) => void;

/** What is said of a record that `change` spoils. */
function refusal(change: Spoil): string {
  const json = structuredClone(record([entry(), entry({ precision: "int8" })]));
  change(json);
  return reasonOf(() => parseRecord(json, "v1.json"));
}

describe("canonical JSON", () => {
  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = (item: unknown): unknown => {
          if (Array.isArray(item)) return item.map(reversed);
          if (typeof item !== "object" || item === null) return item;
          return Object.fromEntries(
            Object.entries(item)
              .reverse()
              .map(([key, one]) => [key, reversed(one)]),
          );
        };
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it("has keys in the order of UTF-16 code units, two spaces, and no undefined fields", () => {
    const value = { b: 1, a: undefined, Z: [{ y: null, x: true }], "\u{1f600}": 2, "\uff61": 3, "": 4 };
    expect(canonicalJson(value, 0)).toBe('{"":4,"Z":[{"x":true,"y":null}],"b":1,"\u{1f600}":2,"\uff61":3}\n');
    expect(canonicalJson({ b: 1, a: [] })).toBe('{\n  "a": [],\n  "b": 1\n}\n');
    expect(["b", "a", "B", "aa"].sort(byCodeUnits)).toEqual(["B", "a", "aa", "b"]);
    expect([byCodeUnits("a", "a"), byCodeUnits("b", "a"), byCodeUnits("a", "b")]).toEqual([0, 1, -1]);
  });

  it("refuses what JSON cannot hold", () => {
    expect(reasonOf(() => canonicalJson({ a: [1, Number.NaN] }))).toBe(
      '"a[1]" expected a finite number, got NaN',
    );
  });

  it("is hashed by SHA-256", async () => {
    // FIPS 180-2, appendix B.1.
    expect(await sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

describe("a record", () => {
  it("reads what it writes", () => {
    const made = record([
      entry(),
      entry({
        task: "wand",
        accuracy: {
          metric: "accuracy",
          better: "higher",
          value: 0.5,
          min: 0.1,
          max: 0.9,
          n: 2,
          outcomes: "10",
        },
      }),
    ]);
    expect(parseRecord(JSON.parse(canonicalJson(made)), "v1.json")).toEqual(made);
  });

  it.each<[string, Spoil, string]>([
    [
      "a later version",
      (json) => {
        json.format = "liquid-edge/record@2";
      },
      '"format" expected "liquid-edge/record@1", found "liquid-edge/record@2" (a later version of liquid-edge wrote it: update)',
    ],
    [
      "another format",
      (json) => {
        json.format = 7;
      },
      '"format" expected "liquid-edge/record@1", found 7',
    ],
    [
      "another unit",
      (json) => {
        json.entries[0].energyMj = json.entries[0].energyUj;
      },
      '"entries[0].energyMj" expected no field of this name, found "energyMj"',
    ],
    [
      "an infinite value",
      (json) => {
        json.entries[1].energyUj.max = JSON.parse("1e999");
      },
      '"entries[1].energyUj.max" expected a number, found Infinity',
    ],
    [
      "a negative value",
      (json) => {
        json.entries[1].latencyMs.min = -1;
      },
      '"entries[1].latencyMs.min" expected a number of at least 0, found -1',
    ],
    [
      "bounds that do not hold the value",
      (json) => {
        json.entries[0].energyUj.min = 101;
      },
      '"entries[0].energyUj" expected min <= value <= max, found an object',
    ],
    [
      "one id twice",
      (json) => {
        json.entries[1] = json.entries[0];
      },
      '"entries[1].id" expected each id once, found "net/nrf52840/fp32/0" of entries[0] again',
    ],
    [
      "an id that is not its own",
      (json) => {
        json.entries[1].id = "net/nrf52840/fp32/0";
      },
      '"entries[1].id" expected "net/nrf52840/int8/0", as its parts say, found "net/nrf52840/fp32/0"',
    ],
    [
      "no entries",
      (json) => {
        json.entries = [];
      },
      '"entries" expected at least 1 entry, found an empty list',
    ],
    [
      "a hash that is none",
      (json) => {
        json.coreHash = "abc";
      },
      '"coreHash" expected a SHA-256 of 64 hexadecimal digits, found "abc"',
    ],
    [
      "no time",
      (json) => {
        json.createdAt = "yesterday";
      },
      '"createdAt" expected a time in UTC, 2026-01-31T12:00:00Z, found "yesterday"',
    ],
  ])("is refused with %s", (_, change, reason) => {
    expect(refusal(change)).toBe(`v1.json: ${reason}`);
  });

  it("is refused when it is no object", () => {
    expect(reasonOf(() => parseRecord(null, "v1.json"))).toMatch(
      /^v1\.json: "format" expected .*, found nothing$/,
    );
  });

  it("has its schema, the history's and the suite's in baselines/", () => {
    const folder = join(import.meta.dirname, "../../baselines");
    const schemas = {
      record: recordJsonSchema(),
      history: historyJsonSchema(),
      suite: suiteJsonSchema(),
      budget: budgetJsonSchema(),
      hardware: hardwareJsonSchema(),
    };
    for (const [name, schema] of Object.entries(schemas)) {
      expect(readFileSync(join(folder, `${name}.schema.json`), "utf8"), name).toBe(canonicalJson(schema));
    }
  });
});

describe("a history", () => {
  it("grows by a line an entry, and takes the same record once", () => {
    const first = record([entry(), entry({ precision: "int8" })]);
    const second = { ...first, createdAt: "2026-02-01T12:00:00.000Z" };
    const text = appendToHistory("", first, "history.jsonl");
    expect(text.trim().split("\n")).toHaveLength(2);
    expect(appendToHistory(text, first, "history.jsonl")).toBe(text);
    const longer = appendToHistory(text, second, "history.jsonl");
    expect(longer.startsWith(text)).toBe(true);
    expect(parseHistory(longer, "history.jsonl").map(({ at }) => at.slice(0, 10))).toEqual([
      "2026-01-31",
      "2026-01-31",
      "2026-02-01",
      "2026-02-01",
    ]);
  });

  it("says which line is broken", () => {
    const text = appendToHistory("", record(), "h");
    expect(reasonOf(() => parseHistory(`${text}{"a":`, "h"))).toMatch(
      /^h, line 2: expected JSON, found \P{Cc}+$/u,
    );
    expect(reasonOf(() => parseHistory(text + text, "h"))).toBe(
      'h, line 2: "id" expected each id once in a record, found the one of line 1 again',
    );
    expect(reasonOf(() => parseHistory(text.replace("history@1", "history@9"), "h"))).toMatch(
      /^h, line 1: "format" .*update\)$/,
    );
  });

  it("may be empty", () => {
    expect(parseHistory("", "h")).toEqual([]);
    expect(parseHistory("\n\n", "h")).toEqual([]);
  });
});

describe("a suite", () => {
  const least = { name: "s", models: [{ id: "a", weights: "a.safetensors" }], platforms: ["nrf52840"] };

  it("needs a name, models and platforms", () => {
    expect(parseSuite(least, "s.yaml")).toMatchObject({
      precisions: ["fp32"],
      sparsities: [0],
      tasks: [],
      steps: 1,
    });
    expect(reasonOf(() => parseSuite(null, "s.yaml"))).toBe("s.yaml: expected an object, found null");
    expect(reasonOf(() => parseSuite({ ...least, platforms: [] }, "s.yaml"))).toBe(
      's.yaml: "platforms" expected at least 1 entry, found an empty list',
    );
  });

  it("names nothing twice, and only tasks that it has", () => {
    expect(reasonOf(() => parseSuite({ ...least, sparsities: [0, 0.5, 0] }, "s.yaml"))).toBe(
      's.yaml: "sparsities[2]" expected each once, found 0 again',
    );
    const models = [{ ...least.models[0], tasks: ["wand"] }];
    expect(reasonOf(() => parseSuite({ ...least, models }, "s.yaml"))).toBe(
      's.yaml: "models[0].tasks" expected no task, as the suite has none, found "wand"',
    );
  });
});
