// What CI systems show of a gate: GitHub's annotations and Markdown, JUnit XML.

import { describe, expect, it } from "vitest";
import { annotations, markdownText } from "../../bindings/record/formats/github.ts";
import { junit } from "../../bindings/record/formats/junit.ts";
import { xmlText } from "../../bindings/record/formats/xml.ts";
import { gate, STATES } from "../../bindings/record/gate.ts";
import { comparison, entry, gateResult, reading, record } from "./made-records.ts";

const annotation = (rest: Parameters<typeof comparison>[0]) =>
  annotations(gateResult([comparison({ state: "regressed", ...rest })]))[0];

describe("annotations", () => {
  it("are at most ten of a kind, each in one line", () => {
    const entries = Array.from({ length: 30 }, (_, i) =>
      entry({ model: `m${i}\n::error::x%`, energyUj: reading(i < 20 ? 120 : 104) }),
    );
    const base = entries.map((one) => ({ ...one, energyUj: reading(100) }));
    const lines = annotations(gate(record(entries), record(base)));
    expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith("::warning"))).toHaveLength(10);
    expect(lines[9]).toBe("::error::and 11 more: see the table of the gate");
    for (const line of lines) {
      expect(line).not.toMatch(/[\r\n]/);
      expect(line.match(/^::(error|warning)( title=[^:,]*)?::/)).not.toBeNull();
    }
    expect(lines[0]).toContain("100 → 120 (+20.0 %25)");
  });

  it("say how many more there are only where there are more", () => {
    const many = (n: number) =>
      annotations(gateResult(Array.from({ length: n }, () => comparison({ state: "missing" }))));
    expect(many(9)).toHaveLength(9);
    expect(many(10).slice(8)).toEqual([many(1)[0], "::error::and 1 more: see the table of the gate"]);
  });

  it("are errors where a gate fails, warnings where it may, and nothing else", () => {
    const levels = STATES.map((state) => [
      state,
      annotations(gateResult([comparison({ state })]))[0]?.split(" ")[0],
    ]);
    expect(Object.fromEntries(levels)).toEqual({
      regressed: "::error",
      missing: "::error",
      incomparable: "::error",
      undecided: "::warning",
      drifted: "::warning",
    });
  });

  it("have figure and state in the title, the values and why in the text", () => {
    expect(annotation({ baseline: 100, current: 110, change: 0.1, why: "+10 f32Add" })).toBe(
      "::error title=net/nrf52840/fp32/0 energyUj regressed::100 → 110 (+10.0 %25): +10 f32Add",
    );
    const accuracy = { quantity: "accuracy", baseline: 0.95, current: 0.9, change: -0.05 } as const;
    expect(annotation(accuracy)).toBe(
      "::error title=net/nrf52840/fp32/0 accuracy regressed::0.95 → 0.9 (-5.0 points)",
    );
    expect(annotation({ change: 0 })).toMatch(/::none → none \(\+0\.0 %25\)$/);
    expect(annotation({ current: 3 })).toMatch(/regressed::none → 3$/);
  });

  it("escape what would end a title or a line", () => {
    expect(annotation({ id: "a:b,c%d", why: "50 %\r\n::error::x" })).toBe(
      "::error title=a%3Ab%2Cc%25d energyUj regressed::none → none: 50 %25%0D%0A::error::x",
    );
  });
});

describe("Markdown", () => {
  it("is text that stays text", () => {
    expect(markdownText("a|b <img src=x> [l](http://x) @me `c` *d*")).toBe(
      "a\\|b &lt;img src=x&gt; \\[l\\]\\(http&#58;//x\\) &#64;me \\`c\\` \\*d\\*",
    );
    expect(markdownText("\\_{}#+!~$- &amp; a\nb")).toBe(
      "\\\\\\_\\{\\}\\#\\+\\!\\~\\$\\- &amp;amp; a\\\\u000ab",
    );
  });
});

