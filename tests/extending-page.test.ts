// docs/extending.md: the files that it names are there, and the code that it points at is in them.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { KERNELS } from "../bindings/core/kernels.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs/extending.md"), "utf8");
const named = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);

const read = (path: string) => readFileSync(join(root, path), "utf8");
/** A name without a folder follows one that has it: "`bindings/network/model.ts` …, `config.ts` …". */
const isFile = (name: string) => /^[\w./-]+\.(ts|c|ld|mk|json|py|md)$/.test(name);

it("names files that are there", () => {
  const missing: string[] = [];
  let folder = "";
  for (const name of named) {
    if (/^[\w.-]+(\/[\w.-]+)*\/$/.test(name)) folder = name;
    if (/[\s<]/.test(name)) continue;
    if (name.includes("/") && (isFile(name) || name.endsWith("/"))) {
      if (!existsSync(join(root, name))) missing.push(name);
      if (isFile(name)) folder = name.slice(0, name.lastIndexOf("/") + 1);
    } else if (isFile(name)) {
      const beside = [
        folder,
        "boards/nrf52840/",
        "boards/common/",
        "boards/",
        "cli/instruments/",
        "scripts/wiring/",
      ];
      if (!beside.some((place) => existsSync(join(root, place, name)))) missing.push(`${folder}${name}`);
    }
  }
  expect(missing).toEqual([]);
  expect(named.filter(isFile).length).toBeGreaterThan(60);
});

it("names what is in them", () => {
  const inFile: [string, string][] = [
    ["bindings/network/config.ts", "MODEL_CLASSES"],
    ["bindings/network/config.ts", "parseConfig"],
    ["bindings/network/config.ts", "modelWidths"],
    ["bindings/quantize/quantize.ts", "INTEGER_KINDS"],
    ["bindings/core/kernels.ts", "KERNELS"],
    ["bindings/measure/live-instruments.ts", "LIVE_INSTRUMENTS"],
    ["bindings/measure/read-trace.ts", "readFormat"],
    ["bindings/measure/read-trace.ts", "guess"],
    ["boards/nrf52840/board.mk", "PORT_KERNELS"],
    ["boards/nrf52840/board.mk", "KERNEL_SOURCES"],
    ["boards/nrf52840/port.c", "PIN_MARKER"],
    ["boards/common/kernels/matvec-x16-dsp.c", "port_matvecS8x16"],
    ["assembly/vector-f32.ts", "elapseF32"],
  ];
  for (const [path, name] of inFile) {
    expect(page, name).toContain(`\`${name}\``);
    expect(read(path), path).toMatch(new RegExp(`\\b${name}\\b`));
  }
  expect(KERNELS).toContain("elapseF32");
});
