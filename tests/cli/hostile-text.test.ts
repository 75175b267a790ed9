// Names and words of strangers in every place where they are shown: nothing that reaches a terminal, a log of a workflow or a
// document drives it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFrame, FrameReader } from "../../bindings/device/frame.ts";
import { parseHello } from "../../bindings/device/hello.ts";
import { PROTOCOL_VERSION } from "../../bindings/device/protocol.ts";
import { writeSafetensors } from "../../bindings/network/safetensors.ts";
import { buildWiring } from "../../bindings/network/wiring.ts";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { xmlText } from "../../bindings/record/formats/xml.ts";
import { graphOf } from "../../cli/actions/wiring-graph.ts";
import { drawWiring } from "../../cli/actions/wiring-svg.ts";
import { renderSvg } from "../../cli/chart/render-svg.ts";
import { withModel } from "../../cli/explorer/page.ts";
import { shown } from "../../cli/terminal.ts";
import { table } from "../../cli/text.ts";
import { entry, reading, record } from "../record/made-records.ts";
import { cli, ROOT, SINE } from "./run-cli.ts";

const PARTS = [
  "\u001b[2J",
  "\u001b]0;title\u0007",
  "\u001b[8m",
  "\u009b31m",
  "\u202e",
  "\u2066",
  "\ufeff",
  "\u2028",
  "\r",
  "\n::add-mask::x",
  "\n##[set-output name=a]b",
  "::stop-commands::t",
  "\u0000",
  "\u007f",
  "\ud800",
  "<script>alert(1)</script>",
  '"><img src=x>',
  "]]>",
  "|",
  "`",
  "@everyone",
  "ordinary",
  "é",
];
const hostile = fc
  .array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(""));
const RUNS = 25;

/** What may stand on a terminal: lines of printable text. */
const FORBIDDEN = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const COMMAND = /^\s*::(?!error |warning )|##\[/m;

/** A text that drives no terminal. */
function expectPlain(text: string): void {
  expect(FORBIDDEN.exec(text)?.[0]).toBeUndefined();
}

/** And gives no command to the machine that runs a workflow. */
function expectHarmless(text: string): void {
  expectPlain(text);
  expect(COMMAND.exec(text)?.[0]).toBeUndefined();
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const board = JSON.parse(readFileSync(join(ROOT, "boards/rp2350/board.json"), "utf8"));
const suite = { name: "s", models: [{ id: "m", weights: "w" }], platforms: ["rp2040"] };
const tensors = (name: string) =>
  Buffer.from(writeSafetensors(new Map([[name, { shape: [1], data: Float32Array.of(1) }]]), { note: name }));
const csv = (name: string) => `"${name.replaceAll('"', '""')}",y\n1,0\n2,1\n`;

/** Command lines, and the files that they read, for a text of a stranger. */
const COMMANDS: [string, (text: string) => [string[], Record<string, string | Uint8Array>]][] = [
  ["an argument", (text) => [["estimate", text], {}]],
  ["an option", (text) => [["estimate", SINE, "--platform", text], {}]],
  ["a subcommand", (text) => [[text], {}]],
  ["a file's name", (text) => [["inspect", text], { [text]: "{}" }]],
  ["a tensor's name", (text) => [["inspect", "w"], { w: tensors(text) }]],
  [
    "a tensor's name in an error",
    (text) => [["estimate", "w", "--config", "c"], { w: tensors(text), c: "{}" }],
  ],
  [
    "a key of a configuration",
    (text) => [["inspect", "c"], { c: JSON.stringify({ class: "torch.nn.GRU", config: { [text]: 1 } }) }],
  ],
  ["a class", (text) => [["inspect", "c"], { c: JSON.stringify({ class: text, config: {} }) }]],
  ["a file that is no JSON", (text) => [["inspect", "c"], { c: `{${text}` }]],
  [
    "a board's texts",
    (text) => [["inspect", "b"], { b: JSON.stringify({ ...board, name: text, notes: [text], mcu: text }) }],
  ],
  ["a board's key", (text) => [["inspect", "b"], { b: JSON.stringify({ ...board, [text]: 1 }) }]],
  [
    "a board's texts in an estimate",
    (text) => [
      ["estimate", SINE, "--board-file", "b"],
      { b: JSON.stringify({ ...board, name: text, notes: [text] }) },
    ],
  ],
  [
    "a suite",
    (text) => [["benchmark", "s.json"], { "s.json": JSON.stringify({ ...suite, platforms: [text] }) }],
  ],
  ["a suite in YAML", (text) => [["benchmark", "s.yaml"], { "s.yaml": `name: ${text}` }]],
  [
    "a trace's column",
    (text) => [["energy", "t.csv"], { "t.csv": `${text},time_ms,power_mW\n0,0,1\n0,1,x${text}\n` }],
  ],
  [
    "a data set's column",
    (text) => [
      ["evaluate", SINE, "--data", "d.csv", "--description", "d.json"],
      {
        "d.csv": csv(text),
        "d.json": JSON.stringify({ name: text, task: "regression", inputs: [text], target: "y" }),
      },
    ],
  ],
  [
    "a description's key",
    (text) => [
      ["evaluate", SINE, "--data", "d.csv", "--description", "d.json"],
      { "d.csv": csv("x"), "d.json": JSON.stringify({ [text]: 1 }) },
    ],
  ],
  [
    "a space of a sweep",
    (text) => [["sweep", "s.yaml", "--out", "o"], { "s.yaml": JSON.stringify({ [text]: text }) }],
  ],
  [
    "results of a sweep",
    (text) => [["pareto", "r.jsonl"], { "r.jsonl": `${JSON.stringify({ [text]: text })}\n` }],
  ],
];

describe.each(["text", "json"] as const)("what a command shows as %s of", (form) => {
  it.each(COMMANDS)("%s is harmless", async (_, make) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const [args, files] = make(text);
        const { out, err, progress } = await cli(form === "json" ? [...args, "--json"] : args, { files });
        for (const shownText of [out, ...err, ...progress]) expectHarmless(shownText);
        if (form === "json" && out !== "") JSON.parse(out);
      }),
      { numRuns: RUNS, examples: [[PARTS.join("")]] },
    );
  });
});

