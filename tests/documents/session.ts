// A page from top to bottom: one folder, in which each block finds what those above it have made.

import { Folder } from "./folder.ts";
import { type Block, type Page, withTexts } from "./markdown.ts";
import { ruleFor } from "./rules.ts";

export interface Session {
  /** Lines that say where the page is wrong, and why. */
  problems: string[];
  /** The page with the outputs of now. */
  current: string;
  /** Commands that were parsed alone, and why. */
  skipped: string[];
}

export async function visitPage(page: Page): Promise<Session> {
  const session: Session = { problems: [], current: page.text, skipped: [] };
  const current = new Map<Block, string>();
  const absent = new Set<string>();
  let printed: string | null = null;
  let skippedAbove = false;
  const folder = new Folder();
  try {
    await folder.init();
    for (const block of page.blocks) {
      const at = `${page.path}:${block.line}`;
      const rule = ruleFor(block);
      if (rule === null) {
        session.problems.push(`${at}: no rule for a block of ${block.language || "no language"}`);
        continue;
      }
      const answer = await rule({ block, page, folder, printed, skippedAbove, absent });
      session.problems.push(...(answer.problems ?? []).map((problem) => `${at}: ${problem}`));
      session.skipped.push(...(answer.skipped ?? []).map((what) => `${at}: ${what}`));
      if (answer.current !== undefined) current.set(block, answer.current);
      printed = answer.printed ?? null;
      skippedAbove = (answer.skipped ?? []).length > 0;
    }
  } finally {
    await folder.close();
  }
  session.current = withTexts(page, current);
  return session;
}
