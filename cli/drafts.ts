// What is being written stands beside its place under a name of its own, a draft. A process that is asked to end takes it along; one that
// is killed leaves it, and so do threads, which hear no signal.

import { rmSync } from "node:fs";
import { open, rm } from "node:fs/promises";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Drafts that are there. */
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

/** Writes a new file and waits for the disk: the content must be on it before the name is, or a power cut leaves an empty file. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function endWithoutDrafts(signal: NodeJS.Signals): void {
  for (const draft of drafts) rmSync(draft, { recursive: true, force: true });
  // Nobody listens any more: the process ends as if nobody ever had.
  process.off(signal, endWithoutDrafts);
  process.kill(process.pid, signal);
}
