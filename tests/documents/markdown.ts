// The Markdown pages of the repository, and what of them a machine can check: fenced blocks, and commands in running text.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../cli/run-cli.ts";

export interface Block {
  /** Path of its page from the root of the repository. */
  page: string;
  /** Of the opening fence, from 1. */
  line: number;
  /** First word behind the fence; "" where there is none. */
  language: string;
  /** Without the fences and their indentation; ends in a line feed. */
  text: string;
  /** Of the fences, in a list. */
  indent: string;
  /** The paragraph above it, "" where a heading or another block stands there. */
  lead: string;
  /** Whether nothing stands between it and the block before. */
  adjoins: boolean;
}

export interface Page {
  path: string;
  text: string;
  blocks: Block[];
  /** `code` in running text, on one line each. */
  spans: { line: number; text: string }[];
  /** What stands outside of blocks. */
  prose: string;
}

/** Every page that git knows or would take. */
export function pagePaths(): string[] {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
  return execFileSync("git", list, { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "" && existsSync(join(ROOT, path)))
    .sort();
}

export function readPage(path: string): Page {
  return parsePage(path, readFileSync(join(ROOT, path), "utf8"));
}

/** Throws where a fence is not closed. */
export function parsePage(path: string, text: string): Page {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  const prose = [...lines];
  let end = -1;
  for (let i = 0; i < lines.length; i++) {
    // An item of a list may begin with it.
    const [, before, fence, info] = /^( *(?:[-*] |\d+\. )?)(`{3,})(.*)$/.exec(lines[i]!) ?? [];
    if (before === undefined || fence === undefined) continue;
    const indent = " ".repeat(before.length);
    const close = lines.findIndex((line, at) => at > i && line.trim() === fence);
    if (close < 0) throw new Error(`${path}:${i + 1}: the block has no end`);
    const above = lines.slice(end + 1, i);
    blocks.push({
      page: path,
      line: i + 1,
      language: info!.trim().split(" ")[0]!,
      text: lines
        .slice(i + 1, close)
        .map((line) => `${line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()}\n`)
        .join(""),
      indent,
      lead: paragraphAtEnd(above),
      adjoins: end >= 0 && above.every((line) => line.trim() === ""),
    });
    for (let at = i; at <= close; at++) prose[at] = "";
    end = close;
    i = close;
  }
  return { path, text, blocks, spans: spansOf(prose.join("\n")), prose: prose.join("\n") };
}

/** The page with other texts in some of its blocks. */
export function withTexts({ text, blocks }: Page, current: ReadonlyMap<Block, string>): string {
  const lines = text.split("\n");
  for (const block of [...blocks].reverse()) {
    const content = current.get(block);
    if (content === undefined) continue;
    const body = content.replace(/\n$/, "").split("\n");
    const length = block.text.split("\n").length - 1;
    lines.splice(block.line, length, ...body.map((line) => (line === "" ? "" : block.indent + line)));
  }
  return lines.join("\n");
}

const ENDINGS: Record<string, string> = {
  json: "json",
  yaml: "ya?ml",
  python: "py",
  ts: "m?ts",
  js: "m?js",
  c: "c",
  html: "html",
};

/** The file that a block is: by a comment in its first line, or the last one that the paragraph above names in `code`. */
export function fileNamedBy({ lead, language, text }: Block): string | null {
  const ending = ENDINGS[language];
  if (ending === undefined) return null;
  const [, first] = new RegExp(`^(?:#|//) ([\\w./-]+\\.${ending})\n`).exec(text) ?? [];
  if (first !== undefined) return first;
  const spans = [...lead.matchAll(/`[^`]+`/g)];
  return (
    spans.flatMap(([span]) => span.match(new RegExp(`[\\w./-]+\\.${ending}\\b`, "g")) ?? []).at(-1) ?? null
  );
}

function paragraphAtEnd(lines: string[]): string {
  const text = lines.join("\n").trimEnd();
  const paragraph = text.slice(text.lastIndexOf("\n\n") + 1).trim();
  return paragraph.startsWith("#") ? "" : paragraph.replaceAll(/\s+/g, " ");
}

function spansOf(prose: string): Page["spans"] {
  return [...prose.matchAll(/(?<!`)(`+)(?!`)((?:(?!\n\n)[\s\S])*?[^`])\1(?!`)/g)].map((match) => ({
    line: prose.slice(0, match.index).split("\n").length,
    text: match[2]!.replaceAll(/\s+/g, " ").trim(),
  }));
}