describe("JUnit XML", () => {
  it("has a suite an entry, a case a figure, a failure where a gate fails", () => {
    const result = gateResult([
      comparison({
        state: "regressed",
        baseline: 100,
        current: 110,
        change: 0.1,
        changeMin: 0.08,
        changeMax: 0.1234,
        why: "a < b",
      }),
      comparison({
        state: "undecided",
        quantity: "latencyMs",
        baseline: 1,
        current: 2,
        change: 1,
        changeMin: 0,
      }),
      comparison({ state: "new", id: "b", current: 5 }),
      comparison({ state: "missing", id: "b", quantity: "flashKb", baseline: 0 }),
      comparison({ state: "incomparable", id: "b", quantity: "cycles" }),
      comparison({ state: "drifted", id: "b", quantity: "memoryKb" }),
    ]);
    const regressed =
      "regressed against v&lt;1&gt;: baseline 100, now 110, change 10.00 %, 90 % interval 8.00 % to 12.34 %; a &lt; b";
    const escaped = regressed.replaceAll("&lt;", "&#60;").replaceAll("&gt;", "&#62;");
    expect(junit(result, "v<1>").split("\n")).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="liquid-edge baseline check" tests="6" failures="3" errors="0" time="0">',
      '  <testsuite name="net/nrf52840/fp32/0" tests="2" failures="1" errors="0" skipped="1" time="0">',
      '    <testcase classname="net/nrf52840/fp32/0" name="energyUj" time="0">',
      `      <failure type="regressed" message="${escaped}">${escaped}</failure>`,
      "    </testcase>",
      '    <testcase classname="net/nrf52840/fp32/0" name="latencyMs" time="0">',
      '      <skipped message="undecided against v&#60;1&#62;: baseline 1, now 2, change 100.00 %"/>',
      "    </testcase>",
      "  </testsuite>",
      '  <testsuite name="b" tests="4" failures="2" errors="0" skipped="1" time="0">',
      '    <testcase classname="b" name="energyUj" time="0">',
      '      <skipped message="new against v&#60;1&#62;: baseline none, now 5"/>',
      "    </testcase>",
      '    <testcase classname="b" name="flashKb" time="0">',
      '      <failure type="missing" message="missing against v&#60;1&#62;: baseline 0, now none">missing against v&#60;1&#62;: baseline 0, now none</failure>',
      "    </testcase>",
      '    <testcase classname="b" name="cycles" time="0">',
      '      <failure type="incomparable" message="incomparable against v&#60;1&#62;: baseline none, now none">incomparable against v&#60;1&#62;: baseline none, now none</failure>',
      "    </testcase>",
      '    <testcase classname="b" name="memoryKb" time="0"/>',
      "  </testsuite>",
      "</testsuites>",
      "",
    ]);
  });

  it("counts all failures of many", () => {
    const many = Array.from({ length: 12 }, () =>
      comparison({ state: "undecided", changeMax: 1, change: 2 }),
    );
    expect(junit(gateResult(many), "v1").split("\n")[1]).toBe(
      '<testsuites name="liquid-edge baseline check" tests="12" failures="0" errors="0" time="0">',
    );
    expect(junit(gateResult(many), "v1")).not.toContain("interval");
  });

  it("escapes markup, line ends and what disguises a line", () => {
    expect(xmlText(`a&b<c>"d'\te\nf\r\u0085\u2028\u202e😀é`)).toBe(
      "a&#38;b&#60;c&#62;&#34;d&#39;&#9;e&#10;f&#13;&#133;&#8232;&#8238;😀é",
    );
  });

  it("has U+FFFD for each character that XML 1.0 forbids", () => {
    // XML 1.0, section 2.2: #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
    const isAllowed = (code: number) =>
      [9, 10, 13].includes(code) || (code >= 0x20 && code < 0xd800) || (code >= 0xe000 && code <= 0xfffd);
    for (let code = 0; code <= 0xffff; code++) {
      const text = xmlText(String.fromCharCode(code));
      if (text.includes("\ufffd") !== !(isAllowed(code) && code !== 0xfffd)) {
        expect.fail(`U+${code.toString(16)} became ${text}`);
      }
    }
  });
});
