// docs/reference/: every public name of the library with its signature and its doc comment, a page for each entry.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { entrySources, publicSymbols } from "../api.ts";
import { normalise, type PublicSymbol } from "../api-surface.ts";
import { readPage } from "./markdown.ts";
import { describedMembers, type Member } from "./members.ts";
import { asMarkdown, linkPages } from "./prose.ts";

const FOLDER = "docs/reference";

const PARTS: readonly (readonly [title: string, kinds: RegExp])[] = [
  ["Classes", /^(?:abstract )?class /],
  ["Functions and constants", /^(?:function|const|enum) /],
  ["Types", /^(?:interface|type) /],
];

/** The pages of the reference, by path. Reads the declarations that the build wrote. */
export async function apiReference(root: string): Promise<Map<string, string>> {
  const symbols = await publicSymbols();
  const pages = new Map<string, string>();
  for (const [entry, file] of await entrySources()) {
    const own = symbols
      .filter((symbol) => symbol.entry === entry)
      .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
    const source = await readFile(join(root, file), "utf8");
    pages.set(`${FOLDER}/${entry}.md`, page(entry, introduction(source), own, symbols));
  }
  return pages;
}

/** The comment at the top of an entry. */
function introduction(source: string): string {
  return /^(?:\/\/ .*\n)+/
    .exec(source)![0]
    .replace(/^\/\/ /gm, "")
    .trim();
}

function page(
  entry: string,
  text: string,
  own: readonly PublicSymbol[],
  all: readonly PublicSymbol[],
): string {
  const parts = PARTS.flatMap(([title, kinds]) => {
    const these = own.filter((symbol) => kinds.test(symbol.text));
    if (these.length === 0) return [];
    return [`## ${title}`, ...these.map((symbol) => section(symbol, all))];
  });
  const title = `# liquid-edge/${entry}`;
  const body = parts.join("\n\n");
  // Two names may differ in capitals alone: the page itself says which anchors they get.
  const { headings } = readPage(entry, `${title}\n\n${body}`);
  const anchors = new Map([...headings.values()].map(({ text: name, id }) => [name, id]));
  const names = own.map(({ name }) => `[${name}](#${anchors.get(name)})`).join(", ");
  return `${title}

${prose(text)}

${names}.

${
  entry === "vitest"
    ? "All of it is imported from `liquid-edge/vitest`."
    : `All of it can be imported from \`liquid-edge/${entry}\` and from \`liquid-edge\`.`
} This page is written by \`npm run docs\` from the comments in the code.

${body}
`;
}

function section(symbol: PublicSymbol, all: readonly PublicSymbol[]): string {
  const members = describedMembers(symbol, all);
  const overloads = symbol.declarations.map((declaration, i) =>
    [signature(declaration), ...comment(symbol.comments[i]!)].filter((part) => part !== "").join("\n\n"),
  );
  return [
    `### ${symbol.name}`,
    ...overloads,
    ...(members.length === 0 ? [] : [members.map(item).join("\n")]),
  ].join("\n\n");
}

/** Of a class or an interface its first line, where that says more than the name; of anything else all of it. */
function signature(declaration: string): string {
  if (!/^export (?:declare )?(?:abstract )?(class|interface) /.test(declaration))
    return code(declaration.replace(/^export (declare )?/, ""));
  const head = normalise(declaration.slice(0, declaration.indexOf("{\n")));
  return /^\w+ \w+$/.test(head) ? "" : code(head);
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

function item({ text, comment: words }: Member): string {
  const lines = comment(words).join("\n\n");
  const isShort = !text.includes("\n");
  const dash = isShort && !lines.startsWith("- ") ? " — " : "\n\n";
  const whole = `${isShort ? `\`${text}\`` : code(text)}${lines === "" ? "" : dash}${lines}`;
  return `- ${whole.replace(/\n(?=.)/g, "\n  ")}`;
}

/** The paragraphs of a doc comment: what it says, its parameters as a list, what it gives and what it throws. */
function comment(text: string): string[] {
  const [words = "", ...tags] = text.split(/(?:^|\s)@(?=(?:param|returns|throws) )/);
  const of = (name: string) =>
    tags.filter((tag) => tag.startsWith(`${name} `)).map((tag) => tag.slice(name.length + 1).trim());
  const parameters = of("param").map((tag) => tag.replace(/^(\w+)\s+/, "- `$1`: "));
  return [
    words.trim(),
    parameters.join("\n"),
    ...of("returns").map((tag) => `Returns ${tag}`),
    ...of("throws").map((tag) => `Throws ${tag.replace(/^\w+/, "`$&`")}`),
  ]
    .filter((part) => part !== "")
    .map(prose);
}

function prose(text: string): string {
  return linkPages(asMarkdown(text), FOLDER);
}
