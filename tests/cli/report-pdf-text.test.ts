// What the PDF lets through has a glyph: PDF/UA, which Typst checks letter by letter, forbids anything else.

import { expect, it } from "vitest";
import type { Document } from "../../cli/report/document.ts";
import { pdfOf } from "../../cli/report/pdf.ts";
import { forPdf } from "../../cli/report/pdf-text.ts";

const documentOf = (texts: readonly string[]): Document => ({
  title: "letters",
  tool: "test",
  facts: [],
  sections: [
    {
      id: "letters",
      title: "Letters",
      question: "",
      takeaway: "",
      blocks: [
        { kind: "code", lines: [...texts] },
        {
          kind: "table",
          caption: "letters",
          columns: [{ title: "plain" }, { title: "code" }],
          rows: texts.map((text) => [text, { text, code: true }]),
        },
      ],
    },
  ],
  json: "{}",
  createdAt: 0,
});

it("has a glyph in both fonts for every letter that is not escaped", async () => {
  const letters = Array.from({ length: 0x3000 }, (_, i) => String.fromCodePoint(i)).filter(
    (letter) => !forPdf(letter).includes("\\u{") && letter !== "\n",
  );
  expect(letters.length).toBeGreaterThan(400);
  for (const needed of "µ–−→≥≤…·×°±éßΩЖ№".replace("№", "")) expect(letters).toContain(needed);
  const lines = letters
    .map((_, i) => (i % 40 === 0 ? letters.slice(i, i + 40).join(" ") : ""))
    .filter(Boolean);
  expect((await pdfOf(documentOf(lines), [])).byteLength).toBeGreaterThan(1000);
});

it("escapes the others", () => {
  const escaped = forPdf("a中b\u{1f600}\u202e\u0007").replaceAll("\u200b", "");
  expect(escaped).toBe("a\\u{4e2d}b\\u{1f600}\\u{202e}\\u{7}");
});

it("breaks long words and leaves commands whole", () => {
  const word = "x".repeat(100);
  expect(
    forPdf(word)
      .split("\u200b")
      .every((part) => part.length <= 14),
  ).toBe(true);
  expect(forPdf(word).replaceAll("\u200b", "")).toBe(word);
  expect(forPdf("cfc-default-32/nrf52840/fp32/0").replaceAll("\u200b", "|")).toBe(
    "cfc-|default-|32/|nrf52840/|fp32/|0",
  );
  const command = "liquid-edge report baselines/suite.yaml --baseline-version v0.1.0";
  expect(forPdf(command, 90)).toBe(command);
});
