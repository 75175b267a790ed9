// What a reader did with an input, and what is wrong with that.

import { LiquidEdgeError } from "../../bindings/errors.ts";
import { TooMuch } from "./allocation.ts";
import type { FuzzTarget } from "./engine.ts";

/** An invariant that does not hold. */
export class Broken extends Error {
  override readonly name = "Broken";
}

const MAX_MESSAGE = 2000;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

export interface Outcome {
  shape: string;
  accepted: boolean;
  finding: string | null;
}

export async function outcomeOf(target: FuzzTarget, input: Uint8Array): Promise<Outcome> {
  try {
    const reading = target.read(input);
    const shape = typeof reading === "string" ? reading : await reading;
    return { shape: `accepted: ${shape}`, accepted: true, finding: null };
  } catch (error) {
    const finding = complaintAbout(error, target);
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { shape: shapeOf(text), accepted: false, finding };
  }
}

/** What is wrong with an error, null when nothing is. */
function complaintAbout(
  error: unknown,
  { codes, source }: Pick<FuzzTarget, "codes" | "source">,
): string | null {
  if (error instanceof Broken) return `broken: ${error.message}`;
  if (error instanceof TooMuch)
    return `allocates too much: ${error.stack?.split("\n").slice(0, 6).join(" | ")}`;
  if (!(error instanceof LiquidEdgeError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    return `undocumented error: ${stack?.split("\n").slice(0, 5).join(" | ")}`;
  }
  const { code, message } = error;
  if (!codes.includes(code)) return `undocumented code ${code}: ${message}`;
  if (!message.includes(source)) return `a message that does not name the file: ${message}`;
  if (UNPRINTABLE.test(message)) return `a message with unprintable characters: ${JSON.stringify(message)}`;
  if (message.length > MAX_MESSAGE)
    return `a message of ${message.length} characters: ${message.slice(0, 200)}`;
  return null;
}

/** A message without what it quotes, counts and found. */
export function shapeOf(message: string): string {
  return message
    .replace(/, found .*$/s, "")
    .replace(/"[^"]*"/g, '""')
    .replace(/-?\d[\d.e+-]*/g, "#")
    .slice(0, 160);
}
