// Text that a PDF can show: PDF/UA forbids letters without a glyph, and a long word would run out of its cell.

/** What both fonts of the PDF have between them: Latin, Greek, Cyrillic, and the signs that reports are written with. */
const KNOWN =
  /[\u0020-\u007e\u00a0-\u00ac\u00ae-\u017f\u0391-\u03a1\u03a3-\u03c9\u0410-\u044f\u0401\u0451‐-―‘’“”•…′″‰€™←↑→↓−√∞≈≠≤≥]/u;
/** Letters that fit into the narrowest column of a table. */
const WORD_LETTERS = 14;
const ZERO_WIDTH_SPACE = "\u200b";

/**
 * `text` with what no font has as \u{…}, and with places where a word of more than `most` letters may go on in the next line.
 */
export function forPdf(text: string, most = WORD_LETTERS): string {
  const known = Array.from(text, (letter) =>
    KNOWN.test(letter) || letter === "\n" ? letter : `\\u{${letter.codePointAt(0)!.toString(16)}}`,
  ).join("");
  return known.replace(/\S{15,}/gu, (word) => (word.length > most ? broken(word, most) : word));
}

function broken(word: string, most: number): string {
  return word
    .split(/(?<=[/._,:=-])(?=[^/._,:=-])/)
    .flatMap((part) => part.match(new RegExp(`.{1,${most}}`, "gu")) ?? [])
    .join(ZERO_WIDTH_SPACE);
}
