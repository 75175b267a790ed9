// `console`: commands behind "$ " and what they print. `sh`: commands alone. Both are what a reader may type, so both are parsed, and run
// unless they need what no machine of CI has (needs.ts).

import { problemOf } from "./known-commands.ts";
import { HARDWARE, reasonNotToRun, writtenBy } from "./needs.ts";
import { hasOwnTest } from "./own-tests.ts";
import { commandLines, simpleCommands } from "./shell.ts";
import { comparable } from "./varies.ts";
import type { Answer, Rule, Visit } from "./visit.ts";

interface Step {
  /** As it stands in the block, "$ " included. */
  prompt: string;
  command: string;
  shown: string;
}

/** Standard output is shown; of a command that fails, also the line that says why, and `echo $?` below it. */
export const runConsole: Rule = async (visit) => {
  const { block, folder, absent } = visit;
  const steps = stepsOf(block.text);
  if (steps === null) return { problems: ['expected "$ " and a command in the first line'] };
  const answer: Answer & { problems: string[]; skipped: string[] } = { problems: [], skipped: [] };
  let status = 0;
  let current = "";
  for (const [i, { prompt, command, shown }] of steps.entries()) {
    const reason = await reasonOrProblem(command, visit, answer);
    let output = shown;
    if (reason !== null) {
      answer.skipped.push(`${command}: ${reason}`);
      if (reason === HARDWARE && shown !== "" && !hasOwnTest(block.page))
        answer.problems.push(`${command}: no test names ${block.page}, so nobody compares its output`);
      for (const name of writtenBy(command)) absent.add(name.split("/")[0]!);
    } else {
      const { code, stdout, stderr } = await folder.run(command, status);
      const printed = code === 0 ? stdout : stdout + stderr.replaceAll(/^(?!liquid-edge: ).*\n/gm, "");
      if (comparable(printed) !== comparable(shown)) output = printed;
      if (code !== 0 && !steps[i + 1]?.command.startsWith("echo $?"))
        answer.problems.push(`${command}: exit code ${code}, which no "$ echo $?" shows\n${stderr}`);
      status = code;
    }
    current += prompt + output;
  }
  return { ...answer, current, printed: current };
};

export const runShell: Rule = async (visit) => {
  const { block, folder, absent } = visit;
  const answer: Answer & { problems: string[]; skipped: string[] } = { problems: [], skipped: [] };
  let printed = "";
  for (const line of commandLines(block.text)) {
    const reason = await reasonOrProblem(line, visit, answer);
    if (reason !== null) {
      answer.skipped.push(`${line}: ${reason}`);
      for (const name of writtenBy(line)) absent.add(name.split("/")[0]!);
      continue;
    }
    const { code, stdout, stderr } = await folder.run(line);
    if (code !== 0) answer.problems.push(`${line}: exit code ${code}\n${stderr}`);
    printed += stdout;
  }
  return { ...answer, printed };
};

/** Why a line is not run; what is wrong with it is added to the answer. */
async function reasonOrProblem(line: string, visit: Visit, answer: { problems: string[] }) {
  for (const { words } of simpleCommands(line)) {
    const problem = await problemOf(words);
    if (problem === null) continue;
    answer.problems.push(`${line}: ${problem}`);
    return "nobody can type it";
  }
  return reasonNotToRun(line, visit);
}

function stepsOf(text: string): Step[] | null {
  const steps: Step[] = [];
  let open = false;
  for (const line of text.trimEnd().split("\n")) {
    const last = steps.at(-1);
    if (open && last !== undefined) {
      last.prompt += `${line}\n`;
      last.command = `${last.command.slice(0, -1)} ${line.replace(/^>?\s+/, "")}`;
    } else if (line.startsWith("$ ")) steps.push({ prompt: `${line}\n`, command: line.slice(2), shown: "" });
    else if (last === undefined) return null;
    else last.shown += `${line}\n`;
    open = (open || line.startsWith("$ ")) && line.endsWith("\\");
  }
  return steps;
}
