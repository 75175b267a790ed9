// What a command line that commander refuses should have been, in the manner of all our complaints.

import { type Command, CommanderError } from "commander";
import { nearestName } from "../bindings/errors.ts";

/** The words that name a command in `args`, without the program's own. */
export function commandPath(program: Command, args: readonly string[]): string[] {
  const path: string[] = [];
  let command = program;
  for (const word of args) {
    if (word.startsWith("-")) continue;
    const next = command.commands.find((sub) => sub.name() === word);
    if (next === undefined) break;
    path.push(word);
    command = next;
  }
  return path;
}

/**
 * `args` with `help …` as `… --help`, which commander answers for a command of a group as well. Throws CommanderError where it would
 * print the help of the program instead of saying that a command is none.
 */
export function withHelpOption(program: Command, args: readonly string[]): string[] {
  const [first] = args;
  if (first === undefined || first.startsWith("-")) return [...args];
  if (first !== "help") {
    if (commandPath(program, [first]).length === 0) throw unknownCommand(first, program);
    return [...args];
  }
  const words = args.slice(1).filter((word) => word !== "help" && !word.startsWith("-"));
  const path = commandPath(program, words);
  if (path.length < words.length) {
    const group = path.reduce(
      (command, name) => command.commands.find((sub) => sub.name() === name)!,
      program,
    );
    throw unknownCommand(words[path.length]!, group);
  }
  return [...path, "--help"];
}

function unknownCommand(word: string, group: Command): CommanderError {
  const near = nearestName(
    word,
    group.commands.map((sub) => sub.name()),
  );
  const hint = near === undefined ? "" : `\n(Did you mean ${near}?)`;
  return new CommanderError(1, "commander.unknownCommand", `error: unknown command '${word}'${hint}`);
}

/** One line about a command line; empty where the help was printed already, which nobody asked for. */
export function usageLine(error: CommanderError, program: Command, args: readonly string[]): string {
  if (error.code === "commander.help") return "";
  const message = error.message
    .replace(/^error: /, "")
    // Commander's suggestion comes on a line of its own.
    .replace(/\n\(Did you mean (.*)\?\)$/s, " (did you mean $1?)");
  const path = commandPath(program, args).join(" ");
  const help = `(liquid-edge help ${path})`;
  const of = (pattern: RegExp) => pattern.exec(message)?.slice(1);

  const invalid =
    of(/^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. Expected (.*)\.$/s) ??
    of(
      /^command-argument value '(.*)' is invalid for argument '(.*)'\. (?:Expected|Allowed choices are) (.*)\.$/s,
    );
  if (invalid !== undefined) {
    const [field, value] = message.startsWith("option") ? invalid : [invalid[1], invalid[0]];
    const [, expected, hint] = /^(.*?)( \(did you mean .*\))?$/s.exec(invalid[2]!)!;
    const choices = /^Allowed/.test(message.slice(message.indexOf("'. ") + 3)) ? "one of " : "";
    const found = expected!.includes(", found ") ? "" : `, found "${value}"`;
    return `${field}: expected ${choices}${expected}${found}${hint ?? ""}`;
  }
  const option = of(/^required option '(?:-\w, )?(.*)' not specified$/);
  if (option !== undefined) return `${path}: expected ${option[0]}, found none ${help}`;
  const argument = of(/^missing required argument '(.*)'$/);
  if (argument !== undefined) return `${path}: expected <${argument[0]}>, found none ${help}`;
  const value = of(/^option '(?:-\w, )?(--[\w-]+) (.*)' argument missing$/);
  if (value !== undefined) return `${value[0]}: expected ${value[1]}, found nothing ${help}`;
  const excess = of(/^too many arguments for '.*'\. Expected (\d+ arguments?) but got (\d+)\.$/);
  if (excess !== undefined) return `${path}: expected ${excess[0]}, found ${excess[1]} ${help}`;
  return message;
}
