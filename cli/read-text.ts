// Text and JSON from the files that a command line names.

import { complain, type ErrorCode, LiquidEdgeError } from "../bindings/errors.ts";
import { printable } from "../bindings/network/printable.ts";
import { parseJson } from "../bindings/parse-json.ts";
import type { Io } from "./io.ts";

/** How messages and tables call a file. */
export function fileName(path: string): string {
  return path === "-" ? "standard input" : printable(path);
}

/** The parsed JSON of a file; `code` is that of the complaint when it is none. */
export async function readJson(io: Io, path: string, code: ErrorCode): Promise<unknown> {
  return parseJson(await readText(io, path, code), fileName(path), code);
}

/** The text of a file in UTF-8. */
export async function readText(io: Io, path: string, code: ErrorCode): Promise<string> {
  return decodeText(await io.readFile(path), fileName(path), code);
}

export function decodeText(bytes: Uint8Array, source: string, code: ErrorCode): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw complain(code, source, { expected: "text in UTF-8", found: "bytes that are not" });
  }
}

/** `io` that says what to do, where a file that `isMeant` is not there. */
export function hinted(io: Io, isMeant: (path: string) => boolean, hint: string): Io {
  return {
    ...io,
    async readFile(path) {
      try {
        return await io.readFile(path);
      } catch (error) {
        const { code, message, cause } = error as LiquidEdgeError;
        if (!isMeant(path) || (cause as NodeJS.ErrnoException | undefined)?.code !== "ENOENT") throw error;
        throw new LiquidEdgeError(code, `${message} (${hint})`, { cause });
      }
    },
  };
}
