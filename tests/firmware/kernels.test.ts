// Kernels that a port supplies give the bits of the core's, and take few instructions; so does what gcc makes of wasm2c's C.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEmulatedBoard } from "../../bindings/board/emulated.ts";
import type { QemuBoard } from "../../cli/firmware/qemu.ts";
import { missing } from "../../scripts/tools.ts";
import { TestRandom } from "../network/random-model.ts";
import { buildTestFirmware } from "./batch.ts";
import {
  callKernels,
  matvecBlockS8Call,
  matvecBlockS8x16Call,
  matvecS4x16Call,
  matvecS8Call,
  matvecS8x16Call,
  synapsesF32Call,
} from "./kernels.ts";

/** Kernels of the port, a call of each, and instructions a MAC at 64 x 64 that they may take, rescale included. */
const PORTED = [
  ["matvecS8", matvecS8Call, 2],
  ["matvecS8x16", matvecS8x16Call, 2.1],
  ["matvecS4x16", matvecS4x16Call, 2.4],
  // Its 64 sources are four runs of sixteen.
  ["matvecBlockS8", matvecBlockS8Call, 2.45],
  ["matvecBlockS8x16", matvecBlockS8x16Call, 2.45],
] as const;

const TOOLS = ["wasm2c", "make", "arm-none-eabi-gcc", "qemu-system-arm"];
const CASES = 10_000;
const BATCH = 5000;

describe.skipIf(missing(...TOOLS)).each(["qemu-m4f", "qemu-m7", "qemu-m33"])("kernels on %s", (id) => {
  const board = findEmulatedBoard(id) as QemuBoard;
  let folder: string;
  let elf: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `kernels-${id}-`));
    elf = await buildTestFirmware(
      board,
      folder,
      "kernels.c",
      { exposeKernels: true },
      { extraSources: "yardstick.c" },
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(PORTED)(`%s of the port gives the bits of the core's in ${CASES} random cases`, async (_, call) => {
    const random = new TestRandom(8);
    for (let done = 0; done < CASES; done += BATCH) {
      const calls = Array.from({ length: BATCH }, () =>
        call(random, 1 + Math.floor(random.next() * 13), 1 + Math.floor(random.next() * 40)),
      );
      const results = await callKernels(board, elf, calls);
      expect(results.filter(({ differingBytes }) => differingBytes > 0)).toEqual([]);
    }
  });

  it.each(PORTED)("%s takes few instructions a MAC with SMLAD", async (name, call, bound) => {
    const [result] = await callKernels(board, elf, [call(new TestRandom(1), 64, 64, [4, 0, 0])]);
    const { coreInstructions, otherInstructions } = result!;
    console.log(
      `${id} ${name} 64 x 64: ${per(otherInstructions, 64 * 64)} instructions a MAC; ` +
        `the core's ${per(coreInstructions, 64 * 64)}`,
    );
    expect(otherInstructions / (64 * 64)).toBeLessThanOrEqual(bound);
    expect(otherInstructions).toBeLessThan(coreInstructions);
  });

  it("a dense LTC synapse takes at most 1.15 times the instructions of C by hand, and at most 64", async () => {
    const sizes = [
      [64, 64],
      [19, 27],
      [8, 13],
    ] as const;
    const calls = sizes.map(([nOut, nIn], i) => synapsesF32Call(new TestRandom(i), nOut, nIn));
    const results = await callKernels(board, elf, calls);
    for (const [i, { differingBytes, coreInstructions, otherInstructions }] of results.entries()) {
      const [nOut, nIn] = sizes[i]!;
      console.log(
        `${id} synapsesF32 ${nOut} x ${nIn}: ${per(coreInstructions, nOut * nIn)} instructions a synapse; ` +
          `by hand ${per(otherInstructions, nOut * nIn)}`,
      );
      expect(differingBytes).toBe(0);
      expect(coreInstructions).toBeLessThanOrEqual(1.15 * otherInstructions);
      expect(coreInstructions / (nOut * nIn)).toBeLessThanOrEqual(64);
    }
  });
});

const per = (instructions: number, n: number) => (instructions / n).toFixed(2);
