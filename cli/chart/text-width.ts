// Widths of the letters of Helvetica in thousandths of the font size (Adobe's metrics of the 14 core PDF fonts), for
// the code points 32 to 126. Arial and the usual sans-serif fonts of Linux have the same widths or nearly so. Without
// them a layout would guess and legends and titles would be cut off or stand apart.

const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const OTHER = 600;
/** Helvetica Bold is wider by 6 % over English text. */
const BOLD = 1.06;

/** Width of a line of text in the units of `fontSize`. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const character of String(text)) thousandths += WIDTHS[character.codePointAt(0)! - 32] ?? OTHER;
  return (thousandths / 1000) * fontSize * (bold ? BOLD : 1);
}
