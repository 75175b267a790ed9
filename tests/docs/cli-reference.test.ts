// docs/cli.md: nothing that the program takes is missing, and its examples are command lines that the program takes.

import type { Command } from "commander";
import { expect, it } from "vitest";
import type { Io } from "../../cli/io.ts";
import { buildProgram } from "../../cli/program.ts";
import { cliReference } from "../../scripts/docs/cli-reference.ts";
import { cli } from "../cli/run-cli.ts";

const page = cliReference();
const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code!.trim());
const examples = blocks
  .flatMap((code) => code.split("\n"))
  .filter((line) => line.startsWith("liquid-edge ") && !/[[<]/.test(line));

function every(command: Command): Command[] {
  return [command, ...command.commands.flatMap(every)];
}

/** The program with commands that take their arguments and do nothing. */
function idleProgram(): Command {
  const program = buildProgram({ colour: false, warn: () => {}, print: () => {} } as unknown as Io);
  for (const command of every(program).slice(1)) command.action(() => {});
  return program;
}

it("has every command and every option that the help of a command prints", async () => {
  const paths = every(idleProgram())
    .slice(1)
    .map((command) =>
      command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name(),
    );
  expect(paths.length).toBeGreaterThan(30);
  const sections = new Map(
    page
      .split(/^#{2,3} /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section]),
  );
  for (const path of paths) {
    const { code, out } = await cli([...path.split(" "), "--help"]);
    expect(code, path).toBe(0);
    const options = out.slice(out.indexOf("\nOptions:")).split("\nCommands:")[0]!;
    const flags = [...options.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag!);
    const own = flags.filter((flag) => !["--json", "--debug", "--help"].includes(flag));
    const listed = [...(sections.get(path) ?? "").matchAll(/^\| (?:`-\w`, )?`(--[\w-]+)/gm)].map(
      ([, flag]) => flag!,
    );
    expect(listed, path).toEqual(own);
  }
});

it.each(examples)("%s", async (line) => {
  const words = line
    .split(/\s*[|>]/)[0]!
    .split(" ")
    .slice(1);
  await idleProgram().parseAsync(words, { from: "user" });
});

it("would refuse an example with an option that there is not", async () => {
  expect(examples.length).toBeGreaterThan(60);
  const program = idleProgram();
  await expect(
    program.parseAsync(["profile", "net.safetensors", "--fast"], { from: "user" }),
  ).rejects.toThrow("unknown option");
});
