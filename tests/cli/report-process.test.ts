// The report as the built command writes it: as a package of its own, without what is optional, where nothing can be written.

import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { buildCli } from "../../scripts/build-cli.ts";
import { entry, record } from "../record/made-records.ts";
import { canMount } from "./can-mount.ts";
import { ROOT } from "./run-cli.ts";

let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "liquid-edge-report-process-"));
  for (const name of ["with", "without"]) {
    await buildCli(ROOT, join(work, name));
    writeFileSync(join(work, name, "package.json"), '{"type": "module"}');
  }
  symlinkSync(join(ROOT, "node_modules"), join(work, "with/node_modules"));
  writeFileSync(join(work, "r.json"), canonicalJson(record([entry(), entry({ platform: "rp2040" })])));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** `report r.json` of a built command in a folder of its own. */
function run(where: "with" | "without", folder: string, args: readonly string[] = [], uid?: number) {
  mkdirSync(folder, { recursive: true });
  return spawnSync(process.execPath, [join(work, where, "cli.js"), "report", join(work, "r.json"), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, SOURCE_DATE_EPOCH: "1767225600" },
    ...(uid === undefined ? {} : { uid }),
  });
}

describe("the built command", () => {
  it("writes HTML and PDF, the same bytes in every process", () => {
    const [first, second] = [join(work, "first"), join(work, "second")].map((folder) => {
      const { status, stderr, stdout } = run("with", folder, ["--pdf"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(
        /^report\.html: [\d.]+ kB, opens in any browser\nreport\.pdf: [\d.]+ kB, PDF\/UA-1\n/,
      );
      expect(readdirSync(folder).sort()).toEqual(["report.html", "report.pdf"]);
      return ["report.html", "report.pdf"].map((name) => readFileSync(join(folder, name)));
    });
    expect(second).toEqual(first);
  });

  it("writes the HTML all the same where the packages for a PDF are missing, and says which in one line", () => {
    const folder = join(work, "missing");
    const { status, stderr } = run("without", folder, ["--pdf"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^liquid-edge: PDF: expected the optional packages @myriaddreamin\/typst-ts-node-compiler and @expo-google-fonts\/arimo for \w+ \w+, found .* \(npm install [^\n]*; or print the HTML in a browser\)\n$/,
    );
    expect(readdirSync(folder)).toEqual(["report.html"]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toMatch(/<\/html>\n$/);
  });
});

describe("what cannot be written", () => {
  const NOBODY = 65534;

  it("leaves nothing in a read-only folder", () => {
    const folder = join(work, "read-only");
    mkdirSync(folder);
    for (const path of [work, join(work, "with")]) chmodSync(path, 0o755);
    chmodSync(folder, 0o555);
    const { status, stderr } = run("with", folder, ["--pdf"], process.getuid?.() === 0 ? NOBODY : undefined);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^liquid-edge: report\.html: .*no permission\n$/),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(!canMount())("leaves nothing half on a full disk", () => {
    const disk = join(work, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", disk]);
    try {
      const { status, stderr } = run("with", disk, ["--pdf"]);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringMatching(/^liquid-edge: report\.html: .*no space left\n$/),
      });
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  it("keeps the report that was there", () => {
    const folder = join(work, "kept");
    expect(run("with", folder).status).toBe(0);
    const before = readFileSync(join(folder, "report.html"));
    const { status } = run("with", folder, ["--out", "no-such-folder/report.html"]);
    expect(status).toBe(2);
    expect(readFileSync(join(folder, "report.html"))).toEqual(before);
    expect(existsSync(join(folder, "no-such-folder"))).toBe(false);
  });
});
