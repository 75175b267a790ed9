// Whatever happens while a baseline is written, and whenever: what was there stays whole, what is new is whole or absent,
// and saying the same again completes it.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { parseHistory } from "../../bindings/record/history.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import { buildCli } from "../../scripts/build-cli.ts";
import { entry, record } from "../record/made-records.ts";
import { canMount } from "./can-mount.ts";
import { ROOT } from "./run-cli.ts";

const RANDOM_KILLS = process.env.LIQUID_EDGE_FULL === "1" ? 200 : 6;
const FAULTS = pathToFileURL(join(import.meta.dirname, "file-faults.mjs")).href;
const ENTRIES = 300;
const TIMEOUT_MS = 60_000 + RANDOM_KILLS * 5000;

let work: string;
let command: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "liquid-edge-faults-"));
  command = join(work, "bin/cli.js");
  await buildCli(ROOT, join(work, "bin"));
  writeFileSync(join(work, "bin/package.json"), '{"type": "module"}');
  const entries = Array.from({ length: ENTRIES }, (_, i) => entry({ model: `net-${i}` }));
  const made = (day: number) => record(entries, { createdAt: `2026-01-0${day}T00:00:00.000Z` });
  for (const day of [1, 2]) writeFileSync(join(work, `record-${day}.json`), canonicalJson(made(day)));
  writeFileSync(join(work, "package.json"), "{}");
  const suite = {
    name: "tiny",
    models: [{ id: "sine", weights: join(ROOT, "examples/sine.safetensors") }],
    platforms: ["nrf52840"],
  };
  writeFileSync(join(work, "suite.json"), JSON.stringify(suite));
  run(["baseline", "save", "v1", "--folder", join(work, "start"), "--record", join(work, "record-1.json")]);
  expect(readdirSync(join(work, "start"))).toEqual(["history.jsonl", "record.schema.json", "v1.json"]);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}) {
  const faults = Object.keys(env).length === 0 ? [] : ["--import", FAULTS];
  return spawnSync(process.execPath, [...faults, command, ...args], {
    encoding: "utf8",
    cwd: work,
    env: { ...process.env, ...env },
  });
}

/** A copy of a folder with one baseline, and the command that saves another there. */
function scene(): { folder: string; args: string[] } {
  const folder = mkdtempSync(join(work, "scene-"));
  cpSync(join(work, "start"), folder, { recursive: true });
  return {
    folder,
    args: ["baseline", "save", "v2", "--folder", folder, "--record", join(work, "record-2.json"), "--force"],
  };
}

/** Fails unless every file is whole, and nothing that was there is gone. */
function expectWhole(folder: string): void {
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  expect(text("v1.json")).toBe(readFileSync(join(work, "start/v1.json"), "utf8"));
  if (existsSync(join(folder, "v2.json"))) {
    expect(parseRecord(JSON.parse(text("v2.json")), "v2.json").entries).toHaveLength(ENTRIES);
  }
  expect(text("history.jsonl").startsWith(readFileSync(join(work, "start/history.jsonl"), "utf8"))).toBe(
    true,
  );
  expect([ENTRIES, 2 * ENTRIES]).toContain(parseHistory(text("history.jsonl"), "history.jsonl").length);
}

/** Fails unless saying the same again leaves what an undisturbed run leaves. */
function expectCompleted(folder: string, args: readonly string[]): void {
  expect(run(args)).toMatchObject({ status: 0, stderr: "" });
  expectWhole(folder);
  expect(parseHistory(readFileSync(join(folder, "history.jsonl"), "utf8"), "h")).toHaveLength(2 * ENTRIES);
}