it("a record's names are harmless in every format of a gate", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const before = record([entry({ model: text })]);
      const after = record([entry({ model: text, energyUj: reading(500) })]);
      const base = join(folder, "base");
      await cli(["baseline", "save", "v1", "--folder", base, "--record", "r.json", "--force"], {
        files: { "r.json": canonicalJson(before) },
        disk: true,
      });
      for (const format of [[], ["--markdown"], ["--annotations"], ["--json"], ["--verbose"]]) {
        const args = [
          "baseline",
          "check",
          "--baseline-version",
          "v1",
          "--folder",
          base,
          "--record",
          "n.json",
        ];
        const { code, out, err } = await cli([...args, ...format], {
          files: { "n.json": canonicalJson(after) },
        });
        expect(code).toBe(1);
        for (const one of [out, ...err]) expectHarmless(one);
      }
    }),
    { numRuns: RUNS, examples: [[PARTS.join("")]] },
  );
});

describe("a text on the terminal", () => {
  it("keeps our own styles and loses all others", () => {
    expect(shown("\u001b[31mred\u001b[39m \u001b[8mhidden", true)).toBe(
      "\u001b[31mred\u001b[39m \\u001b[8mhidden",
    );
    expect(shown("\u001b[31mred", false)).toBe("\\u001b[31mred");
  });

  it("gives no commands to a workflow but annotations", () => {
    expect(shown("::error title=a::b\n  ::set-output name=x::y\na ##[add-path]z")).toBe(
      "::error title=a::b\n  \\u003a:set-output name=x::y\na \\u0023#[add-path]z",
    );
  });

  it("is one line a row, whatever stands in a cell", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shown(table([{ title: "a" }, { title: "b" }], [[text, "x"]])).split("\n")).toHaveLength(2);
      }),
    );
  });
});

it("a device's name is one line", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const names = new TextEncoder().encode(`${text}\0${text}\0${text}`);
      const body = new Uint8Array(48 + names.length);
      new DataView(body.buffer).setUint16(0, PROTOCOL_VERSION, true);
      body.set(names, 48);
      const [frame] = new FrameReader().push(encodeFrame({ type: 1, seq: 1, body }));
      const { board: id, version, portKernels } = parseHello(frame!.body, "port");
      for (const one of [id, version, ...portKernels]) {
        expectPlain(one);
        expect(one).not.toContain("\n");
      }
    }),
  );
});

describe("a document holds names as text", () => {
  const elements = (xml: string) => [...xml.matchAll(/<\/?([a-z!?]+)/gi)].map(([, name]) => name);

  it("XML", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const xml = xmlText(text);
        expect(xml).not.toMatch(/[<>"']/);
        expectPlain(xml);
      }),
    );
  });

  it("a drawing of a wiring", () => {
    const wiring = buildWiring({ type: "FullyConnected", args: { units: 2 } }, 1);
    const plain = elements(drawWiring(graphOf(wiring, "net", true)));
    fc.assert(
      fc.property(hostile, (text) => {
        const svg = drawWiring(graphOf(wiring, text, true));
        expectPlain(svg);
        expect(elements(svg)).toEqual(plain);
      }),
    );
  });

  it("a chart", async () => {
    const chart = (name: string) => ({
      description: name,
      spec: {
        data: { values: [{ x: 1, y: 2, name }] },
        mark: "text" as const,
        encoding: { text: { field: "name" }, x: { field: "x" }, y: { field: "y" } },
      } as never,
    });
    const plain = elements(await renderSvg(chart("net")));
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const svg = await renderSvg(chart(text));
        expectPlain(svg);
        // Vega draws no mark for a text of spaces.
        if (text.trim() !== "") expect(elements(svg)).toEqual(plain);
      }),
      { numRuns: RUNS },
    );
  });

  it("the page of the explorer", () => {
    const page = '<script type="application/json" id="models">[]</script>';
    fc.assert(
      fc.property(hostile, (name) => {
        const written = withModel(page, { name, weights: "", config: null });
        expectPlain(written);
        expect(elements(written)).toEqual(["script", "script"]);
        const json = written.slice(page.indexOf(">") + 1, -"</script>".length);
        expect(JSON.parse(json)).toEqual([{ name, weights: "", config: null }]);
      }),
    );
  });
});

it("a file with a hostile name is written under that name and shown without it", async () => {
  const name = join(folder, "a b'\"\n\u001b[2J.html");
  writeFileSync(join(folder, "x"), "");
  const { code, out } = await cli(["explore", "--out", name], { disk: true });
  expect(code).toBe(0);
  expectHarmless(out);
  expect(readFileSync(name, "utf8")).toContain("<html");
});
