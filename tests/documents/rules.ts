// One rule for each language of a block. A block without a rule is an error, so that nothing on a page goes unread.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../cli/run-cli.ts";
import { runConsole, runShell } from "./commands.ts";
import { readData } from "./data-files.ts";
import type { Block } from "./markdown.ts";
import { hasOwnTest } from "./own-tests.ts";
import { bundlePage, runC, runProgram, runPython } from "./programs.ts";
import { comparable } from "./varies.ts";
import type { Rule } from "./visit.ts";

/** A number with a unit of what is measured or counted here: it has to come from something that was run. */
const FIGURE = /\d\s*(%|[nµum]?J\b|[nµum]s\b|[kM]?B\b|[nµum]W\b|instructions|cycles|operations)/u;

/**
 * Right under a block that runs, or behind "It prints:", what that printed. Elsewhere a drawing or a formula, in which neither command nor figure may hide,
 * unless the page has a test of its own.
 */
const readText: Rule = ({ block, printed, skippedAbove }) => {
  const isOutput = block.adjoins || /\b(prints|answers|says):$/.test(block.lead);
  if (isOutput && skippedAbove) return {};
  if (isOutput && printed !== null)
    return comparable(printed) === comparable(block.text) ? {} : { current: printed };
  if (hasOwnTest(block.page)) return {};
  if (/^(\$ |npx |liquid-edge )/m.test(block.text))
    return { problems: ["a drawing has no commands: write console, or sh"] };
  const figure = FIGURE.exec(block.text)?.[0];
  return figure === undefined
    ? {}
    : { problems: [`nothing prints "${figure}": put the command above it, or write console`] };
};

/** Under a link to a file and a colon: that file, or lines of it. */
const readExcerpt: Rule = ({ block }) => {
  const path = fileShownBy(block)!;
  const text = readFileSync(join(ROOT, path), "utf8");
  return `\n${text}`.includes(`\n${block.text}`) ? {} : { current: text };
};

/** The file of the repository that a block shows, by the end of the sentence above it. */
export function fileShownBy({ lead, page, language }: Block): string | null {
  const [, target] = /\]\(([^)#\s]+)\):$/.exec(lead) ?? [];
  if (target === undefined || target.endsWith(".md") || language === "console" || language === "sh")
    return null;
  const path = join(page, "..", target);
  return existsSync(join(ROOT, path)) ? path : null;
}

const RULES: Record<string, Rule> = {
  console: runConsole,
  sh: runShell,
  ts: runProgram,
  js: runProgram,
  python: runPython,
  html: bundlePage,
  c: runC,
  json: readData,
  yaml: readData,
  text: readText,
};

export function ruleFor(block: Block): Rule | null {
  return fileShownBy(block) === null ? (RULES[block.language] ?? null) : readExcerpt;
}
