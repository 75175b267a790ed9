// Sizes of firmware: records that estimates take, and what a build says of them.

import { describe, expect, it } from "vitest";
import { builtinFirmware, firmwareOf } from "../../bindings/board/builtin-firmware.ts";
import { firmwareTotals } from "../../bindings/board/firmware.ts";
import { builtinBoards, findBoard } from "../../bindings/board/load.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { measureFirmware } from "../../scripts/measure-firmware.ts";
import { missing } from "../../scripts/tools.ts";

describe("firmware on a platform", () => {
  it("is its own where that was built, else that of a silicon board with the same core, and says so", () => {
    expect(firmwareOf(findBoard("nrf52840"))).toMatchObject({ basis: "measured", board: "nrf52840" });
    expect(firmwareOf(findBoard("stm32l4r5"))).toMatchObject({
      basis: "estimated",
      board: "nrf52840",
      poolBytes: null,
    });
    expect(firmwareOf(findBoard("imxrt1062"))).toMatchObject({ basis: "estimated", board: "stm32h743" });
    expect(firmwareOf(findBoard("stm32u585"))).toMatchObject({ basis: "estimated", board: "qemu-m33" });
  });

  it("is the largest of all where no board has the core", () => {
    const largest = Math.max(...builtinFirmware().map(({ codeBytes }) => codeBytes));
    for (const id of ["esp32s3", "esp32c3"]) {
      expect(firmwareOf(findBoard(id)), id).toMatchObject({
        basis: "estimated",
        codeBytes: largest,
        codeIn: "flash",
      });
    }
  });

  it("takes RAM for its code where the linker puts it there", () => {
    const firmware = firmwareOf(findBoard("rp2040"));
    const { codeBytes, tablesBytes, variablesBytes, stackBytes } = firmware;
    expect(firmwareTotals(firmware)).toEqual({
      flashBytes: 0,
      ramBytes: codeBytes + tablesBytes + variablesBytes + stackBytes,
    });
  });

  it("leaves room for a network on every platform", () => {
    for (const board of builtinBoards()) {
      const { flashBytes, ramBytes } = firmwareTotals(firmwareOf(board));
      expect(flashBytes, board.id).toBeLessThan(board.memory.flashBytes / 4);
      expect(ramBytes, board.id).toBeLessThan(board.memory.ramBytes / 3);
    }
  });
});

describe("what fits", () => {
  const memory = (imageBytes: number) => ({
    imageBytes,
    arenaBytes: 1024,
    sections: { weights: imageBytes, tables: 0, header: 0, state: 0, io: 0, scratch: 0 },
  });
  const estimate = (platform: string, imageBytes: number, firmware?: boolean) =>
    new EnergySimulator({ platform, ...(firmware === undefined ? {} : { firmware }) }).estimate(
      { classes: { f32Add: 1 }, macs: [] },
      memory(imageBytes),
    );

  it("counts the firmware beside the network: an image that fills the flash does not fit", () => {
    const { flashBytes } = findBoard("nrf52840").memory;
    const { codeBytes, tablesBytes, dataBytes } = firmwareOf(findBoard("nrf52840"));
    const room = flashBytes - codeBytes - tablesBytes - dataBytes;
    expect(estimate("nrf52840", room)).toMatchObject({ fits: true, memory: { totalFlashBytes: flashBytes } });
    expect(estimate("nrf52840", room + 1)).toMatchObject({ fits: false, memory: { fits: { flash: false } } });
    expect(estimate("nrf52840", flashBytes, false)).toMatchObject({
      fits: true,
      memory: { firmware: null, totalFlashBytes: flashBytes },
    });
  });

  it("has the RAM that the linker leaves, and takes images into RAM only where the firmware does", () => {
    const { poolBytes } = firmwareOf(findBoard("rp2040"));
    const fitting = estimate("rp2040", poolBytes! - 1024);
    expect(fitting).toMatchObject({ fits: true, memory: { imageIn: "ram", ramForNetworkBytes: poolBytes } });
    const tooLarge = estimate("rp2040", poolBytes! - 1023);
    expect(tooLarge).toMatchObject({ fits: false, memory: { imageIn: "ram", fits: { ram: false } } });
    expect(tooLarge.memory!.imageInReason).toBe("the firmware takes images into RAM only");
  });
});

describe.skipIf(missing("make", "arm-none-eabi-gcc"))("the records", () => {
  it("are what a build gives, to the byte with the same compiler and core, within a tenth with others", async () => {
    const recorded = builtinFirmware().find(({ board }) => board === "qemu-m4f")!;
    const built = await measureFirmware("qemu-m4f");
    expect(built.portKernels).toEqual(recorded.portKernels);
    if (built.compiler === recorded.compiler && built.coreCrc === recorded.coreCrc)
      expect(built).toEqual(recorded);
    else expect(Math.abs(built.codeBytes / recorded.codeBytes - 1)).toBeLessThan(0.1);
  }, 60_000);
});
