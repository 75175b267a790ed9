// Baselines and history as files of a folder, on a file system that is a map and remembers what was done to it.

import { beforeEach, describe, expect, it } from "vitest";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import {
  addToHistory,
  HISTORY_FILE,
  type RecordFiles,
  readHistory,
  recordText,
  SCHEMA_FILE,
  saveBaseline,
} from "../../bindings/record/keep.ts";
import { parseRecord, recordJsonSchema } from "../../bindings/record/schema.ts";
import { entry, record } from "./made-records.ts";

class Disk implements RecordFiles {
  readonly files = new Map<string, Uint8Array>();
  readonly done: string[] = [];

  async readFile(path: string): Promise<Uint8Array> {
    const content = this.files.get(path);
    if (content !== undefined) return content;
    const cause = Object.assign(new Error("no such file"), { code: "ENOENT" });
    throw new LiquidEdgeError("bad-file", `${path}: not there`, { cause });
  }

  async writeFile(path: string, content: string): Promise<void> {
    this.done.push(`write ${path}`);
    this.put(path, content);
  }

  async listFolder(folder: string): Promise<string[]> {
    const prefix = `${folder}/`;
    return [...this.files.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
  }

  async makeFolder(path: string): Promise<void> {
    this.done.push(`make ${path}`);
  }

  put(path: string, content: string | Uint8Array): void {
    this.files.set(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path));
  }
}

const v1 = () => record([entry(), entry({ precision: "int8" })], { version: "v1" });
const schema = () => canonicalJson(recordJsonSchema());
const NO_TEXT = Uint8Array.of(0x7b, 0xff);

let disk: Disk;
beforeEach(() => {
  disk = new Disk();
});

describe("a baseline", () => {
  it("is saved last, so that whoever is interrupted finds none", async () => {
    expect(await saveBaseline(disk, "baselines", v1())).toBe("baselines/v1.json");
    expect(disk.done).toEqual([
      "make baselines",
      "write baselines/record.schema.json",
      "write baselines/history.jsonl",
      "write baselines/v1.json",
    ]);
    expect([HISTORY_FILE, SCHEMA_FILE]).toEqual(["history.jsonl", "record.schema.json"]);
  });

  it("is read back, and names its schema for editors", async () => {
    await saveBaseline(disk, "baselines", v1());
    const json = JSON.parse(disk.text("baselines/v1.json"));
    expect(json.$schema).toBe("./record.schema.json");
    expect(parseRecord(json, "v1.json")).toEqual(v1());
    expect(JSON.parse(disk.text("baselines/record.schema.json"))).toEqual(recordJsonSchema());
  });

  it("can be saved again without lines in the history that are there twice", async () => {
    await saveBaseline(disk, "baselines", v1());
    const before = disk.text("baselines/history.jsonl");
    await saveBaseline(disk, "baselines", v1());
    expect(disk.text("baselines/history.jsonl")).toBe(before);
    expect(await readHistory(disk, "baselines/history.jsonl")).toHaveLength(2);
  });

  it("writes the schema only where it is another one", async () => {
    const schemaWrites = async (before: string) => {
      disk = new Disk();
      disk.put("baselines/record.schema.json", before);
      await saveBaseline(disk, "baselines", v1());
      return disk.done.filter((step) => step.endsWith("record.schema.json")).length;
    };
    expect(await schemaWrites(schema())).toBe(0);
    expect(await schemaWrites("{}")).toBe(1);
    expect(disk.text("baselines/record.schema.json")).toBe(schema());
  });

  it.each([
    ["", "v1.json"],
    ["./baselines", "./baselines/v1.json"],
    ["a/b//", "a/b/v1.json"],
    ["C:\\a\\", "C:\\a/v1.json"],
    ["a/b", "a/b/v1.json"],
  ])("in the folder %j is %j", async (folder, path) => {
    expect(await saveBaseline(disk, folder, v1())).toBe(path);
    expect(disk.files.has(path)).toBe(true);
  });

  it("is not saved over files that are no text", async () => {
    disk.put("baselines/record.schema.json", NO_TEXT);
    await expect(saveBaseline(disk, "baselines", v1())).rejects.toMatchObject({
      code: "bad-file",
      message: "baselines/record.schema.json: expected text in UTF-8, found bytes that are not",
    });
    disk = new Disk();
    disk.put("baselines/history.jsonl", NO_TEXT);
    await expect(saveBaseline(disk, "baselines", v1())).rejects.toMatchObject({
      code: "bad-record",
      message: "baselines/history.jsonl: expected text in UTF-8, found bytes that are not",
    });
    expect(disk.files.has("baselines/v1.json")).toBe(false);
  });

  it("has no schema where none is named", () => {
    expect(JSON.parse(recordText(v1()))).toEqual(v1());
    expect(recordText(v1(), "s.json")).toMatch(/^\{\n {2}"\$schema": "s\.json",\n/);
  });
});

describe("a history", () => {
  it("is empty where there is no file, and grows from there", async () => {
    expect(await readHistory(disk, "h.jsonl")).toEqual([]);
    await addToHistory(disk, "h.jsonl", v1());
    const lines = await readHistory(disk, "h.jsonl");
    expect(lines.map(({ id, version }) => [id, version])).toEqual([
      ["net/nrf52840/fp32/0", "v1"],
      ["net/nrf52840/int8/0", "v1"],
    ]);
  });

  it("is not taken for empty where it cannot be read", async () => {
    const denied = new LiquidEdgeError("bad-file", "h.jsonl: permission denied", {
      cause: Object.assign(new Error(), { code: "EACCES" }),
    });
    for (const error of [denied, new LiquidEdgeError("bad-file", "no cause"), new TypeError("ours")]) {
      disk.readFile = () => Promise.reject(error);
      await expect(readHistory(disk, "h.jsonl")).rejects.toBe(error);
      await expect(addToHistory(disk, "h.jsonl", v1())).rejects.toBe(error);
    }
    expect(disk.done).toEqual([]);
  });

  it("is not taken for empty because something else was not there", async () => {
    const foreign = Object.assign(new Error("from elsewhere"), { cause: { code: "ENOENT" } });
    disk.readFile = () => Promise.reject(foreign);
    await expect(readHistory(disk, "h.jsonl")).rejects.toBe(foreign);
  });

  it("names its file, what is unprintable escaped, when a line is broken", async () => {
    disk.put("h\n.jsonl", "{");
    await expect(readHistory(disk, "h\n.jsonl")).rejects.toThrow(/^h\\u000a\.jsonl, line 1: /);
    await expect(addToHistory(disk, "h\n.jsonl", v1())).rejects.toThrow(/^h\\u000a\.jsonl, line 1: /);
  });
});
