import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wantsColour } from "../../cli/io.ts";
import { bytes, digits, exact, paragraph, percent, table } from "../../cli/text.ts";

describe("digits", () => {
  it("is within half a unit of its third digit", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1e18, noNaN: true }), (value) => {
        const read = Number(digits(value).replaceAll(",", ""));
        expect(Math.abs(read - value) / value).toBeLessThanOrEqual(0.005);
      }),
    );
  });

  it.each([
    [0, "0"],
    [0.0123456, "0.0123"],
    [9.999, "10.0"],
    [85.25, "85.3"],
    [999.6, "1,000"],
    [20_312, "20,300"],
    [1_234_567, "1,230,000"],
    [0.000012345, "1.23e-5"],
  ])("writes %d as %s", (value, text) => {
    expect(digits(value)).toBe(text);
  });
});

describe("units", () => {
  it.each([
    [9999, "9,999 B"],
    [65_536, "64 kB"],
    [17_203, "16.8 kB"],
    [2_097_152, "2,048 kB"],
  ])("writes %d bytes as %s", (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it.each([
    [0, "0 %"],
    [0.0004, "<0.1 %"],
    [0.014, "1.4 %"],
    [0.0996, "10 %"],
    [3.867, "387 %"],
  ])("writes a share of %d as %s", (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it("writes given numbers without zeros that say nothing", () => {
    expect([64, 3.3, 1 / 3, 12_000].map(exact)).toEqual(["64", "3.3", "0.333333", "12,000"]);
  });
});

describe("table", () => {
  const columns = [{ title: "name" }, { title: "n", align: "right" as const }];

  it("aligns columns by their widest cell", () => {
    expect(
      table(columns, [
        ["a", "1"],
        ["long name", "1,000"],
      ]),
    ).toBe(["name           n", "a              1", "long name  1,000"].join("\n"));
  });

  it("is as wide with colours as without", () => {
    const rows = [[{ text: "a", style: "red" as const }, "1"]];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the codes that set colours
    expect(table(columns, rows, true).replace(/\u001b\[\d+m/g, "")).toBe(table(columns, rows));
  });
});

describe("paragraph", () => {
  it("breaks between words, keeps them all, and indents what follows", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1 }), (words) => {
        const lines = paragraph(`  ${words.join(" ")}`).split("\n");
        expect(lines.join(" ").split(/ +/).filter(Boolean)).toEqual(words);
        for (const [i, line] of lines.entries()) {
          expect(line.length).toBeLessThanOrEqual(110);
          expect(line).toMatch(i === 0 ? /^ {2}\S/ : /^ {4}\S/);
        }
      }),
    );
  });
});

describe("colours", () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{}, undefined, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ])("with %o on a terminal (%s) are wanted: %s", (env, isTty, wanted) => {
    expect(wantsColour(env, isTty)).toBe(wanted);
  });
});
