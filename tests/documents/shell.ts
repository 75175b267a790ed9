// As much of the shell's grammar as documents use: simple commands, quotes, comments, redirections.

export interface SimpleCommand {
  /** Name and arguments, without quotes, redirections and variables set in front. */
  words: string[];
  /** Files that its output goes to. */
  redirected: string[];
}

/** A line that a shell runs as one: lines that end in a backslash go on. */
export function commandLines(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
}

const TOKEN = /\s+|#.*$|&&|\|\||[;|&]|\d?>>?(?:&\d)?|<|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\;|&<>])+/y;

/** The simple commands of a line. Throws where a quote is open. */
export function simpleCommands(line: string): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  let command: SimpleCommand = { words: [], redirected: [] };
  let redirecting = false;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < line.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(line)?.[0];
    if (token === undefined) throw new Error(`expected closed quotes, found ${line.slice(at)}`);
    if (/^\s/.test(token)) continue;
    // A comment begins a word.
    if (token.startsWith("#") && (at === 0 || /\s/.test(line[at - 1]!))) break;
    if (/^(&&|\|\||[;|&])$/.test(token)) {
      commands.push(command);
      command = { words: [], redirected: [] };
    } else if (/^\d?>>?&\d$/.test(token)) continue;
    else if (/^(\d?>>?|<)$/.test(token)) redirecting = true;
    else if (redirecting) {
      command.redirected.push(unquoted(token));
      redirecting = false;
    } else if (command.words.length > 0 || !/^\w+=/.test(token)) command.words.push(unquoted(token));
  }
  return [...commands, command].filter(({ words }) => words.length > 0);
}

function unquoted(token: string): string {
  return token.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g, (_, single, double, escaped) =>
    String(single ?? double?.replaceAll(/\\(["\\$`])/g, "$1") ?? escaped),
  );
}
