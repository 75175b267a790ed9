// Where the files of a data set lie, and their text.

import { complain } from "../errors.ts";
import { inflate } from "../inflate.ts";
import { expectAtMost, MAX_CSV_BYTES } from "../limits.ts";
import { readSource, type Source } from "../read-source.node.ts";

/** The address of a folder (in Node a path), or a function that gets a file of it. */
export type DataFolder = string | URL | ((file: string) => Source | Promise<Source>);

/**
 * The text of a file, unpacked if it is gzip.
 * @throws LiquidEdgeError `bad-file`
 */
export async function readDataFile(
  folder: DataFolder,
  file: string,
): Promise<{ text: string; source: string }> {
  const source = typeof folder === "function" ? await folder(file) : join(folder, file);
  return readDataText(source, file);
}

/** The same for a file by itself; `fallbackName` is what messages call it when the source has no name. */
export async function readDataText(
  source: Source,
  fallbackName: string,
): Promise<{ text: string; source: string }> {
  const { bytes, name } = await readSource(source, fallbackName);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = isGzip ? await inflate(bytes, "gzip", name) : bytes;
  expectAtMost(MAX_CSV_BYTES, plain.length, name);
  try {
    // A byte-order mark goes.
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(plain), source: name };
  } catch {
    throw complain("bad-file", name, { expected: "text in UTF-8", found: "bytes that are not" });
  }
}

function join(folder: string | URL, file: string): string | URL {
  if (folder instanceof URL) return new URL(file, folder.href.endsWith("/") ? folder : `${folder.href}/`);
  return `${folder.replace(/\/+$/, "")}/${file}`;
}
