// A Markdown page, read: its title, headings with the anchors that repository hosts give them, links, and text by section.

import { Marked, type Token, type Tokens, type TokensList } from "marked";

export interface Heading {
  depth: number;
  /** Its anchor in the page. */
  id: string;
  text: string;
}

export interface Section {
  /** The heading above it; the page's title for what stands before all others. */
  heading: Heading;
  text: string;
}

export interface Page {
  /** From the root of the repository. */
  path: string;
  title: string;
  tokens: TokensList;
  headings: ReadonlyMap<Token, Heading>;
  /** Where links and pictures lead, as written. */
  links: readonly string[];
  sections: readonly Section[];
}

const marked = new Marked({ gfm: true });

/** Reads a page. Throws unless it starts with a heading of the first depth, its only one. */
export function readPage(path: string, text: string): Page {
  const tokens = marked.lexer(text);
  const headings = headingsOf(tokens);
  const all = [...headings.values()];
  const titles = all.filter(({ depth }) => depth === 1);
  if (titles.length !== 1 || all[0] !== titles[0])
    throw new Error(`${path}: expected one title, at the top, found ${titles.length}`);
  const links: string[] = [];
  marked.walkTokens(tokens, (token) => {
    if (token.type === "link" || token.type === "image") links.push(token.href);
    if (token.type === "html")
      for (const [, href] of token.text.matchAll(/\b(?:href|src)="([^"]*)"/g)) links.push(href!);
  });
  return { path, title: titles[0]!.text, tokens, headings, links, sections: sectionsOf(tokens, headings) };
}

function headingsOf(tokens: TokensList): Map<Token, Heading> {
  const headings = new Map<Token, Heading>();
  const taken = new Map<string, number>();
  for (const token of tokens) {
    if (token.type !== "heading") continue;
    const text = plainText(token);
    const base = anchorOf(text);
    const before = taken.get(base) ?? 0;
    taken.set(base, before + 1);
    headings.set(token, { depth: token.depth, id: before === 0 ? base : `${base}-${before}`, text });
  }
  return headings;
}

/** As repository hosts make it: small letters, digits, hyphens for spaces. */
function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

function sectionsOf(tokens: TokensList, headings: ReadonlyMap<Token, Heading>): Section[] {
  const sections: Section[] = [];
  for (const token of tokens) {
    const heading = headings.get(token);
    if (heading !== undefined) sections.push({ heading, text: "" });
    else if (sections.length > 0) sections.at(-1)!.text += `${plainText(token)} `;
  }
  return sections.map(({ heading, text }) => ({ heading, text: text.replace(/\s+/g, " ").trim() }));
}

/** What a reader sees of a token, without marks. */
function plainText(token: Token): string {
  if (token.type === "table") {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows]
      .flatMap((row) => row.map((cell) => cell.tokens.map(plainText).join("")))
      .join(" ");
  }
  if (token.type === "list") return (token as Tokens.List).items.map(plainText).join(" ");
  if (token.type === "html") return "";
  const inner = "tokens" in token ? token.tokens : undefined;
  if (inner !== undefined) return inner.map(plainText).join(token.type === "list_item" ? " " : "");
  return "text" in token ? token.text : token.type === "br" || token.type === "space" ? " " : "";
}
