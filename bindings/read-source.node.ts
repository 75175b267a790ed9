import { LiquidEdgeError } from "./errors.ts";

/** Data, or where it lies: a URL, or a path when the host is Node. */
export type Source = Uint8Array | ArrayBuffer | Blob | URL | string;

/**
 * The bytes of a source and a name for it in messages. Paths and file: URLs need Node, whose file system is reached
 * without an import, so that bundlers for browsers find nothing to resolve.
 * @throws LiquidEdgeError `bad-file` when it cannot be read
 */
export async function readSource(
  source: Source,
  fallbackName: string,
): Promise<{ bytes: Uint8Array; name: string }> {
  if (source instanceof Uint8Array) return { bytes: source, name: fallbackName };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: fallbackName };
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    const name = "name" in source ? String(source.name) : fallbackName;
    return { bytes: new Uint8Array(await source.arrayBuffer()), name };
  }
  const name = String(source);
  const remote = source instanceof URL ? source.protocol !== "file:" : /^https?:/.test(source as string);
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  try {
    if (!remote && fs !== undefined) return { bytes: await fs.readFile(source as string | URL), name };
    const response = await fetch(source as string | URL);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return { bytes: new Uint8Array(await response.arrayBuffer()), name };
  } catch (cause) {
    throw new LiquidEdgeError("bad-file", `${name}: expected a readable file, found ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** Why reading failed, in a few words. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "none there";
    case "EACCES":
    case "EPERM":
      return "no permission to read it";
    case "EISDIR":
      return "a folder";
    default:
      return message;
  }
}
