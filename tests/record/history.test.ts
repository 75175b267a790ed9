// What a line of the history keeps of an entry, and how lines come together.

import { describe, expect, it } from "vitest";
import { appendToHistory, historyLines, parseHistory } from "../../bindings/record/history.ts";
import { entry, HASH, record, scored } from "./made-records.ts";

const SAME_DAY = "2026-01-31T12:00:00.000Z";

describe("a line", () => {
  it("has when, of what and how much, and neither coefficients nor single answers", () => {
    const accuracy = { ...scored().accuracy!, outcomes: "1".repeat(200), targetsHash: HASH };
    const { averagePowerMw: _, latencyMs: __, ...one } = entry({ task: "wand", accuracy });
    expect(historyLines(record([one], { version: "v1" }))).toEqual([
      {
        format: "liquid-edge/history@1",
        at: SAME_DAY,
        commit: "a".repeat(40),
        version: "v1",
        id: "net/nrf52840/fp32/0/wand",
        kind: "model",
        energyUj: one.energyUj,
        memoryKb: one.memoryKb,
        flashKb: one.flashKb,
        accuracy: scored().accuracy,
      },
    ]);
  });

  it("has no commit where there was no repository, and no accuracy where nothing was scored", () => {
    const [line] = historyLines(record([entry()], { git: null }));
    expect(line).toMatchObject({ commit: null, version: null });
    expect(line).not.toHaveProperty("accuracy");
  });
});

describe("the text", () => {
  it("gets a line end where the last one was lost", () => {
    const first = appendToHistory("", record(), "h");
    const later = record([entry()], { createdAt: "2026-02-01T12:00:00.000Z" });
    expect(appendToHistory(first.trimEnd(), later, "h")).toBe(appendToHistory(first, later, "h"));
    expect(first.endsWith("}\n")).toBe(true);
    expect(first).not.toContain("\n{");
  });

  it("takes what differs in time, commit, version or entry for another line", () => {
    const text = appendToHistory("", record(), "h");
    const others = [
      record([entry()], { createdAt: "2026-02-01T12:00:00.000Z" }),
      record([entry()], { git: { commit: "b".repeat(40), dirty: false } }),
      record([entry()], { version: "v2" }),
      record([entry({ model: "other" })]),
    ];
    for (const other of others) {
      expect(parseHistory(appendToHistory(text, other, "h"), "h")).toHaveLength(2);
    }
  });

  it("adds only the lines that are new", () => {
    const text = appendToHistory("", record([entry()]), "h");
    const both = record([entry({ precision: "int8" }), entry()]);
    expect(parseHistory(appendToHistory(text, both, "h"), "h").map(({ id }) => id)).toEqual([
      "net/nrf52840/fp32/0",
      "net/nrf52840/int8/0",
    ]);
  });

  it("is sorted by time, whatever the zone of its digits, and stable within a moment", () => {
    const at = (createdAt: string, model: string) =>
      appendToHistory("", record([entry({ model })], { createdAt }), "h");
    const text = at("2026-01-02T00:00:00Z", "c") + at("2026-01-01T00:00:00.500Z", "b");
    const early = at("2026-01-01T00:00:00Z", "a") + at("2026-01-01T00:00:00Z", "A");
    expect(parseHistory(`${text}\n  \n${early}`, "h").map(({ id }) => id[0])).toEqual(["a", "A", "b", "c"]);
  });

  it("names the lines as an editor counts them, blank ones included", () => {
    const line = appendToHistory("", record(), "h");
    expect(() => parseHistory(`\n\n${line}\n${line}`, "h")).toThrow(
      'h, line 5: "id" expected each id once in a record, found the one of line 3 again',
    );
    expect(() => appendToHistory(`\n${line}{`, record(), "baselines/h.jsonl")).toThrow(
      /^baselines\/h\.jsonl, line 3: expected JSON/,
    );
    for (const text of [`${line}{`, `${line}${line}`]) {
      expect(() => parseHistory(text, "h")).toThrow(expect.objectContaining({ code: "bad-record" }));
    }
  });
});
