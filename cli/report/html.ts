// A report as one HTML file: nothing is loaded, nothing runs. Its policy allows the one style sheet by its hash and no script.

import { createHash } from "node:crypto";
import { xmlText } from "../../bindings/record/formats/xml.ts";
import { contentPolicy, headHtml } from "../../format/page.ts";
import type { Block, Cell, Column, Document, Section, Table } from "./document.ts";
import { STYLE } from "./html-style.ts";
import { tied } from "./words.ts";

/** Plots are drawn with letters of 11 and 12 pixels. */
const SCALE = 1.25;

/** `svgs`: the drawn figures, in the order of the document. */
export function htmlOf(document: Document, svgs: readonly string[]): string {
  const drawn = svgs.values();
  const sections = document.sections.map((section, i) => sectionHtml(section, i + 1, drawn));
  const style = createHash("sha256").update(STYLE).digest("base64");
  const head = headHtml({
    title: document.title,
    policy: contentPolicy({ style }),
    rest: `<style>${STYLE}</style>`,
  });
  const contents = document.sections.map(
    ({ id, title }, i) => `<li><a href="#${id}">${i + 1}. ${xmlText(title)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
${head}
<body>
<a class="skip" href="#verdict">To the verdict</a>
<header>
<h1>${xmlText(document.title)}</h1>
${document.facts.map((fact) => `<p>${xmlText(fact)}</p>`).join("\n")}
</header>
<div class="columns">
<nav aria-label="Sections"><ol>${contents.join("")}</ol></nav>
<main>
${sections.join("\n")}
</main>
</div>
<script type="application/json" id="data">${document.json.replaceAll("<", "\\u003c")}</script>
</body>
</html>
`;
}

function sectionHtml(section: Section, number: number, drawn: Iterator<string>): string {
  const { id, title, question, takeaway, blocks } = section;
  return `<section id="${id}" aria-labelledby="${id}-title">
<p class="question">${xmlText(question)}</p>
<h2 id="${id}-title">${number}. ${xmlText(title)}</h2>
<p class="takeaway">${xmlText(takeaway)}</p>
${blocks.map((block) => blockHtml(block, drawn)).join("\n")}
</section>`;
}

function blockHtml(block: Block, drawn: Iterator<string>): string {
  switch (block.kind) {
    case "text":
      return `<p>${xmlText(block.text)}</p>`;
    case "missing":
      return `<p class="missing">${xmlText(block.text)} <span>${xmlText(block.how)}</span></p>`;
    case "badge":
      return `<p class="verdict ${block.level}"><strong>${xmlText(block.text)}</strong> <span>${xmlText(block.detail)}</span></p>`;
    case "facts":
      return `<dl class="facts">${block.items
        .map(
          ({ label, value, unit, detail, level }) =>
            `<div><dt>${xmlText(label)}</dt><dd><b${level === undefined ? "" : ` class="${level}"`}>${xmlText(value)}</b> ${xmlText(unit)}<small>${xmlText(detail)}</small></dd></div>`,
        )
        .join("")}</dl>`;
    case "code":
      return `<pre tabindex="0"><code>${block.lines.map(xmlText).join("\n")}</code></pre>`;
    case "table":
      return tableHtml(block);
    case "figure":
      return `<figure>
<div class="plot" tabindex="0" role="group" aria-label="${xmlText(block.data.caption)}, plot">${enlarged(drawn.next().value)}</div>
<figcaption>${xmlText(block.caption)}</figcaption>
<details><summary>The figure's data</summary>${tableHtml(block.data)}</details>
</figure>`;
  }
}

/** All figures by one factor, so that their letters are of one size. */
function enlarged(svg: string): string {
  return svg.replace(
    / width="([\d.]+)" height="([\d.]+)"/,
    (_, width: string, height: string) =>
      ` width="${SCALE * Number(width)}" height="${SCALE * Number(height)}"`,
  );
}

function tableHtml({ caption, columns, rows, note }: Table): string {
  const head = columns.map(
    ({ title, align }) => `<th scope="col"${align ? ' class="number"' : ""}>${xmlText(title)}</th>`,
  );
  const body = rows.map((row) => `<tr>${row.map((cell, i) => cellHtml(cell, columns[i]!)).join("")}</tr>`);
  return `<div class="scroll" tabindex="0" role="group" aria-label="${xmlText(caption)}, table">
<table><caption>${xmlText(caption)}</caption><thead><tr>${head.join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>${
    note === undefined ? "" : `<p class="note">${xmlText(note)}</p>`
  }`;
}

function cellHtml(cell: Cell, { align }: Column): string {
  const { text, level, code } =
    typeof cell === "string" ? { text: cell, level: undefined, code: undefined } : cell;
  const classes = [...(align ? ["number"] : []), ...(level === undefined ? [] : [level])];
  const inside = code ? `<code>${xmlText(text)}</code>` : xmlText(tied(text));
  return `<td${classes.length === 0 ? "" : ` class="${classes.join(" ")}"`}>${inside}</td>`;
}
