// `yaml` and `json` are files: the one that the sentence above names, or nobody's. A file's fields say what it is, and its own reader
// must take it; one that no reader knows has to be read by a command of the page.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseBoardFile } from "../../bindings/board/load.ts";
import { parseCsvDescription } from "../../bindings/data/csv-description.ts";
import { parseOpProfile } from "../../bindings/estimate/parse-profile.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import { parseBudget } from "../../bindings/record/budget.ts";
import { parseHardware } from "../../bindings/record/hardware.ts";
import { parseSuite } from "../../bindings/record/suite.ts";
import { parseSpace } from "../../bindings/sweep/space.ts";
import { ROOT } from "../cli/run-cli.ts";
import { problemOf } from "./known-commands.ts";
import { type Block, fileNamedBy, type Page } from "./markdown.ts";
import { commandLines, simpleCommands } from "./shell.ts";
import type { Rule } from "./visit.ts";

type Reader = (value: unknown, source: string, text: string) => unknown;

/** What reads a file that has these fields, the first that fits, and what such a file is usually called. */
const READERS: readonly [readonly string[], Reader, string?][] = [
  [["jobs"], workflow],
  [["operatingPoints"], (_, source, text) => parseBoardFile(text, source)],
  [["networks"], parseSpace],
  [["boards"], parseHardware, "hardware.yaml"],
  [["models"], parseSuite, "suite.yaml"],
  [["limits"], parseBudget],
  [["classes"], parseOpProfile],
  [["class", "config"], parseConfig],
  [["task", "inputs"], parseCsvDescription],
];

export const readData: Rule = async ({ block, page, folder }) => {
  let name = fileNamedBy(block);
  let value: unknown;
  try {
    value = block.language === "json" ? JSON.parse(block.text) : parse(block.text);
    const fields = Object.keys(value as object);
    const [, reader, usual] = READERS.find(([names]) => names.every((field) => fields.includes(field))) ?? [];
    name ??= usual ?? null;
    if (reader !== undefined) await reader(value, name ?? "the file", block.text);
    else if (name === null || !isRead(name, block, page))
      return { problems: [`no reader has the fields ${fields.join(", ")}, and no command reads the file`] };
  } catch (error) {
    return { problems: [(error as Error).message] };
  }
  if (name !== null) folder.write(name, block.text);
  return {};
};

function isRead(name: string, block: Block, { blocks }: Page): boolean {
  return blocks.some(
    ({ line, language, text }) =>
      line > block.line && (language === "console" || language === "sh") && text.includes(name),
  );
}

interface Job {
  uses?: string;
  with?: Record<string, unknown>;
  "runs-on"?: unknown;
  steps?: { uses?: string; run?: string }[];
}

/** A workflow of GitHub: jobs that call one of ours with inputs that it has, or whose steps run what can be run. */
async function workflow(value: unknown): Promise<void> {
  const { on, jobs } = value as { on?: unknown; jobs: Record<string, Job> };
  if (on === undefined) throw new Error('expected "on"');
  for (const [id, job] of Object.entries(jobs)) {
    if (job.uses !== undefined) {
      const [, path] = /^[\w-]+\/[\w-]+\/(\.github\/workflows\/[\w-]+\.yml)@\S+$/.exec(job.uses) ?? [];
      if (path === undefined || !existsSync(join(ROOT, path)))
        throw new Error(`${id}: no workflow ${job.uses}`);
      const { inputs } = parse(readFileSync(join(ROOT, path), "utf8")).on.workflow_call;
      const unknown = Object.keys(job.with ?? {}).filter((input) => !(input in inputs));
      if (unknown.length > 0) throw new Error(`${id}: ${path} has no input ${unknown.join(", ")}`);
      continue;
    }
    if (job["runs-on"] === undefined || job.steps === undefined)
      throw new Error(`${id}: expected "uses", or "runs-on" and "steps"`);
    for (const { uses, run } of job.steps) {
      if ((uses === undefined) === (run === undefined)) throw new Error(`${id}: a step has "uses" or "run"`);
      for (const { words } of commandLines(run ?? "").flatMap(simpleCommands)) {
        const problem = await problemOf(words);
        if (problem !== null) throw new Error(`${id}: ${words.join(" ")}: ${problem}`);
      }
    }
  }
}
