// Every page says what is so: what it tells its reader to type is run, or at least parsed, and what it shows as printed is compared.
// `UPDATE_DOCS=1 npx vitest run tests/documents` renews what pages show; CONTRIBUTING.md has the rules in short, rules.ts in full.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, ROOT } from "../cli/run-cli.ts";
import { commandPaths, isCommand, ourArguments, problemOf, problemOfMention } from "./known-commands.ts";
import { pagePaths, readPage } from "./markdown.ts";
import { isWritten } from "./own-tests.ts";
import { typeErrors } from "./programs.ts";
import { fileShownBy } from "./rules.ts";
import { visitPage } from "./session.ts";
import { simpleCommands } from "./shell.ts";

const UPDATE = process.env.UPDATE_DOCS === "1";
const pages = pagePaths().map(readPage);

/** Pages with blocks, by name; from top to bottom a page is one session in one folder. */
const sessions = pages.filter((page) => page.blocks.length > 0 && !isWritten(page));

describe("a page shows what is so:", () => {
  it.each(sessions.map((page) => [page.path, page] as const))(
    "%s",
    async (path, page) => {
      const { problems, current, skipped } = await visitPage(page);
      for (const what of skipped) console.warn(`SKIPPED: ${what}`);
      if (UPDATE) writeFileSync(join(ROOT, path), current);
      if (!UPDATE) expect.soft(page.text).toBe(current);
      expect(problems).toEqual([]);
    },
    3_600_000,
  );
});

describe("programs", () => {
  it("use the package as its declarations say", () => {
    const blocks = sessions
      .flatMap((page) => page.blocks)
      .filter(({ language }) => language === "ts")
      // What is shown of our own sources is type-checked where it stands.
      .filter((block) => fileShownBy(block)?.startsWith("tests/guide/") ?? true);
    expect(blocks.length).toBeGreaterThan(10);
    expect(typeErrors(blocks)).toEqual([]);
  });

  it("of docs/performance-testing.md are all of tests/guide, and use the public interface alone", () => {
    const { blocks } = readPage("docs/performance-testing.md");
    const shown = blocks.map(fileShownBy).filter((path) => path !== null);
    const files = readdirSync(join(ROOT, "tests/guide")).map((name) => `tests/guide/${name}`);
    expect(shown.sort()).toEqual(files.sort());
    for (const file of files) {
      const text = readFileSync(join(ROOT, file), "utf8");
      const imports = [...text.matchAll(/(?:from|import) "([^"]+)"/g)].map(([, path]) => path!);
      const others = imports.filter((path) => !/^(liquid-edge(\/vitest)?|vitest|node:.*)$/.test(path));
      expect(others, file).toEqual([]);
    }
  });
});

describe("commands in running text", () => {
  it("are known, and so are their options", async () => {
    const problems: string[] = [];
    let checked = 0;
    for (const { path, spans } of pages) {
      for (const { line, text } of spans) {
        const problem = await problemOfSpan(text);
        if (problem !== undefined) checked++;
        if (problem) problems.push(`${path}:${line}: ${text}: ${problem}`);
      }
    }
    expect(problems).toEqual([]);
    expect(checked).toBeGreaterThan(100);
  });

  it("of every command's help are what it takes", async () => {
    const problems: string[] = [];
    let checked = 0;
    for (const path of commandPaths()) {
      const { out } = await cli([...path, "--help"]);
      for (const [, example] of out.matchAll(/^ +\$ (liquid-edge .*)$/gm)) {
        checked++;
        const problem = await problemOf(simpleCommands(example!)[0]!.words);
        if (problem !== null) problems.push(`${example}: ${problem}`);
      }
    }
    expect(problems).toEqual([]);
    expect(checked).toBeGreaterThan(60);
  });

  it("stand nowhere in indented blocks, which nobody checks", () => {
    const indented = pages.flatMap(({ path, prose }) =>
      prose
        .split("\n")
        .flatMap((line, i) =>
          /^ {4,}(\$ |npx |liquid-edge )/.test(line) ? [`${path}:${i + 1}: ${line}`] : [],
        ),
    );
    expect(indented).toEqual([]);
  });
});

/** What is wrong with `code` in running text; undefined where it is no command. */
async function problemOfSpan(text: string): Promise<string | null | undefined> {
  const words = text.split(" ");
  const ours = ourArguments(words);
  if (ours !== null) return problemOfMention(ours);
  if (words[0] === "npx" || words[0] === "npm") return problemOf(simpleCommands(text)[0]!.words);
  const isMention = isCommand(words[0]!) && words.slice(1).some((word) => word.startsWith("-"));
  return isMention ? problemOfMention(words) : undefined;
}
