import { describe, expect, it } from "vitest";
import { type Io, nodeFiles } from "../../cli/io.ts";
import { readYaml } from "../../cli/read-yaml.ts";

function read(text: string): Promise<unknown> {
  const io = { ...nodeFiles, readFile: async () => new TextEncoder().encode(text) } as unknown as Io;
  return readYaml(io, "space.yaml", "bad-config");
}

describe("a YAML file", () => {
  it("is read by the rules of YAML 1.2, where JSON is YAML and no is a word", async () => {
    expect(await read("cells: [cfc, no]\nunits: 16 # small\nshare: .7\n")).toEqual({
      cells: ["cfc", "no"],
      units: 16,
      share: 0.7,
    });
    expect(await read('{"seeds": [0, 1], "name": null}')).toEqual({ seeds: [0, 1], name: null });
    expect(await read("")).toBeNull();
  });

  it("is refused in one line that says where it is broken", async () => {
    const broken = async (text: string) => (await read(text).catch((error: Error) => error)) as Error;
    for (const [text, reason] of [
      ["cells: [cfc\nunits: 3\n", /line \d+, column \d+/],
      ["units: 1\nunits: 2\n", /unique.*line 2/],
      ["a: !secret 1\n", /Unresolved tag.*line 1/],
    ] as const) {
      const { message } = await broken(text);
      expect(message).toMatch(/^space\.yaml: expected YAML, found [^\n]+$/);
      expect(message).toMatch(reason);
    }
  });

  it("does not unfold without end", async () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const parts = Array.from({ length: 9 }, () => (i === 0 ? "x" : `*l${i - 1}`));
      return `l${i}: &l${i} [${parts.join(", ")}]`;
    });
    await expect(read(levels.join("\n"))).rejects.toThrow(/space\.yaml: expected YAML, found .*alias/);
  });
});
