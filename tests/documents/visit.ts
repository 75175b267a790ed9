// What a rule is given, and what it answers.

import type { Folder } from "./folder.ts";
import type { Block, Page } from "./markdown.ts";

export interface Visit {
  block: Block;
  page: Page;
  folder: Folder;
  /** What the block above printed, null where it ran nothing. */
  printed: string | null;
  /** Whether the block above would have run on another machine. */
  skippedAbove: boolean;
  /** Files that commands further up would have written, had they run. */
  absent: Set<string>;
}

export interface Answer {
  /** Lines that say what is wrong. */
  problems?: string[];
  /** The text that the block should have. */
  current?: string;
  /** What it printed. */
  printed?: string;
  /** Why something was not run. */
  skipped?: string[];
}

export type Rule = (visit: Visit) => Answer | Promise<Answer>;
