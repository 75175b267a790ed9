// Every command that writes a file, disturbed at each write, fsync and rename, at random moments, on a full disk and in a folder
// that it may not write: what was there stays whole, what is new is whole or absent, and saying the same again completes it.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { buildCli } from "../../scripts/build-cli.ts";
import { missing } from "../../scripts/tools.ts";
import { FULL } from "../firmware/full.ts";
import { record } from "../record/made-records.ts";
import { canMount } from "./can-mount.ts";
import { ROOT } from "./run-cli.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const KINDS = FULL ? ["kill", "torn", "SIGTERM", "ENOSPC", "EIO"] : ["torn", "SIGTERM", "ENOSPC"];
const KILLS = FULL ? 200 : 1;
const FAULTS = pathToFileURL(join(import.meta.dirname, "file-faults.mjs")).href;
const SINE = join(ROOT, "examples/sine.safetensors");
const NOBODY = 65534;
const OLD = "what was here before";

/** Arguments by what is written; OUT stands for the path of the file. */
const COMMANDS: Record<string, string> = {
  train:
    "train waves.csv --description waves.json --cell gru --units 4 --epochs 6 --batch 10 --out OUT.safetensors",
  prune: "prune sine.safetensors --sparsity 0.5 --out OUT.safetensors",
  quantize: "quantize sine.safetensors --precision int8 --calibrate sine.input.json --out OUT.safetensors",
  explore: "explore sine.safetensors --out OUT.html",
  wiring: "wiring --config wiring.json --svg OUT.svg",
  "energy --plot": "energy trace.csv --whole --plot OUT.svg",
  "baseline export": "baseline export bencher --record record.json --out OUT.json",
  report: "report record.json --out OUT.html",
};
/** A report says when it was made. */
const AT = { SOURCE_DATE_EPOCH: "1767225600" };

let work: string;
let command: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "liquid-edge-writes-"));
  command = join(work, "bin/cli.js");
  await buildCli(ROOT, join(work, "bin"));
  mkdirSync(join(work, "data"));
  const put = (name: string, content: string) => writeFileSync(join(work, "data", name), content);
  writeFileSync(join(work, "bin/package.json"), '{"type": "module"}');
  mkdirSync(join(work, "dist"));
  for (const name of ["dist/explorer.html", "dist/core.wasm2c.c"])
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(work, name));
  // Others than the owner of the checkout must be able to read what makes a folder the package, and a network.
  cpSync(join(ROOT, "boards"), join(work, "boards"), { recursive: true });
  cpSync(SINE, join(work, "data/sine.safetensors"));
  put("waves.csv", waves());
  put("waves.json", JSON.stringify(WAVES_DESCRIPTION));
  put("sine.input.json", readFileSync(join(ROOT, "examples/sine.input.json"), "utf8"));
  put(
    "wiring.json",
    JSON.stringify({
      class: "ncps.torch.LTC",
      config: { input_size: 2, wiring: { type: "AutoNCP", args: { units: 12, output_size: 2 } } },
    }),
  ); // prettier-ignore
  put(
    "trace.csv",
    `time_ms,power_mW\n${Array.from({ length: 500 }, (_, i) => `${i},${1 + (i % 9)}`).join("\n")}\n`,
  );
  put("record.json", canonicalJson(record()));
  for (const path of [work, join(work, "bin"), join(work, "data")]) chmodSync(path, 0o755);
  const saved = run(["baseline", "save", "v1", "--folder", ".", "--record", "record.json"]);
  expect(saved).toMatchObject({ status: 0, stderr: "" });
}, 120_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}, uid?: number) {
  const faults = Object.keys(env).length === 0 ? [] : ["--import", FAULTS];
  return spawnSync(process.execPath, [...faults, command, ...args], {
    encoding: "utf8",
    cwd: join(work, "data"),
    env: { ...process.env, ...AT, ...env },
    ...(uid === undefined ? {} : { uid }),
  });
}

/** A folder in which the command writes over an older file, and its arguments. */
function scene(name: string, folder = mkdtempSync(join(work, "scene-"))) {
  const args = COMMANDS[name]!.split(" ").map((word) => word.replace("OUT", join(folder, "out")));
  const out = args.find((word) => word.startsWith(folder))!;
  writeFileSync(out, OLD);
  if (process.getuid?.() === 0) chmodSync(folder, 0o755);
  return { folder, args, out };
}

/** What a file holds; a report names the folder that it was written to. */
function contentOf(out: string): Buffer {
  return Buffer.from(readFileSync(out, "latin1").replaceAll(dirname(out), "FOLDER"), "latin1");
}

const ONE_LINE = /^liquid-edge: [^\n]+: expected a file that can be written, found [^\n]+\n$/;

