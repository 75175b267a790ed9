// A page's tokens as HTML.

import { Marked, type Token } from "marked";
import { escapeHtml, highlight, linkNames } from "./highlight.ts";
import type { Page } from "./markdown.ts";
import { REFERENCE } from "./pages.ts";

export interface Links {
  /** Where a link leads in the site. */
  resolve(href: string): string;
  /** Where the reference explains a public name; undefined when it is none. */
  symbol(name: string): string | undefined;
}

/** Characters of a cell that stay on one line: figures with their units. */
const SHORT = 12;

export function pageHtml(page: Page, links: Links): string {
  /** A link holds no other one. */
  let insideLink = false;
  const isReference = page.path.startsWith(REFERENCE);
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading(token) {
        const { depth, id, text } = page.headings.get(token as Token)!;
        const anchor =
          depth === 1
            ? ""
            : ` <a class="anchor" href="#${id}" aria-label="Link to ${escapeHtml(text)}">#</a>`;
        return `<h${depth} id="${id}">${this.parser.parseInline(token.tokens)}${anchor}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        insideLink = true;
        const inner = this.parser.parseInline(tokens);
        insideLink = false;
        return `<a href="${escapeHtml(links.resolve(href))}">${inner}</a>`;
      },
      image({ href, text }) {
        const url = escapeHtml(links.resolve(href));
        const image = `<img src="${url}" alt="${escapeHtml(text)}">`;
        // Where the page is narrow, its letters are legible alone.
        return insideLink ? image : `<a href="${url}">${image}</a>`;
      },
      code({ text, lang = "" }) {
        return `<pre tabindex="0"><code>${highlight(text, lang, links.symbol)}</code></pre>\n`;
      },
      codespan({ text }) {
        const code = escapeHtml(text);
        if (insideLink) return `<code>${code}</code>`;
        // In the reference a name alone is ours; elsewhere only one with a capital inside, as others may be words.
        const target = isReference || /^\w*[a-z][A-Z]\w*$/.test(text) ? links.symbol(text) : undefined;
        if (target !== undefined) return `<a href="${target}"><code>${code}</code></a>`;
        return `<code>${isReference ? linkNames(code, links.symbol) : code}</code>`;
      },
      table(token) {
        const cells = (row: typeof token.header, isHeader: boolean) =>
          row
            .map(({ tokens, align, text }) => {
              const classes = [align ?? "", text.length <= SHORT ? "short" : ""].filter(Boolean).join(" ");
              const attribute = classes === "" ? "" : ` class="${classes}"`;
              // A header without words, above the names of rows, heads nothing.
              const [start, end] = isHeader && text !== "" ? ['th scope="col"', "th"] : ["td", "td"];
              return `<${start}${attribute}>${this.parser.parseInline(tokens)}</${end}>`;
            })
            .join("");
        const rows = token.rows.map((row) => `<tr>${cells(row, false)}</tr>`).join("\n");
        return `<div class="scroll" tabindex="0"><table><thead><tr>${cells(token.header, true)}</tr></thead>\n<tbody>${rows}</tbody></table></div>\n`;
      },
    },
  });
  return marked.parser(page.tokens);
}
