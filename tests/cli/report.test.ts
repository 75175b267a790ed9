// The report as files: both formats of one run, failed runs, hostile names, bad input.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { historyLines } from "../../bindings/record/history.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import type { ReportData } from "../../bindings/report/report.ts";
import { missing } from "../../scripts/tools.ts";
import { entry, reading, record } from "../record/made-records.ts";
import { cli, ROOT, SINE, type World } from "./run-cli.ts";

const SECTIONS = [
  "Verdict",
  "Hardware comparison",
  "Pareto front",
  "Where the energy goes",
  "Real-time budget",
  "Battery life",
  "Memory map",
  "Agreement with measurement",
  "History",
  "Numerical fidelity",
  "Provenance",
  "How to reproduce",
];

const EXPLICIT = "tests/golden/ncps/ltc-fc-8.safetensors";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-report-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  vi.unstubAllEnvs();
  vi.stubEnv("SOURCE_DATE_EPOCH", "1767225600");
});

interface Made {
  html: string;
  pdf: Uint8Array | undefined;
  data: ReportData;
  out: string;
}

async function make(args: readonly string[], world: World = {}): Promise<Made> {
  const { code, err, out, written, writtenBytes } = await cli(["report", ...args], world);
  expect(err).toEqual([]);
  expect(code).toBe(0);
  const html = written.get("report.html")!;
  const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!;
  return { html, pdf: writtenBytes.get("report.pdf"), data: JSON.parse(json), out };
}

const ofRecord = (made: BenchmarkRecord, args: readonly string[] = [], files: World["files"] = {}) =>
  make(["r.json", "--folder", folder, ...args], { files: { "r.json": canonicalJson(made), ...files } });

/** What a reader of the PDF can copy, spaces and breaks made one space. */
function textOf(pdf: Uint8Array): string {
  const path = join(folder, "text.pdf");
  writeFileSync(path, pdf);
  const text = execFileSync("pdftotext", ["-enc", "UTF-8", path, "-"], { encoding: "utf8" });
  return text.replaceAll("\u200b", "").replace(/\s+/g, " ");
}

const withoutSpaces = (text: string) => text.replace(/\s/g, "");

/** What a page shows, without its markup. */
function shown(html: string): string {
  const body = html.slice(html.indexOf("<body>"), html.indexOf('<script type="application/json"'));
  return body
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, n: string) => String.fromCharCode(Number(n)))
    .replace(/\s+/g, " ");
}

const suite = (...args: string[]) => make([join(ROOT, "baselines/suite.yaml"), ...args]);

