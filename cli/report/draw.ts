// The drawn figures of a document, in its order.

import { renderSvg } from "../chart/render-svg.ts";
import type { Block, Document, Figure } from "./document.ts";

/** DejaVu Sans, which stands in for Helvetica on many a Linux, is that much wider. */
const TEXT_MARGIN = 1.12;

export async function drawFigures({ sections }: Document): Promise<string[]> {
  const svgs: string[] = [];
  for (const { chart } of figuresOf(sections.flatMap(({ blocks }) => blocks)))
    svgs.push(await renderSvg(chart, { embedded: true, textMargin: TEXT_MARGIN }));
  return svgs;
}

export function figuresOf(blocks: readonly Block[]): Figure[] {
  return blocks.filter((block) => block.kind === "figure");
}
