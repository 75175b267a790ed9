// What is being written stands beside its place under a name of its own, a draft. A process that is asked to end takes it along; only
// one that is killed leaves it.

import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Drafts of this process. */
const drafts = new Set<string>();

/**
 * Runs `write`, which makes the file or folder `draft` and gives it its name. What is left of the draft when that fails is removed,
 * and when a signal ends the process meanwhile.
 */
export async function withDraft(draft: string, write: () => Promise<void>): Promise<void> {
  if (drafts.size === 0) {
    // A command that ends in good order at Ctrl-C writes what it has.
    const unheard = SIGNALS.filter((signal) => process.listenerCount(signal) === 0);
    for (const signal of unheard) process.on(signal, endWithoutDrafts);
  }
  drafts.add(draft);
  try {
    await write();
  } catch (cause) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    throw cause;
  } finally {
    drafts.delete(draft);
    if (drafts.size === 0) for (const signal of SIGNALS) process.off(signal, endWithoutDrafts);
  }
}

function endWithoutDrafts(signal: NodeJS.Signals): void {
  for (const draft of drafts) rmSync(draft, { recursive: true, force: true });
  // Nobody listens any more: the process ends as if nobody ever had.
  process.off(signal, endWithoutDrafts);
  process.kill(process.pid, signal);
}
