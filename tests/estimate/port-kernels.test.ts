// Kernels of a board's port are priced by the MAC, in place of the operations of the core's own kernel.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtinBoards, findBoard } from "../../bindings/board/load.ts";
import type { NetworkProfile } from "../../bindings/count/op-profile.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { exactBoard } from "./boards.ts";

/** 10 additions outside of a kernel that multiplies 100 times in 400 operations. */
const profile: NetworkProfile = {
  operations: 410,
  classes: { f32Add: 10, i32Mul: 100, i32Load8: 300 },
  macs: [],
  layers: [
    {
      name: "dense",
      kind: "dense",
      operations: 410,
      classes: { f32Add: 10, i32Mul: 100, i32Load8: 300 },
      kernels: [
        {
          name: "matvecS8",
          calls: 1,
          macs: 100,
          rows: 10,
          operations: 400,
          classes: { i32Mul: 100, i32Load8: 300 },
        },
      ],
    },
  ],
  kernels: [
    {
      name: "matvecS8",
      calls: 1,
      macs: 100,
      rows: 10,
      operations: 400,
      classes: { i32Mul: 100, i32Load8: 300 },
    },
  ],
  valueDependent: [],
};

describe("kernels of the port", () => {
  const board = exactBoard({ portKernels: { matvecS8: "int8-scalar" } });

  it("cost what a MAC costs on the board", () => {
    // 10 additions of 1 cycle and 100 MACs of 5: the table of exactBoard.
    const estimate = new EnergySimulator({ platform: board }).estimate(profile);
    expect(estimate.cycles).toEqual({ typ: 510, min: 510, max: 510 });
    expect(estimate.portKernels).toEqual(["matvecS8"]);
    expect(estimate.breakdown.layers[0]).toMatchObject({ cycles: 510, share: 1 });
    expect(estimate.breakdown.kernels).toMatchObject([{ name: "int8-scalar", count: 100, cycles: 500 }]);
  });

  it("cost what a row costs beside, where the board says so", () => {
    const { cycles: table } = exactBoard();
    const kernels = {
      ...table.kernels,
      rows: { ...table.kernels["int8-scalar"]!, perRow: table.classes.f32Div! },
    };
    const platform = exactBoard({ portKernels: { matvecS8: "rows" }, cycles: { ...table, kernels } });
    const perRow = table.classes.f32Div!.typ;
    const estimate = new EnergySimulator({ platform }).estimate(profile);
    // 10 additions, 100 MACs of 5, 10 rows.
    expect(estimate.cycles.typ).toBe(510 + 10 * perRow);
    expect(estimate.breakdown.layers[0]).toMatchObject({ cycles: 510 + 10 * perRow, share: 1 });
    expect(estimate.breakdown.rows).toMatchObject([{ name: "rows", count: 10, cycles: 10 * perRow }]);
    expect(estimate.coefficients).toContainEqual(
      expect.objectContaining({ name: "cyclesPerRow.rows", typ: perRow }),
    );
    // A profile from elsewhere says how many, or cannot be priced.
    const elsewhere = (rows?: number) => ({
      classes: {},
      macs: [{ kernel: "rows", count: 100, ...(rows === undefined ? {} : { rows }) }],
    });
    expect(new EnergySimulator({ platform }).estimate(elsewhere(4)).cycles.typ).toBe(500 + 4 * perRow);
    expect(() => new EnergySimulator({ platform }).estimate(elsewhere())).toThrow(
      'kernel "rows" is priced by the row as well, and the profile has 100 MACs of it without "rows"',
    );
  });

  it("are left out where the firmware is", () => {
    const estimate = new EnergySimulator({ platform: board, portKernels: false }).estimate(profile);
    expect(estimate.portKernels).toEqual([]);
    const core = new EnergySimulator({ platform: exactBoard() }).estimate(profile);
    expect(estimate.cycles).toEqual(core.cycles);
  });

  it("leave a profile from elsewhere alone", () => {
    const elsewhere = { classes: { i32Mul: 100 }, macs: [] };
    const estimate = new EnergySimulator({ platform: board }).estimate(elsewhere);
    expect(estimate.portKernels).toEqual([]);
  });

  it("are those that the firmware of each platform is built with", () => {
    for (const { id, portKernels } of builtinBoards()) {
      let makefile = "";
      try {
        makefile = readFileSync(new URL(`../../boards/${id}/board.mk`, import.meta.url), "utf8");
      } catch {
        // No port, or one that brings no kernels.
      }
      const built = /^PORT_KERNELS\s*:=(.*)$/m.exec(makefile)?.[1]?.trim().split(/\s+/) ?? [];
      expect(Object.keys(portKernels), id).toEqual(built);
    }
    expect(findBoard("nrf52840").portKernels).toEqual({
      matvecS8: "port-int8",
      matvecS8x16: "port-int8x16",
      matvecS4x16: "port-int4x16",
      matvecBlockS8: "port-int8-block",
      matvecBlockS8x16: "port-int8-block",
    });
  });
});
