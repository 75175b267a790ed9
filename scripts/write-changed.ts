import { readFile, writeFile } from "node:fs/promises";

/** Writes a file unless that is its content already: watchers then run no test whose inputs are what they were. */
export async function writeChanged(path: string, contents: string | Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => null);
  if (old === null || !old.equals(Buffer.from(contents))) await writeFile(path, contents);
}
