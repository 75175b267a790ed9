// Tables, paragraphs and styles of a terminal.

import { styleText } from "node:util";

export { bytes, count, digits, exact, neuronList, percent, range, whole } from "../format/numbers.ts";

export type Style = Parameters<typeof styleText>[0];

/** A cell of a table, with a style where it has one. */
export type Cell = string | { text: string; style: Style };

export interface Column {
  title: string;
  /** Default: left. */
  align?: "left" | "right";
  /** Spaces in front of it; default 2. */
  gap?: number;
}

/** `text` in a style, or plain when `colour` is off. */
export function styled(colour: boolean, style: Style, text: string): string {
  return colour ? styleText(style, text, { validateStream: false }) : text;
}

/** An argument as a shell would take it: for people to copy, for nothing here goes through a shell. */
export function quoted(argument: string): string {
  return /^[\w./:=-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A table with a head line; columns as wide as their widest cell. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  colour = false,
): string {
  const textOf = (cell: Cell) => (typeof cell === "string" ? cell : cell.text).replace(LINE_ENDS, asEscape);
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[i]!).length)),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, i) => {
        const text = textOf(cell);
        const isLast = i === columns.length - 1;
        const padded =
          columns[i]!.align === "right" ? text.padStart(widths[i]!) : isLast ? text : text.padEnd(widths[i]!);
        const gap = i === 0 ? "" : " ".repeat(columns[i]!.gap ?? 2);
        return gap + (typeof cell === "string" ? padded : styled(colour, cell.style, padded));
      })
      .join("")
      .trimEnd();
  const head = columns.map(({ title }): Cell => ({ text: title, style: "bold" }));
  return [line(head), ...rows.map(line)].join("\n");
}

/** In a cell or a paragraph they would begin a line that looks like one of ours. */
const LINE_ENDS = /[\n\r]/g;
const asEscape = (character: string) => (character === "\n" ? "\\u000a" : "\\u000d");

const LINE_COLUMNS = 110;

/** `text` broken between words into lines of at most 110 characters; lines after the first are indented once more. */
export function paragraph(text: string): string {
  const indent = /^ */.exec(text)![0];
  const [first, ...words] = text.trimStart().replace(LINE_ENDS, asEscape).split(" ");
  const lines: string[] = [];
  let line = indent + first;
  for (const word of words) {
    if (line.length + 1 + word.length > LINE_COLUMNS) {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else {
      line += ` ${word}`;
    }
  }
  return [...lines, line].join("\n");
}
