// What a file may make us allocate: each reader refuses what is beyond its limit, in a line that says the limit.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseBoardFile } from "../bindings/board/load.ts";
import { loadCsv } from "../bindings/data/csv-dataset.ts";
import { inflate } from "../bindings/inflate.ts";
import { MAX_HISTORY_LINES, MAX_JSON_BYTES, MAX_JSON_DEPTH, maxUnpackedBytes } from "../bindings/limits.ts";
import { readTrace } from "../bindings/measure/read-trace.ts";
import { parseSafetensors } from "../bindings/network/safetensors.ts";
import { parseJson } from "../bindings/parse-json.ts";
import { parseHistory } from "../bindings/record/history.ts";
import { parseYaml } from "../cli/read-yaml.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const DEEP = 100_000;
const deepJson = "[".repeat(DEEP) + "]".repeat(DEEP);

describe("JSON", () => {
  it("is as deep as the limit, not deeper", () => {
    const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}"[[[[\\"{{"${"]}".repeat(depth / 2)}`;
    expect(parseJson(nested(MAX_JSON_DEPTH), "f.json", "bad-file")).toBeTypeOf("object");
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 2), "f.json", "bad-file")).toThrow(
      "f.json: expected JSON of at most 100 arrays and objects inside each other, found more",
    );
  });

  it("is no longer than the limit", () => {
    expect(() => parseJson(" ".repeat(MAX_JSON_BYTES + 1), "f.json", "bad-file")).toThrow(
      `f.json: expected at most ${MAX_JSON_BYTES} bytes, found ${MAX_JSON_BYTES + 1}`,
    );
  });

  it.each<[string, () => unknown]>([
    ["board", () => parseBoardFile(deepJson, "f")],
    ["history", () => parseHistory(`${deepJson}\n`, "f")],
    ["energy run", () => readTrace(utf8(deepJson), "f")],
    [
      "checkpoint",
      () => {
        const bytes = new Uint8Array(8 + deepJson.length);
        new DataView(bytes.buffer).setBigUint64(0, BigInt(deepJson.length), true);
        bytes.set(utf8(deepJson), 8);
        return parseSafetensors(bytes, "f");
      },
    ],
  ])("of a %s has the limit too", async (_, read) => {
    await expect((async () => read())()).rejects.toThrow(
      /^f.*expected JSON of at most 100 arrays and objects/,
    );
  });
});

describe("YAML", () => {
  it("is no longer than a megabyte", async () => {
    await expect(parseYaml(new Uint8Array(2 ** 20 + 1), "s.yaml", "bad-config")).rejects.toThrow(
      "s.yaml: expected at most 1048576 bytes, found 1048577",
    );
  });

  it("that is too deep for its parser is refused in a line", async () => {
    await expect(parseYaml(utf8("[".repeat(DEEP)), "s.yaml", "bad-config")).rejects.toThrow(
      /^s\.yaml: expected YAML, found [^\n]+$/,
    );
  });

  it("unfolds no bomb, and takes no anchors for endless ones", async () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const part = i === 0 ? "lol" : `*l${i - 1}`;
      return `l${i}: &l${i} [${Array(10).fill(part).join(", ")}]`;
    });
    await expect(parseYaml(utf8(levels.join("\n")), "s.yaml", "bad-config")).rejects.toThrow(/alias/);
    await expect(parseYaml(utf8("a: &a [*a]"), "s.yaml", "bad-config")).resolves.toBeTypeOf("object");
  });
});

describe("packed files", () => {
  it("unfold to a limit that follows from their size", async () => {
    const bomb = gzipSync(new Uint8Array(200 * 2 ** 20), { level: 9 });
    const limit = maxUnpackedBytes(bomb.length);
    expect(limit).toBeLessThan(200 * 2 ** 20);
    const refusal = new RegExp(`^f\\.gz: expected a gzip file that unfolds to at most ${limit} bytes`);
    await expect(inflate(bomb, "gzip", "f.gz")).rejects.toThrow(refusal);
    await expect(readTrace(bomb, "f.gz")).rejects.toThrow(refusal);
    const csv = new File([bomb as Uint8Array<ArrayBuffer>], "f.gz");
    const description = { task: "regression", inputs: ["x"], target: "y" };
    await expect(loadCsv(csv, description)).rejects.toThrow(refusal);
  });
});

it("a history has at most a million lines", () => {
  expect(() => parseHistory("\n".repeat(MAX_HISTORY_LINES + 1), "h.jsonl")).toThrow(
    "h.jsonl: expected at most 1000000 lines, found 1000001",
  );
  expect(parseHistory("\n".repeat(MAX_HISTORY_LINES), "h.jsonl")).toEqual([]);
});
