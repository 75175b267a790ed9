// Recognises a file by its contents and describes it.

import { parseBoardFile } from "../../../bindings/board/load.ts";
import { complain } from "../../../bindings/errors.ts";
import { describeValue, printable } from "../../../bindings/network/printable.ts";
import { parseJson } from "../../../bindings/parse-json.ts";
import type { Io } from "../../io.ts";
import { decodeText, fileName } from "../../read-text.ts";
import { boardPage } from "../board-page.ts";
import { type Finding, isObject } from "./finding.ts";
import { inspectConfiguration, inspectInput, inspectProfile } from "./json.ts";
import { inspectWeights } from "./weights.ts";

/** Describes the file. Throws as the readers of its kind do when it is not as it should be. */
export async function inspectFile(io: Io, path: string, config: string | undefined): Promise<Finding> {
  const data = await io.readFile(path);
  const name = fileName(path);
  if (!looksLikeJson(data)) return inspectWeights(io, data, name, config);
  const text = decodeText(data, name, "bad-file");
  const value = parseJson(text, name, "bad-file");
  const base = { file: name, bytes: data.length };
  if (!isObject(value)) {
    throw complain("bad-file", name, { expected: "a JSON object", found: describeValue(value) });
  }
  if ("operatingPoints" in value) {
    const board = await parseBoardFile(text, name);
    return {
      json: { ...base, kind: "board", board },
      text: (colour) => `${name}: board file\n\n${boardPage(board, colour)}`,
    };
  }
  if ("classes" in value || "macs" in value) return inspectProfile(value, base);
  if ("class" in value) return inspectConfiguration(value, base);
  if ("input" in value) return inspectInput(value, base);
  throw complain("bad-file", name, {
    expected: 'a network, a board, an operation profile, a configuration ("class") or an input ("input")',
    found: `an object with ${Object.keys(value).slice(0, 5).map(printable).join(", ") || "no fields"}`,
  });
}

/** Safetensors files begin with a length, whose high bytes are 0; JSON begins with a brace behind white space. */
function looksLikeJson(data: Uint8Array): boolean {
  const first = data.find((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte));
  const isPadded = data.length >= 8 && data.subarray(4, 8).every((byte) => byte === 0);
  return !isPadded && (first === 0x7b || first === 0x5b);
}
