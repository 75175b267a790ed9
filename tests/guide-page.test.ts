// docs/performance-testing.md shows the tests of tests/guide, letter by letter, so that every example in it is a test that runs.
// `UPDATE_README=1 npx vitest run guide-page` writes them anew.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs/performance-testing.md");
const BLOCK = /\[(tests\/guide\/[\w-]+\.test\.ts)\]\([^)]*\):\n\n```ts\n([\s\S]*?)```/g;

it("shows every example as the test that runs", () => {
  const text = readFileSync(page, "utf8");
  const current = text.replace(BLOCK, (block: string, file: string, shown: string) =>
    block.replace(`\`\`\`ts\n${shown}`, () => `\`\`\`ts\n${readFileSync(join(root, file), "utf8")}`),
  );
  if (process.env.UPDATE_README === "1") writeFileSync(page, current);
  expect(readFileSync(page, "utf8")).toBe(current);
  const files = readdirSync(join(root, "tests/guide")).map((name) => `tests/guide/${name}`);
  expect([...text.matchAll(BLOCK)].map(([, file]) => file).sort()).toEqual(files.sort());
});

it("imports nothing but the public interface", () => {
  for (const name of readdirSync(join(root, "tests/guide"))) {
    const text = readFileSync(join(root, "tests/guide", name), "utf8");
    const imports = [...text.matchAll(/(?:from|import) "([^"]+)"/g)].map(([, path]) => path!);
    const others = imports.filter((path) => !/^(liquid-edge(\/vitest)?|vitest|node:.*)$/.test(path));
    expect(others, name).toEqual([]);
  }
});