describe.each(Object.keys(COMMANDS))("%s", (name) => {
  let whole: Buffer;
  let calls: number;
  let lastsMs: number;
  beforeAll(() => {
    const counter = join(work, "count");
    const { args, out } = scene(name);
    const started = performance.now();
    expect(run(args, { FAULT_AT: "0", FAULT_COUNT: counter })).toMatchObject({ status: 0, stderr: "" });
    lastsMs = performance.now() - started;
    whole = contentOf(out);
    calls = Number(readFileSync(counter, "utf8"));
    expect(calls).toBeGreaterThanOrEqual(4);
  });

  /** Fails unless the file is the old one or the new one. */
  function expectWhole(out: string): void {
    const bytes = contentOf(out);
    if (bytes.toString() !== OLD) expect(Buffer.compare(bytes, whole)).toBe(0);
  }

  /** Fails unless saying the same again leaves what an undisturbed run leaves. */
  function expectCompleted({ args, out }: ReturnType<typeof scene>): void {
    expect(run(args)).toMatchObject({ status: 0, stderr: "" });
    expect(Buffer.compare(contentOf(out), whole)).toBe(0);
  }

  it.each(KINDS)(
    "survives %s at each write, fsync and rename",
    (kind) => {
      for (let call = 1; call <= calls; call++) {
        const made = scene(name);
        const { status, signal, stderr } = run(made.args, { FAULT_AT: String(call), FAULT_KIND: kind });
        if (kind === "kill" || kind === "torn") expect(signal, `call ${call}`).toBe("SIGKILL");
        else if (kind === "SIGTERM") expect(signal, `call ${call}`).toBe("SIGTERM");
        else {
          expect(status, `call ${call}`).toBe(2);
          expect(stderr).toMatch(ONE_LINE);
        }
        if (signal !== "SIGKILL") {
          expect(readdirSync(made.folder).filter((file) => file.endsWith(".tmp"))).toEqual([]);
        }
        expectWhole(made.out);
        // All are the same to the next run; the short form completes the last one.
        if (FULL || call === calls) expectCompleted(made);
        rmSync(made.folder, { recursive: true });
      }
    },
    600_000,
  );

  it(
    `survives SIGKILL at ${KILLS} random moments`,
    async () => {
      for (let i = 0; i < KILLS; i++) {
        const made = scene(name);
        const child = spawn(process.execPath, [command, ...made.args], {
          cwd: join(work, "data"),
          env: { ...process.env, ...AT },
          stdio: "ignore",
        });
        const ended = once(child, "exit");
        const timer = setTimeout(() => child.kill("SIGKILL"), lastsMs * ((i * 0.6180339887 + 0.3) % 1));
        await ended;
        clearTimeout(timer);
        expectWhole(made.out);
        rmSync(made.folder, { recursive: true });
      }
    },
    60_000 + KILLS * 10_000,
  );

  it("leaves a read-only folder as it is, and says why in one line", () => {
    const { folder, args, out } = scene(name);
    chmodSync(folder, 0o555);
    const { status, stderr } = run(args, {}, process.getuid?.() === 0 ? NOBODY : undefined);
    chmodSync(folder, 0o755);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/: .*no permission\n$/) });
    expect(stderr).toMatch(ONE_LINE);
    expect(readFileSync(out, "utf8")).toBe(OLD);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it.skipIf(!canMount())("leaves a full disk as it is, and says why in one line", () => {
    const disk = mkdtempSync(join(work, "disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "none", disk]);
    try {
      const { args, out } = scene(name, disk);
      // What is left of the disk is less than any of these files; a folder of names takes none of it.
      writeFileSync(join(disk, "rest"), Buffer.alloc(4096));
      const { status, stderr } = run(args);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/no space left\n$/) });
      expect(stderr).toMatch(ONE_LINE);
      expect(readFileSync(out, "utf8")).toBe(OLD);
      expect(readdirSync(disk).sort()).toEqual([out.slice(disk.length + 1), "rest"]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

describe.skipIf(missing("wasm2c"))("export", () => {
  it.each(KINDS)(
    "survives %s at each write, fsync and rename of its folder",
    (kind) => {
      const make = () => {
        const parent = mkdtempSync(join(work, "export-"));
        return { parent, folder: join(parent, "c"), args: ["export", SINE, "--out", join(parent, "c")] };
      };
      const counter = join(work, "count");
      const quiet = make();
      expect(run(quiet.args, { FAULT_AT: "0", FAULT_COUNT: counter })).toMatchObject({
        status: 0,
        stderr: "",
      });
      const names = readdirSync(quiet.folder).sort();
      const calls = Number(readFileSync(counter, "utf8"));
      expect(calls).toBe(2 * names.length + 1);
      // The first, one in the middle, and the last are of every kind that there is.
      for (const call of FULL ? Array.from({ length: calls }, (_, i) => i + 1) : [2, calls]) {
        const { folder, parent, args } = make();
        const { status, signal, stderr } = run(args, { FAULT_AT: String(call), FAULT_KIND: kind });
        if (kind === "ENOSPC" || kind === "EIO") {
          expect({ status, lines: stderr.split("\n").length }).toEqual({ status: 2, lines: 2 });
        }
        if (signal !== "SIGKILL") expect(readdirSync(parent)).toEqual([]);
        expect(existsSync(folder)).toBe(false);
        expect(run(args)).toMatchObject({ status: 0, stderr: "" });
        for (const file of names) {
          expect(readFileSync(join(folder, file))).toEqual(readFileSync(join(quiet.folder, file)));
        }
      }
    },
    600_000,
  );
});
