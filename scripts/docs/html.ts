// A page's tokens as HTML.

import { Marked, type Token } from "marked";
import { escapeHtml, highlight, withLinks } from "./highlight.ts";
import type { Page } from "./markdown.ts";
import { REFERENCE } from "./pages.ts";

export interface Links {
  /** Where a link leads in the site. */
  resolve(href: string): string;
  /** Where the reference explains a public name; undefined when it is none. */
  symbol(name: string): string | undefined;
}

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
        return `<img src="${escapeHtml(links.resolve(href))}" alt="${escapeHtml(text)}">`;
      },
      code({ text, lang = "" }) {
        return `<pre tabindex="0"><code>${highlight(text, lang, links.symbol)}</code></pre>\n`;
      },
      codespan({ text }) {
        const code = escapeHtml(text);
        if (insideLink) return `<code>${code}</code>`;
        if (isReference) return `<code>${withLinks(code, links.symbol)}</code>`;
        // Names with a capital inside are ours; others may be words.
        const target = /^\w*[a-z][A-Z]\w*$/.test(text) ? links.symbol(text) : undefined;
        return target === undefined ? `<code>${code}</code>` : `<a href="${target}"><code>${code}</code></a>`;
      },
      table(token) {
        const cells = (row: typeof token.header, name: "th" | "td") =>
          row
            .map(({ tokens, align }) => {
              const aligned = align === null ? "" : ` class="${align}"`;
              const scope = name === "th" ? ' scope="col"' : "";
              return `<${name}${scope}${aligned}>${this.parser.parseInline(tokens)}</${name}>`;
            })
            .join("");
        const rows = token.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
        return `<div class="scroll" tabindex="0"><table><thead><tr>${cells(token.header, "th")}</tr></thead>\n<tbody>${rows}</tbody></table></div>\n`;
      },
    },
  });
  return marked.parser(page.tokens);
}
