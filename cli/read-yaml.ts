// YAML from the files that a command line names; JSON is YAML too.

import { complain, type ErrorCode, LiquidEdgeError } from "../bindings/errors.ts";
import { expectAtMost, MAX_YAML_BYTES } from "../bindings/limits.ts";
import { printable } from "../bindings/network/printable.ts";
import type { Io } from "./io.ts";
import { decodeText, fileName } from "./read-text.ts";

let library: Promise<typeof import("yaml")> | undefined;

/** The value of a YAML or JSON file; `code` is that of the complaint when it is none. */
export async function readYaml(io: Io, path: string, code: ErrorCode): Promise<unknown> {
  return parseYaml(await io.readFile(path), fileName(path), code);
}

/** The value of a YAML or JSON text of at most 1 MiB. */
export async function parseYaml(bytes: Uint8Array, source: string, code: ErrorCode): Promise<unknown> {
  expectAtMost(MAX_YAML_BYTES, bytes.length, source, code);
  const text = decodeText(bytes, source, code);
  library ??= import("yaml");
  const { parseDocument } = await library;
  const wrong = (reason: string) => complain(code, source, { expected: "YAML", found: printable(reason) });
  try {
    const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true, logLevel: "error" });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw wrong(problem.message.split("\n")[0]!.replace(/:$/, ""));
    // Anchors may repeat a part, but a small file must not unfold into one that fills the memory.
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof LiquidEdgeError) throw error;
    // What is nested too deeply exhausts the stack of the parser.
    throw wrong(
      /call stack/.test((error as Error).message)
        ? "too many parts inside each other"
        : (error as Error).message,
    );
  }
}
