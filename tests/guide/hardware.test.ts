import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { BenchmarkRecord } from "liquid-edge";
import { missingTools, saveBaseline } from "liquid-edge/vitest";
import { expect, it, onTestFinished } from "vitest";

// What `npx liquid-edge` starts.
const command = join(
  dirname(createRequire(import.meta.url).resolve("liquid-edge/package.json")),
  "dist/cli.js",
);

// On a bench the file names a real board, its port and its instrument; the rest stays the same.
const hardware = { boards: [{ board: "qemu-m4f", inferences: 5 }] };
const suite = {
  name: "my-robot",
  models: [{ id: "sine", weights: resolve("examples/sine.safetensors") }],
  platforms: ["nrf52840"],
};

it.skipIf(missingTools("qemu-m4f").length > 0)(
  "executes no more on the board than in the baseline",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "bench-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "suite.json"), JSON.stringify(suite));
    await writeFile(join(folder, "hardware.json"), JSON.stringify(hardware));
    const args = ["benchmark", "suite.json", "--hardware", "hardware.json", "--out", "record.json"];
    const { status, stderr } = spawnSync(process.execPath, [command, ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    const record: BenchmarkRecord = JSON.parse(await readFile(join(folder, "record.json"), "utf8"));
    expect(record.entries[0]).toMatchObject({ id: "sine/qemu-m4f/fp32/0", kind: "emulated" });

    // In a project of yours the baseline is in git, from an earlier run.
    await saveBaseline(record, "bench-v1", { folder });
    expect(record).not.toRegressFrom("bench-v1", { folder });
  },
);
