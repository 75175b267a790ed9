// A folder of files: all of them, or none.

import { mkdtemp, readdir, rename, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { complain } from "../bindings/errors.ts";
import { printable } from "../bindings/network/printable.ts";
import { withDraft, writeSynced } from "./drafts.ts";
import { reasonOf, writeReasonOf } from "./io.ts";

/**
 * Writes the files into a folder beside it first. One that is not empty is refused; with `force` files of the same name are
 * replaced there, and others stay. Throws `bad-file`.
 */
export async function writeFolder(
  path: string,
  files: ReadonlyMap<string, string>,
  { force = false } = {},
): Promise<void> {
  const folder = resolve(path);
  const present = await entriesOf(folder, path);
  if (present !== null && present.length > 0 && !force) {
    throw complain("bad-file", printable(path), {
      expected: "a folder that is empty or does not exist",
      found: `one with ${present.length === 1 ? "a file" : `${present.length} files`}`,
      hint: "--force replaces files of the same name",
    });
  }
  try {
    const draft = await mkdtemp(join(dirname(folder), ".liquid-edge-"));
    await withDraft(draft, async () => {
      for (const [name, content] of files) await writeSynced(join(draft, name), content);
      if (present !== null && present.length > 0) {
        for (const name of files.keys()) await rename(join(draft, name), join(folder, name));
        await rmdir(draft);
        return;
      }
      if (present !== null) await rmdir(folder);
      await rename(draft, folder);
    });
  } catch (cause) {
    throw complain("bad-file", printable(path), {
      expected: "a folder that can be written",
      found: writeReasonOf(cause),
    });
  }
}

/** Names in a folder, null when there is none. */
async function entriesOf(folder: string, path: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw complain("bad-file", printable(path), { expected: "a folder", found: reasonOf(cause) });
  }
}