describe("the report of the project's own suite", () => {
  let made: Made;
  beforeAll(async () => {
    vi.stubEnv("SOURCE_DATE_EPOCH", "1767225600");
    made = await suite("--pdf", "--baseline-version", "v0.1.0", "--folder", join(ROOT, "baselines"));
  });

  it("has twelve sections in both files, and no number that is none", () => {
    const titles = [...made.html.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual(SECTIONS.map((title, i) => `${i + 1}. ${title}`));
    expect(shown(made.html)).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(made.html.match(/<figure>/g)!.length).toBeGreaterThan(12);
  });

  it("is one file below 1 MB that loads and runs nothing", () => {
    const { html } = made;
    expect(Buffer.byteLength(html)).toBeLessThan(1e6);
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'; /);
    expect(html).not.toMatch(
      /<script(?! type="application\/json")|<iframe|<object|<img|@import|url\(| style=| on\w+=/,
    );
    expect(html).not.toMatch(/(?:src|href)="(?!#|data:)/);
  });

  it("has no id twice", () => {
    const ids = [...made.html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.skipIf(missing("pdftotext"))("says the same in the PDF, which is tagged", () => {
    const text = textOf(made.pdf!);
    for (const [i, title] of SECTIONS.entries()) expect(text).toContain(`${i + 1}. ${title}`);
    const page = shown(made.html);
    for (const sentence of made.html.matchAll(/<p class="takeaway">(.*?)<\/p>/g)) {
      const plain = shown(`<body>${sentence[1]}<script type="application/json"`).trim();
      expect(page).toContain(plain);
      expect(withoutSpaces(text)).toContain(withoutSpaces(plain));
    }
    // Every row of the table of all combinations.
    for (const { energyUj, network } of made.data.rows) {
      expect(withoutSpaces(text)).toContain(withoutSpaces(network));
      expect(text).toContain(energyUj!.value.toPrecision(3).slice(0, 3));
    }
    const pdf = Buffer.from(made.pdf!).toString("latin1");
    expect(pdf).toMatch(/^%PDF-1\.7/);
    expect(pdf).toContain("/StructTreeRoot");
    const metadata = execFileSync("pdfinfo", ["-meta", join(folder, "text.pdf")], { encoding: "utf8" });
    expect(metadata).toMatch(/pdfuaid:part>1</);
    const info = execFileSync("pdfinfo", [join(folder, "text.pdf")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(info).toMatch(/Tagged: +yes/);
  });

  it.skipIf(missing("pdftotext"))("carries its numbers in the PDF as well", () => {
    const path = join(folder, "attached.pdf");
    writeFileSync(path, made.pdf!);
    execFileSync("pdfdetach", ["-save", "1", "-o", join(folder, "report.json"), path], { stdio: "ignore" });
    expect(JSON.parse(readFileSync(join(folder, "report.json"), "utf8"))).toEqual(made.data);
  });

  it.skipIf(missing("pdftotext"))("embeds its fonts, of which none is the system's", () => {
    const path = join(folder, "fonts.pdf");
    writeFileSync(path, made.pdf!);
    const rows = execFileSync("pdffonts", [path], { encoding: "utf8" }).trim().split("\n").slice(2);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatch(/^[A-Z]{6}\+(Arimo|DejaVuSansMono)\S* .* yes +yes +yes /);
  });

  it("is the same bytes again at the same SOURCE_DATE_EPOCH, and not at another", async () => {
    const again = await suite("--pdf", "--baseline-version", "v0.1.0", "--folder", join(ROOT, "baselines"));
    expect(again.html).toBe(made.html);
    expect(Buffer.compare(again.pdf!, made.pdf!)).toBe(0);
    expect(made.data.at).toBe("2026-01-01T00:00:00.000Z");
    vi.stubEnv("SOURCE_DATE_EPOCH", "1767225601");
    const later = await suite("--pdf", "--baseline-version", "v0.1.0", "--folder", join(ROOT, "baselines"));
    expect(later.html).not.toBe(made.html);
    expect(Buffer.compare(later.pdf!, made.pdf!)).not.toBe(0);
  });

  it("offers the command that makes it", () => {
    expect(made.data.commands).toContain(
      `SOURCE_DATE_EPOCH=1767225600 liquid-edge report ${join(ROOT, "baselines/suite.yaml")} ` +
        `--baseline-version v0.1.0 --folder ${join(ROOT, "baselines")} --out report.html --pdf`,
    );
  });
});

describe("a run that failed", () => {
  it("has its report when the gate regressed, with the exit code and the cause", async () => {
    const base = record([entry(), entry({ model: "other" })], { version: "v1" });
    writeFileSync(join(folder, "v1.json"), canonicalJson(base));
    const worse = record([
      entry({ energyUj: reading(120), modelHash: "f".repeat(64) }),
      entry({ model: "other" }),
    ]);
    const { html, data, out } = await ofRecord(worse, ["--baseline-version", "v1"]);
    expect(data.gate).toMatchObject({ exitCode: 1, baseline: "v1" });
    expect(shown(html)).toMatch(/FAIL exit code 1 of the gate against baseline v1, threshold 5 %/);
    expect(shown(html)).toContain("+20.0 %");
    expect(out).toMatch(
      /1 regressed, 9 same\. The worst: energy µJ of net\/nrf52840\/fp32\/0 from 100 to 120, \+20\.0 % \(another model\)\./,
    );
  });

  it.each([
    ["is not there", "v9", null],
    ["is broken", "v8", "{ not JSON"],
  ])("has its report when the baseline %s", async (_, version, text) => {
    if (text !== null) writeFileSync(join(folder, `${version}.json`), text);
    const { data } = await ofRecord(record(), ["--baseline-version", version]);
    expect(data.gate).toMatchObject({ missing: expect.stringContaining(version) });
  });

  it("has its report when there is nothing to compare", async () => {
    writeFileSync(
      join(folder, "v7.json"),
      canonicalJson(record([entry({ model: "gone" })], { version: "v7" })),
    );
    const { html } = await ofRecord(record(), ["--baseline-version", "v7"]);
    expect(shown(html)).toMatch(/FAIL exit code 4 of the gate/);
  });

  it("has its report when no platform can cost the network, which names the reason", async () => {
    const board = JSON.parse(readFileSync(join(ROOT, "boards/rp2040/board.json"), "utf8"));
    expect(board.id).toBe("rp2040");
    const skipped = [
      { id: "net/rp2040/int8/0", reason: "board rp2040: no cycles for operation class f32Sqrt" },
    ];
    const { html, data, pdf } = await ofRecord(
      record([entry({ energyUj: undefined } as never)], { skipped }),
      ["--pdf"],
    );
    expect(data.record.skipped).toEqual(skipped);
    expect(shown(html)).toContain("Combinations that could not be costed");
    expect(shown(html)).toContain("no cycles for operation class f32Sqrt");
    expect(pdf!.byteLength).toBeGreaterThan(10_000);
  });

  it("has its report when a suite comes to nothing", async () => {
    // Integers exist for the fused solver alone.
    const file = JSON.parse(readFileSync(join(ROOT, EXPLICIT.replace("safetensors", "json")), "utf8"));
    const { batch_first: _, return_sequences: __, ...config } = file.config;
    const { html, data, pdf } = await make(["s.json", "--pdf", "--folder", folder], {
      files: {
        "s.json": JSON.stringify({
          name: "nothing",
          models: [{ id: "explicit", weights: join(ROOT, EXPLICIT), config: "explicit.json" }],
          platforms: ["nrf52840"],
          precisions: ["int8", "int4"],
        }),
        "explicit.json": JSON.stringify({ class: "liquid-edge.LTC", config: { ...config, solver: "rk4" } }),
      },
    });
    expect(data.rows).toEqual([]);
    expect(shown(html)).toContain("FAILED no network could be costed on any platform");
    expect(shown(html)).toContain(data.record.skipped[0]!.reason.slice(0, 60));
    expect(pdf!.byteLength).toBeGreaterThan(10_000);
  });

  it("has its report without a history, and with one point, and with a change", async () => {
    const without = await ofRecord(record());
    expect(without.data.trends).toHaveProperty("missing");
    expect(shown(without.html)).toContain("There is no history to look at.");
    const lines = (energies: readonly number[]) =>
      energies
        .flatMap((energy, i) =>
          historyLines(
            record([entry({ energyUj: reading(energy) })], {
              createdAt: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
            }),
          ),
        )
        .map((line) => canonicalJson(line, 0))
        .join("");
    const once = await ofRecord(record(), ["--history", "h.jsonl"], { "h.jsonl": lines([100]) });
    expect(shown(once.html)).toContain("a change of level takes at least 6 runs");
    const changed = await ofRecord(record(), ["--history", "h.jsonl"], {
      "h.jsonl": lines([100, 100, 100, 100, 100, 110, 110, 110, 110, 110]),
    });
    expect(shown(changed.html)).toMatch(
      /1 of 5 series got worse; the worst is net\/nrf52840\/fp32\/0, energy µJ \(\+10 %\)/,
    );
    expect(shown(changed.html)).toContain("+10.0 % since 2026-01-06 (aaaaaaaaa)");
  });
});

const HOSTILE = [
  "</script><script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "#evil[] *b* `raw` $x$ @ref <label> \\ // ]]",
  "--></style><style>*{display:none}</style>",
  "\u001b[31mred\u001b]0;title\u0007",
  "\u202eright to left\u2066",
  "a\u0000b\r\nc",
  "中文 😀 \ud800 ﷽ e\u0301\u0301\u0301",
  "x".repeat(3000),
  "=1+1 {{data}} $(touch x) `touch x` ; touch x",
];

describe("hostile names", () => {
  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    "do no harm: %s",
    async (_, text) => {
      const hostile = entry({
        model: text,
        platform: text,
        task: text,
        conditions: { operatingPoint: text, rateHz: 100, steps: 1 },
        accuracy: { metric: text, better: "higher", value: 0.5, min: 0.4, max: 0.6, n: 10 },
        breakdown: {
          classes: { [text]: 10 },
          kernels: { [text]: 10 },
          sections: { [text]: 10, "image.weights": 9 },
        },
        assumed: [text],
      });
      const other = { ...hostile, precision: "int8" as const };
      const made = record(
        [hostile, { ...other, id: entry(other).id }].sort((a, b) => (a.id < b.id ? -1 : 1)),
        {
          suite: text,
          tool: { name: text, version: text },
          git: { commit: text, dirty: true },
          environment: { node: text, os: text, measured: { [text]: text } },
          platforms: {
            [text]: {
              hash: "0".repeat(64),
              coefficients: {
                clockHz: [1e6, 1e6, 1e6],
                supplyV: [3, 3, 3],
                activeCurrentMa: [1, 0.5, 2],
                [`cycles.${text}`]: [1, 0.5, 2],
                [text]: [1, 1, 1],
              },
            },
          },
          skipped: [{ id: text, reason: text }],
        },
      );
      const history = historyLines(made)
        .map((line) => canonicalJson(line, 0))
        .join("");
      const { html, pdf, data, out } = await ofRecord(
        made,
        ["--pdf", "--title", text, "--history", "h.jsonl"],
        { "h.jsonl": history },
      );
      // Markup is what the report wrote itself: a harmless name gives the same elements and attributes.
      const skeleton = (page: string) => (page.match(/<\/?[a-zA-Z!][^\s>]*/g) ?? []).join("");
      const harmless = JSON.parse(
        JSON.stringify(made).replaceAll(JSON.stringify(text).slice(1, -1), "name"),
      ) as BenchmarkRecord;
      const plain = await ofRecord(harmless, ["--title", "name", "--history", "h.jsonl"], {
        "h.jsonl": historyLines(harmless)
          .map((line) => canonicalJson(line, 0))
          .join(""),
      });
      expect(tags(html)).toEqual(tags(plain.html));
      expect(skeleton(html).length).toBeGreaterThan(1000);
      expect(data.title).toBe(text);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(`${html}${out}`).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/);
      expect(Buffer.byteLength(html)).toBeLessThan(1e6);
      expect(pdf!.byteLength).toBeGreaterThan(10_000);
    },
  );

  /** Elements outside of plots, whose number depends on how much room a name takes. */
  function tags(page: string): string[] {
    const outside = page.replace(/<svg.*?<\/svg>/gs, "").replace(/<style>.*?<\/style>/gs, "");
    return [...outside.matchAll(/<(\/?[a-z][a-z0-9]*)/g)].map(([, tag]) => tag!);
  }

  it.skipIf(missing("pdftotext"))("stand in the PDF as they are, or as what cannot be shown", async () => {
    const { pdf } = await ofRecord(record([entry({ model: "#evil[] *b* 中" })]), ["--pdf"]);
    expect(withoutSpaces(textOf(pdf!))).toContain(withoutSpaces("#evil[] *b* \\u{4e2d} fp32"));
  });
});

describe("bad input", () => {
  const one = JSON.stringify(record());

  it.each([
    [
      "a file that is not there",
      ["none.json"],
      /^liquid-edge: none\.json: expected a readable file, found none there$/,
    ],
    ["a broken record", ["r.json"], /^liquid-edge: r\.json: expected JSON, found /, "{"],
    [
      "a record of a later version",
      ["r.json"],
      /"format" expected "liquid-edge\/record@1", found "liquid-edge\/record@2" \(a later/,
      '{"format":"liquid-edge/record@2"}',
    ],
    ["an empty suite", ["r.json"], /^liquid-edge: r\.json: /, "{}"],
    ["a checkpoint that is none", ["r.safetensors"], /^liquid-edge: r\.safetensors: /, "nonsense"],
    [
      "an entry that is not there",
      ["r.json", "--entry", "zz"],
      /"entries" expected an id with "zz" in it, found none of 1/,
      one,
    ],
    [
      "one file for both",
      ["r.json", "--out", "a.pdf", "--pdf", "a.pdf"],
      /--pdf: expected another file than --out/,
      one,
    ],
    [
      "standard output",
      ["r.json", "--out", "-"],
      /--out, --pdf: expected a file, found standard output/,
      one,
    ],
    ["a battery without charge", ["r.json", "--battery-mah", "0"], /expected a number > 0, found "0"/, one],
    [
      "an option that would be ignored",
      ["r.json", "--rate-hz", "5"],
      /--rate-hz: expected with a checkpoint, found with a record/,
      one,
    ],
    ["a budget that is none", ["r.json", "--baseline-version", "v1", "--budget", "b.yaml"], /b\.yaml: /, one],
    [
      "a threshold of nothing",
      ["r.json", "--threshold", "0.1"],
      /--threshold, --accuracy-points, --budget: expected with --baseline-version, found without/,
      one,
    ],
    ["a crosscheck that is none", ["r.json", "--crosscheck", "c.json"], /c\.json: "board" expected /, one],
    ["a history that is none", ["r.json", "--history", "h.jsonl"], /h\.jsonl, line 1: /, one],
  ] as const)("is one line and nothing written: %s", async (_, args, message, text = "") => {
    const files = {
      [args[0].replace("none", "other")]: text,
      "b.yaml": "{}",
      "c.json": "{}",
      "h.jsonl": "{}",
    };
    const { code, err, written, out } = await cli(["report", ...args], { files });
    expect(err).toEqual([expect.stringMatching(message)]);
    expect({ code, out, written: written.size }).toEqual({ code: 2, out: "", written: 0 });
  });

  it.each(["yesterday", "-1", "1e9", "999999999999"])("refuses SOURCE_DATE_EPOCH %s", async (epoch) => {
    vi.stubEnv("SOURCE_DATE_EPOCH", epoch);
    const { code, err, written } = await cli(["report", "r.json"], { files: { "r.json": one } });
    expect(err).toEqual([`liquid-edge: SOURCE_DATE_EPOCH: expected seconds since 1970, found "${epoch}"`]);
    expect({ code, written: written.size }).toEqual({ code: 2, written: 0 });
  });
});

describe("options", () => {
  it("takes what crosscheck printed", async () => {
    const crosscheck = {
      board: "qemu-m4f",
      counts: "instructions",
      networks: [
        { id: "a", measured: 100, estimate: { typ: 110, min: 90, max: 130 } },
        { id: "b", measured: 200, estimate: { typ: 190, min: 195, max: 205 } },
      ],
    };
    const { html, data } = await ofRecord(record(), ["--crosscheck", "c.json"], {
      "c.json": JSON.stringify(crosscheck),
    });
    const set = data.agreement.at(-1)!;
    expect(set).toMatchObject({ kind: "emulated", agreement: { n: 2, coverage: 1 } });
    expect(set.agreement.bias).toBeCloseTo((0.1 - 0.05) / 2, 12);
    expect(shown(html)).toContain("instructions on qemu-m4f emulated 2");
  });

  it("says in JSON what it wrote", async () => {
    const { out } = await ofRecord(record(), ["--json"]);
    expect(JSON.parse(out)).toMatchObject({
      files: [{ file: "report.html", bytes: expect.any(Number) }],
      gateExitCode: null,
    });
  });

  it("shows the entry that is asked for in detail", async () => {
    const { data } = await make([SINE, "--platform", "nrf52840,rp2040", "--entry", "rp2040"]);
    expect(data.focus).toEqual(["sine/rp2040/fp32/0"]);
    expect(data.energy.map(({ id }) => id)).toEqual(data.focus);
  });
});
