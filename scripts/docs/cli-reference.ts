// docs/cli.md: every command with its arguments, options, examples and exit codes, read from the program itself.

import type { Argument, Command, Option } from "commander";
import { ExitCode } from "../../cli/exit.ts";
import type { Io } from "../../cli/io.ts";
import { buildProgram } from "../../cli/program.ts";
import { asMarkdown, linkPages } from "./prose.ts";

/** Options that every command has, explained once. */
const COMMON = new Set(["--json", "--debug", "--help"]);

const EXIT_CODES: Record<keyof typeof ExitCode, string> = {
  DONE: "done",
  FAILED:
    "a run or a check failed, although it was asked for correctly: a gate that finds a figure worse, a device that is lost",
  USAGE:
    "wrong usage or bad input: one line on standard error says which file, which field, what was expected and what was found",
  NO_BASELINE: "`baseline check`: the baseline is missing or broken",
  NOT_COMPARED: "`baseline check`: nothing to compare, or a figure of the baseline is missing",
  UNDECIDED: "`baseline check --strict`: a figure is undecided",
  FAULT: "our own fault: please report it, with what `--debug` prints",
};

export function cliReference(): string {
  // Help asks nothing of the world but whether it has colours.
  const program = buildProgram({ colour: false } as Io);
  const rows = program.commands.map(
    (command) => `| [\`${command.name()}\`](#${command.name()}) | ${inCell(command.summary())} |`,
  );
  return `# The command line

Written by \`npm run docs\` from the commands themselves; a test holds this page against them.

\`\`\`sh
liquid-edge <command> [arguments] [options]
liquid-edge help <command>
\`\`\`

${sentence(program.description())}

| command | what it does |
| --- | --- |
${rows.join("\n")}

Every command has

| option | meaning |
| --- | --- |
${program.commands[0]!.options.filter(isCommon).map(row).join("\n")}
| \`-h\`, \`--help\` | print the help of the command, with examples |
| \`--version\` | without a command: print the version |

## Exit codes

| code | meaning |
| --- | --- |
${Object.entries(EXIT_CODES)
  .map(([name, meaning]) => `| ${ExitCode[name as keyof typeof ExitCode]} | ${meaning} |`)
  .join("\n")}

${program.commands.map((command) => section(command, "##")).join("\n")}`;
}

function section(command: Command, depth: string): string {
  const path = pathOf(command);
  const own = command.options.filter((option) => !isCommon(option) && !option.hidden);
  const parts = [
    `${depth} ${path}`,
    sentence(command.description()),
    `\`\`\`sh\nliquid-edge ${path} ${command.usage()}\n\`\`\``,
    command.registeredArguments.length === 0
      ? ""
      : `| argument | meaning |\n| --- | --- |\n${command.registeredArguments.map(argumentRow).join("\n")}`,
    own.length === 0 ? "" : table(own),
    ...afterHelp(command),
    ...command.commands.map((sub) => section(sub, `${depth}#`).trimEnd()),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** The words that lead to a command, without the program's own. */
function pathOf(command: Command): string {
  const above = command.parent;
  return above === null || above.parent === null ? command.name() : `${pathOf(above)} ${command.name()}`;
}

function isCommon({ long }: Option): boolean {
  return long !== undefined && COMMON.has(long);
}

function table(options: readonly Option[]): string {
  return `| option | meaning |\n| --- | --- |\n${options.map(row).join("\n")}`;
}

function row(option: Option): string {
  const flags = option.flags
    .split(/, (?=-)/)
    .map((flag) => `\`${flag}\``)
    .join(", ");
  return `| ${flags} | ${inCell([option.description, ...facts(option)].join("; "))} |`;
}

function argumentRow(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  const usage = argument.required ? `<${name}>` : `[${name}]`;
  return `| \`${usage}\` | ${inCell([argument.description, ...facts(argument)].join("; "))} |`;
}

/** What commander knows beside the description: choices, default, whether it must be there. */
function facts(of: Option | Argument): string[] {
  const value = of.defaultValueDescription ?? (of.defaultValue === undefined ? "" : String(of.defaultValue));
  const isFlag = "negate" in of && (of.negate || of.isBoolean());
  return [
    ...("mandatory" in of && of.mandatory && of.defaultValue === undefined ? ["**required**"] : []),
    ...(of.argChoices === undefined
      ? []
      : [`one of ${of.argChoices.map((name) => `\`${name}\``).join(", ")}`]),
    ...(value === "" || isFlag ? [] : [`default \`${value}\``]),
  ];
}

/** What the help says below the options: examples as code, the rest as it is. */
function afterHelp(command: Command): string[] {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text), getOutHasColors: () => false });
  const before = command.helpInformation();
  command.outputHelp();
  const examples: string[] = [];
  const words: string[] = [];
  for (const paragraph of help.slice(before.length).trim().split(/\n\n+/)) {
    const lines = paragraph.split("\n");
    if (lines[0] === "Examples:") examples.push(...lines.slice(1).map((line) => line.replace(/^\s*\$ /, "")));
    else if (paragraph !== "") words.push(lines.join("\n"));
  }
  return [...words, ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join("\n")}\n\`\`\``])];
}

/** Commander's descriptions start small and have no full stop where they stand in a list. */
function sentence(text: string): string {
  const started = text.charAt(0).toUpperCase() + text.slice(1);
  return linkPages(/[.!?]$/.test(started) ? started : `${started}.`, "docs");
}

/** A bar would end the cell. */
function inCell(text: string): string {
  return linkPages(asMarkdown(text).replaceAll("|", "\\|"), "docs");
}