describe("baseline save", () => {
  it.each(["kill", "torn", "ENOSPC", "EIO"])(
    "survives %s at each write, fsync and rename",
    (kind) => {
      const counter = join(work, "count");
      const quiet = scene();
      run(quiet.args, { FAULT_AT: "0", FAULT_KIND: kind, FAULT_COUNT: counter });
      const calls = Number(readFileSync(counter, "utf8"));
      // Write, fsync, rename and fsync of the folder, for the history and for the baseline.
      expect(calls).toBe(8);
      for (let call = 1; call <= calls; call++) {
        const { folder, args } = scene();
        const { status, signal, stderr } = run(args, { FAULT_AT: String(call), FAULT_KIND: kind });
        if (kind === "kill" || kind === "torn") {
          expect(signal, `call ${call}`).toBe("SIGKILL");
        } else {
          expect(status, `call ${call}`).toBe(2);
          expect(stderr).toMatch(
            /^liquid-edge: [^\n]+: expected a file that can be written, found [^\n]+\n$/,
          );
          expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
        }
        expectWhole(folder);
        expectCompleted(folder, args);
      }
    },
    600_000,
  );

  it(
    `survives SIGKILL at ${RANDOM_KILLS} random moments`,
    async () => {
      const started = performance.now();
      expect(run(scene().args)).toMatchObject({ status: 0, stderr: "" });
      await killAtRandom(performance.now() - started, scene, (folder, args) => {
        expectWhole(folder);
        expectCompleted(folder, args);
      });
    },
    TIMEOUT_MS,
  );
});

describe("a folder that cannot take a baseline", () => {
  const NOBODY = 65534;

  it("is read-only", () => {
    const { folder, args } = scene();
    for (const path of [work, join(work, "bin")]) chmodSync(path, 0o755);
    chmodSync(folder, 0o555);
    const { status, stderr } = spawnSync(process.execPath, [command, ...args], {
      encoding: "utf8",
      ...(process.getuid?.() === 0 ? { uid: NOBODY } : {}),
    });
    chmodSync(folder, 0o755);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/history\.jsonl: .*no permission\n$/),
    });
    expectWhole(folder);
    expectCompleted(folder, args);
  });

  it.skipIf(!canMount())("is on a full disk", () => {
    const { folder: copy, args } = scene();
    const disk = join(work, "disk");
    mkdirSync(disk);
    // Room for what is there, and for a part of what comes.
    const bytes = readdirSync(copy).reduce((sum, name) => sum + statSync(join(copy, name)).size, 0);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${Math.ceil(bytes * 1.3)}`, "none", disk]);
    try {
      cpSync(copy, disk, { recursive: true });
      const { status, stderr } = run(args.map((arg) => (arg === copy ? disk : arg)));
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/no space left\n$/) });
      expect(readdirSync(disk).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      expectWhole(disk);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

describe("benchmark", () => {
  it(
    `survives SIGKILL at ${RANDOM_KILLS} random moments`,
    async () => {
      const make = () => {
        const { folder } = scene();
        const [out, history] = [join(folder, "out.json"), join(folder, "history.jsonl")];
        return { folder, args: ["benchmark", join(work, "suite.json"), "--out", out, "--history", history] };
      };
      const started = performance.now();
      const undisturbed = make();
      expect(run(undisturbed.args)).toMatchObject({ status: 0, stderr: "" });
      expect(parseHistory(readFileSync(join(undisturbed.folder, "history.jsonl"), "utf8"), "h")).toHaveLength(
        ENTRIES + 1,
      );
      await killAtRandom(performance.now() - started, make, (folder) => {
        const out = join(folder, "out.json");
        if (existsSync(out)) parseRecord(JSON.parse(readFileSync(out, "utf8")), "out.json");
        const lines = parseHistory(readFileSync(join(folder, "history.jsonl"), "utf8"), "h").length;
        expect([ENTRIES, ENTRIES + 1]).toContain(lines);
      });
    },
    TIMEOUT_MS,
  );
});

/** Starts a command again and again and kills it at moments that are spread over `lastsMs` by the golden ratio. */
async function killAtRandom(
  lastsMs: number,
  make: () => { folder: string; args: string[] },
  check: (folder: string, args: string[]) => void,
): Promise<void> {
  for (let i = 0; i < RANDOM_KILLS; i++) {
    const { folder, args } = make();
    const child = spawn(process.execPath, [command, ...args], { cwd: work, stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), lastsMs * ((i * 0.6180339887) % 1));
    await ended;
    clearTimeout(timer);
    check(folder, args);
    rmSync(folder, { recursive: true });
  }
}
