// A report as a tagged PDF (PDF/UA-1), by Typst: an optional package with a compiled part, loaded when a PDF is asked for.
// Equal documents give equal bytes.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printable } from "../../bindings/network/printable.ts";
import { RunFailure } from "../exit.ts";
import type { Block, Cell, Document, Table } from "./document.ts";
import { TEMPLATE } from "./pdf-template.ts";
import { forPdf } from "./pdf-text.ts";
import { tied } from "./words.ts";

export const PDF_PACKAGES = ["@myriaddreamin/typst-ts-node-compiler", "@expo-google-fonts/arimo"] as const;
/** A command is to be copied as it is: only what a line cannot hold is broken. */
const LINE_LETTERS = 90;
const FONTS = ["400Regular/Arimo_400Regular.ttf", "700Bold/Arimo_700Bold.ttf"];
/** Vega's pixels to points. */
const POINTS_A_PIXEL = 0.62;
/** A figure's data are printed below it up to this many rows; longer ones are in the attachment only. */
const MOST_DATA_ROWS = 14;
/** What plots are drawn with, and the font of the same widths that comes with this command. */
const PLOT_FONT = /font-family="Helvetica, [^"]*"/g;

/**
 * The PDF of a document.
 * @throws RunFailure when the optional packages are not there, or Typst refuses the document
 */
export async function pdfOf(document: Document, svgs: readonly string[]): Promise<Uint8Array> {
  const { NodeCompiler, fonts } = await loadTypst();
  // Nothing is there, and nothing outside of it can be read: all files are those given below.
  const workspace = join(tmpdir(), "liquid-edge-report");
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontBlobs: fonts }] });
  const give = (name: string, content: string) =>
    compiler.mapShadow(join(workspace, name), Buffer.from(content));
  const main = join(workspace, "main.typ");
  compiler.addSource(main, TEMPLATE);
  give("document.json", JSON.stringify(forTypst(document, svgs)));
  give("report.json", document.json);
  for (const [i, svg] of svgs.entries())
    give(figureFile(i), forPdf(svg.replace(PLOT_FONT, 'font-family="Arimo"'), Infinity));
  try {
    return compiler.pdf(
      { mainFilePath: main },
      { pdfStandard: "ua-1" as never, creationTimestamp: document.createdAt },
    );
  } catch (error) {
    throw new RunFailure(`PDF: Typst refused the document: ${printable(messageOf(error))}`);
  } finally {
    compiler.evictCache(0);
  }
}

/** The compiler and the fonts. Throws RunFailure without the optional packages. */
export async function loadTypst() {
  const require = createRequire(import.meta.url);
  try {
    const { NodeCompiler } = await import("@myriaddreamin/typst-ts-node-compiler");
    const fonts = await Promise.all(
      FONTS.map(async (file) => readFile(require.resolve(`${PDF_PACKAGES[1]}/${file}`))),
    );
    return { NodeCompiler, fonts };
  } catch (error) {
    throw new RunFailure(
      `PDF: expected the optional packages ${PDF_PACKAGES.join(" and ")} for ${process.platform} ${process.arch}, found ` +
        `${printable(messageOf(error).split("\n")[0]!)} (npm install ${PDF_PACKAGES.join(" ")}; or print the HTML in a browser)`,
    );
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /message: "((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
}

function figureFile(i: number): string {
  return `figure-${i}.svg`;
}

/** The document as the template reads it. */
function forTypst(document: Document, svgs: readonly string[]) {
  let figure = 0;
  const blockOf = (block: Block) => {
    switch (block.kind) {
      case "text":
        return { kind: "text", text: forPdf(block.text) };
      case "missing":
        return { kind: "missing", text: forPdf(block.text), how: forPdf(block.how) };
      case "badge":
        return { ...block, text: forPdf(block.text), detail: forPdf(block.detail) };
      case "facts":
        return {
          kind: "facts",
          items: block.items.map(({ label, value, unit, detail, level }) => ({
            label: forPdf(label),
            value,
            unit,
            detail: forPdf(detail),
            level: level ?? null,
          })),
        };
      case "code":
        return { kind: "code", lines: block.lines.map((line) => forPdf(line, LINE_LETTERS)) };
      case "table":
        return { kind: "table", ...tableOf(block) };
      case "figure": {
        const svg = svgs[figure]!;
        const print = block.print ?? block.data.rows.length <= MOST_DATA_ROWS;
        const width = Number(/ width="([\d.]+)"/.exec(svg)![1]);
        return {
          kind: "figure",
          file: `/${figureFile(figure++)}`,
          alt: forPdf(block.chart.description),
          widthPt: width * POINTS_A_PIXEL,
          caption: forPdf(
            print
              ? block.caption
              : `${block.caption} The ${block.data.rows.length} rows behind it are in the attachment.`,
          ),
          data: print ? tableOf(block.data) : null,
        };
      }
    }
  };
  return {
    title: forPdf(document.title),
    tool: forPdf(document.tool),
    facts: document.facts.map((fact) => forPdf(fact)),
    sections: document.sections.map(({ title, question, takeaway, blocks }) => ({
      title,
      question,
      takeaway: forPdf(takeaway),
      blocks: blocks.map(blockOf),
    })),
  };
}

function tableOf({ caption, columns, rows, note }: Table) {
  return {
    caption: forPdf(caption),
    columns: columns.map(({ title, align, weight = 1 }) => ({
      title: forPdf(title),
      right: align === "right",
      weight,
    })),
    rows: rows.map((row) => row.map(cellOf)),
    note: note === undefined ? null : forPdf(note),
  };
}

function cellOf(cell: Cell) {
  const { text, level = null, code = false } = typeof cell === "string" ? { text: cell } : cell;
  return { text: forPdf(tied(text)), level, code };
}
