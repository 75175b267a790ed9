// What a page's Markdown becomes: anchors, links to the reference, code in colours, tables.

import { describe, expect, it } from "vitest";
import { pageHtml } from "../../scripts/docs/html.ts";
import { readPage } from "../../scripts/docs/markdown.ts";

const SYMBOLS: Record<string, string> = {
  EnergySimulator: "r.html#e",
  Board: "r.html#b",
  compile: "r.html#c",
};

function html(markdown: string, path = "docs/a.md"): string {
  return pageHtml(readPage(path, `# A\n\n${markdown}\n`), {
    resolve: (href) => `to/${href}`,
    symbol: (name) => SYMBOLS[name],
  });
}

describe("a page", () => {
  it("gives every heading the anchor that repository hosts give it", () => {
    expect(html("## The answer of `estimate --json`, 50 % & µs\n\n## Re-run\n\n## Re-run")).toMatch(
      /id="the-answer-of-estimate---json-50---µs".*href="#the-answer-of-estimate---json-50---µs"[\s\S]*id="re-run"[\s\S]*id="re-run-1"/,
    );
  });

  it("has one title, at the top", () => {
    for (const text of ["## B\n\n# A\n", "# A\n\n# B\n", "text\n"])
      expect(() => readPage("docs/a.md", text)).toThrow("docs/a.md: expected one title, at the top");
  });

  it("leads from names with a capital inside to the reference, and leaves words alone", () => {
    expect(html("`EnergySimulator` `Board` `compile` `Unknown`")).toContain(
      '<a href="r.html#e"><code>EnergySimulator</code></a> <code>Board</code> <code>compile</code> <code>Unknown</code>',
    );
  });

  it("leads from every name in the reference itself", () => {
    expect(html("`compile` `on(board: Board): void`", "docs/reference/core.md")).toContain(
      '<a href="r.html#c"><code>compile</code></a> <code>on(board: <a href="r.html#b">Board</a>): void</code>',
    );
  });

  it("puts no link into a link", () => {
    expect(html("[`EnergySimulator` here](b.md)")).toContain(
      '<a href="to/b.md"><code>EnergySimulator</code> here</a>',
    );
    expect(html("[![p](p.svg)](b.md)")).toContain('<a href="to/b.md"><img src="to/p.svg" alt="p"></a>');
    expect(html("![p](p.svg)")).toContain('<a href="to/p.svg"><img src="to/p.svg" alt="p"></a>');
  });

  it("links names in TypeScript, but none in strings, comments and members", () => {
    const code = html('```ts\n// Board\nconst b: Board = x.Board("Board"); // <Board>\n```');
    expect(code.match(/<a href="r\.html#b">Board<\/a>/g)).toHaveLength(1);
    expect(code).toContain("&lt;Board&gt;");
  });

  it("tells what is typed from what is answered, and shows both as they are", () => {
    expect(html("```console\n$ liquid-edge x <a>\n<b> & $ c\n```")).toContain(
      "<b>$ liquid-edge x &lt;a&gt;</b>\n&lt;b&gt; &amp; $ c",
    );
    expect(html("```text\n<b>\n```")).toContain("<code>&lt;b&gt;</code>");
  });

  it("keeps figures in tables on one line and columns where they stand", () => {
    expect(html("| a | b |\n| --- | ---: |\n| a long text in a cell | −29 % |")).toContain(
      '<td>a long text in a cell</td><td class="right short">−29 %</td>',
    );
    expect(html("| | b |\n| --- | --- |\n| 1 | 2 |")).toContain(
      '<tr><td class="short"></td><th scope="col" class="short">b</th></tr>',
    );
  });
});
