// What a document may tell its reader to type: commands of ours as commander knows them, scripts of package.json, files that
// are there, and tools that everybody knows.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import type { Io } from "../../cli/io.ts";
import { buildProgram } from "../../cli/program.ts";
import manifest from "../../package.json" with { type: "json" };
import { ROOT } from "../cli/run-cli.ts";

/** No action is taken, so nothing else is asked of it. */
const SILENT = { print() {}, warn() {}, colour: false } as unknown as Io;

/** Subcommands of npm that documents use, besides `run` and names of scripts that npm runs by itself. */
const NPM = ["ci", "cit", "install", "pkg", "audit", "publish", "owner", "pack", "init"];
/** Commands of others, which are known by their names alone. */
const OTHERS =
  "git cd cat echo head tail ls mkdir cp mv rm cmp sed grep test export kill node python3 gcc cmake make pip sudo apt-get curl".split(
    " ",
  );

/** Whether the words are a command line of Liquid Edge; what comes behind its name. */
export function ourArguments(words: readonly string[]): readonly string[] | null {
  if (words[0] === "liquid-edge") return words.slice(1);
  if (words[0] === "npx" && words[1] === "liquid-edge") return words.slice(2);
  if (words[0] === "node" && words[1] === "dist/cli.js") return words.slice(2);
  return null;
}

/** Why nobody can type this; null when all is well. */
export async function problemOf(words: readonly string[]): Promise<string | null> {
  const args = ourArguments(words);
  if (args !== null) return problemOfArguments(args);
  if (words[0] === "npm") return problemOfNpm(words.slice(1));
  if (words[0] === "npx") return problemOfNpx(words.slice(1));
  return OTHERS.includes(words[0]!) ? null : `no command ${words[0]} is known here`;
}

/** What commander says of a command line, whose action is not taken. */
async function problemOfArguments(args: readonly string[]): Promise<string | null> {
  const program = buildProgram(SILENT);
  withoutActions(program);
  try {
    await program.parseAsync([...args], { from: "user" });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? null : error.message.replace("\n", " ");
  }
}

function withoutActions(command: Command): void {
  for (const sub of command.commands) {
    // A group alone is answered with its help.
    if (sub.commands.length === 0 || sub.registeredArguments.length > 0) sub.action(() => {});
    withoutActions(sub);
  }
}

function problemOfNpm([name, ...rest]: readonly string[]): string | null {
  if (name === undefined || NPM.includes(name)) return null;
  const script = name === "run" ? rest.find((word) => !word.startsWith("-")) : name;
  return script !== undefined && script in manifest.scripts ? null : `package.json has no script ${script}`;
}

function problemOfNpx([tool, ...rest]: readonly string[]): string | null {
  const file = (path: string) => (existsSync(join(ROOT, path)) ? null : `there is no ${path}`);
  if (tool === "tsx") return rest[0] === undefined ? "expected a script behind tsx" : file(rest[0]);
  if (tool !== "vitest")
    return tool !== undefined && tool in manifest.devDependencies ? null : `npx runs no ${tool} here`;
  // Vitest takes parts of paths.
  return (
    rest.map((word) => (word.startsWith("tests/") ? file(word) : null)).find((it) => it !== null) ?? null
  );
}

const DOCUMENTED = buildProgram(SILENT);

/** Names of all commands and subcommands. */
export function commandPaths(command: Command = DOCUMENTED): string[][] {
  const below = command.commands.flatMap((sub) => commandPaths(sub).map((path) => [sub.name(), ...path]));
  return [[], ...below];
}

/** Whether the word is a command of ours, as in `estimate --verbose`. */
export function isCommand(word: string): boolean {
  return DOCUMENTED.commands.some((command) => command.name() === word);
}

/**
 * Why the names in a mention such as `board run --emulated`, `estimate … --data <path>` are wrong: the subcommand or an option
 * does not exist. Values and what is left out are the sentence's affair.
 */
export function problemOfMention(words: readonly string[]): string | null {
  let command: Command = DOCUMENTED;
  const rest = [...words];
  for (;;) {
    const sub = command.commands.find((it) => it.name() === rest[0]);
    if (sub === undefined) break;
    command = sub;
    rest.shift();
  }
  if (command === DOCUMENTED && rest[0] !== undefined && /^[a-z]/.test(rest[0]))
    return `there is no command ${rest[0]}`;
  // A group takes nothing but its subcommands.
  if (command.commands.length > 0 && command.registeredArguments.length === 0 && /^[a-z]/.test(rest[0] ?? ""))
    return `${command.name()} has no subcommand ${rest[0]}`;
  const known = command.options.flatMap(({ long, short }) => [long, short]);
  const unknown = rest
    .flatMap((word) => /^--?[a-z][\w-]*/.exec(word)?.[0] ?? [])
    .find((option) => !known.includes(option) && option !== "--help");
  return unknown === undefined ? null : `${command.name()} has no option ${unknown}`;
}
