// Text that a PDF can show: PDF/UA forbids letters without a glyph, and a long word would run out of its cell.

/** What both fonts of the PDF have between them: Latin, Greek, Cyrillic, and the signs that reports are written with. */
const KNOWN =
  /[\u0020-\u007e\u00a0-\u00ac\u00ae-\u017f\u0391-\u03a1\u03a3-\u03c9\u0410-\u044f\u0401\u0451‐-―‘’“”•…′″‰€™←↑→↓−√∞≈≠≤≥]/u;
const MOST_LETTERS = 14;

/**
 * `text` with what no font has as \u{…}, and, unless `breaks` is false, with places where a long word may go on in the next
 * line.
 */
export function forPdf(text: string, breaks = true): string {
  const known = Array.from(text, (letter) =>
    KNOWN.test(letter) || letter === "\n" ? letter : `\\u{${letter.codePointAt(0)!.toString(16)}}`,
  ).join("");
  return breaks ? known.replace(/\S{15,}/gu, withBreaks) : known;
}

const ZERO_WIDTH_SPACE = "\u200b";

function withBreaks(word: string): string {
  return word
    .replace(/([/._,:=-])(?=[^/._,:=-])/g, `$1${ZERO_WIDTH_SPACE}`)
    .split(ZERO_WIDTH_SPACE)
    .map((part) => part.match(new RegExp(`.{1,${MOST_LETTERS}}`, "gu"))?.join(ZERO_WIDTH_SPACE) ?? part)
    .join(ZERO_WIDTH_SPACE);
}
