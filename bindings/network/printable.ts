// Text that came from a file, a device or a command line, made fit to be shown: the one place that says what is not.

// Control characters, line separators, direction marks and lone surrogates: they break lines, drive a terminal or fool the reader.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const UNPRINTABLE_IN_LINES = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const MAX_LENGTH = 100;

/** `text` with every character that could break or disguise a line as `\uXXXX`, cut after `maxLength`, or twice that with escapes. */
export function oneLine(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  const escaped = cut.replace(UNPRINTABLE, asEscape);
  return escaped.length > 2 * maxLength + 1 ? `${escaped.slice(0, 2 * maxLength)}…` : escaped;
}

/** The same for a name or value that is quoted in a message, cut after 100 characters. */
export function printable(text: string): string {
  return oneLine(text, MAX_LENGTH);
}

/** `text` of several lines with every other character as `\uXXXX` that could drive a terminal or disguise a line. */
export function plainLines(text: string): string {
  return text.replace(UNPRINTABLE_IN_LINES, asEscape);
}

function asEscape(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}

/** A JSON value as a message shows it: `"abc"`, `-3`, `null`, `an array of 4`, `an object`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `"${printable(value)}"`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  return String(value);
}
