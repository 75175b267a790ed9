// The last thing that happens to a text before it is shown: names and words in it may come from files, devices and data sets of
// strangers, and must neither drive the terminal nor speak to the machine that runs a workflow.

import { oneLine, plainLines } from "../bindings/network/printable.ts";
import type { Io } from "./io.ts";

/** Bold, dim and colours, which `styled` of text.ts puts around words: they move and hide nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: styles begin with it
const STYLE = /\u001b\[(?:[012]|22|3[0-79])m/;
const STYLED = new RegExp(`(${STYLE.source})`);

/** Commands to a runner of GitHub's workflows that no report of ours gives; annotations are `error` and `warning`. */
const WORKFLOW_COMMAND = /^(\s*):(?=:(?!error |warning ))/gm;
const OLD_WORKFLOW_COMMAND = /##\[/g;

/** `text` as it may be shown: control characters, marks of direction and workflow commands as escapes. */
export function shown(text: string, colour = false): string {
  const plain = colour
    ? text
        .split(STYLED)
        .map((part) => (STYLE.test(part) ? part : plainLines(part)))
        .join("")
    : plainLines(text);
  return plain.replace(WORKFLOW_COMMAND, "$1\\u003a").replace(OLD_WORKFLOW_COMMAND, "\\u0023#[");
}

/** `io` whose texts on the terminal are all `shown`. */
export function shownBy(io: Io): Io {
  return {
    ...io,
    print: (text) => io.print(shown(text, io.colour)),
    warn: (line) => io.warn(shown(line)),
    progress: (text) => io.progress(text === null ? null : oneLine(text)),
  };
}
