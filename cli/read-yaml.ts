// YAML from the files that a command line names; JSON is YAML too.

import { complain, type ErrorCode } from "../bindings/errors.ts";
import { printable } from "../bindings/network/printable.ts";
import type { Io } from "./io.ts";
import { fileName, readText } from "./read-text.ts";

/** The value of a YAML or JSON file; `code` is that of the complaint when it is none. */
export async function readYaml(io: Io, path: string, code: ErrorCode): Promise<unknown> {
  const [text, { parseDocument }] = await Promise.all([readText(io, path, code), import("yaml")]);
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const reason = problem.message.split("\n")[0]!.replace(/:$/, "");
    throw complain(code, fileName(path), { expected: "YAML", found: printable(reason) });
  }
  try {
    // Anchors may repeat a part, but a small file must not unfold into one that fills the memory.
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw complain(code, fileName(path), { expected: "YAML", found: printable((error as Error).message) });
  }
}
