// What a report says, before it is HTML or PDF: sections of blocks, words and figures alike for both.

import type { Chart } from "../chart/render-svg.ts";

export type Level = "good" | "doubtful" | "bad" | "quiet";

/** Text of a cell, and how it is meant. */
export type Cell = string | { text: string; level?: Level; code?: true };

export interface Column {
  title: string;
  align?: "right";
  /** Of the table's width, in relation to other columns; PDF only. Default 1. */
  weight?: number;
}

export interface Table {
  kind: "table";
  caption: string;
  columns: Column[];
  rows: Cell[][];
  /** Rows that were left out, and where they are. */
  note?: string;
}

export interface Figure {
  kind: "figure";
  chart: Chart;
  caption: string;
  /** The figure's numbers. */
  data: Table;
  /** Whether they are printed below it in the PDF; default: where they are few. */
  print?: boolean;
}

export type Block =
  | { kind: "text"; text: string }
  /** Something that is not there, and how to get it. */
  | { kind: "missing"; text: string; how: string }
  | { kind: "badge"; text: string; level: Level; detail: string }
  /** A few figures at a glance. */
  | { kind: "facts"; items: { label: string; value: string; unit: string; detail: string; level?: Level }[] }
  | { kind: "code"; lines: string[] }
  | Table
  | Figure;

export interface Section {
  id: string;
  title: string;
  /** What a reader comes here with. */
  question: string;
  /** One sentence that answers it, made from the data. */
  takeaway: string;
  blocks: Block[];
}

export interface Document {
  title: string;
  /** Name and version of this command. */
  tool: string;
  /** Below the title. */
  facts: string[];
  sections: Section[];
  /** The view model, as both files carry it. */
  json: string;
  /** Seconds since 1970. */
  createdAt: number;
}
