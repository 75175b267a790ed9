// What `--verbose` and `--sources` add to the tables of `estimate`.

import { type Firmware, firmwareTotals } from "../../bindings/board/firmware.ts";
import type { Estimate } from "../../bindings/estimate/estimate.ts";
import type { Interval } from "../../bindings/estimate/interval.ts";
import { bytes, type Cell, digits, exact, paragraph, percent, range, styled, table, whole } from "../text.ts";
import { RIGHT } from "./estimate-columns.ts";

/** `--verbose`: outer bounds, power, waiting, memory, and where the cycles go. */
export function details(e: Estimate, colour: boolean, label = e.platform): string[] {
  const { operatingPoint: point, corner, idle, memory, breakdown } = e;
  const bounds = (title: string, value: Interval, outer: { min: number; max: number } | null): Cell[] => [
    title,
    digits(value.typ),
    range(value),
    outer === null ? "" : range(outer),
  ];
  const shares = (
    title: string,
    costs: readonly { name: string; count: number; cycles: number; share: number }[],
  ) =>
    costs.length === 0
      ? []
      : [
          "",
          table(
            [
              { title },
              { title: "count", align: RIGHT },
              { title: "cycles", align: RIGHT },
              { title: "share", align: RIGHT },
              { title: "energy µJ", align: RIGHT },
            ],
            costs.map((c) => [
              c.name,
              whole(c.count),
              digits(c.cycles, 4),
              percent(c.share),
              digits(e.energyUj.typ * c.share),
            ]),
            colour,
          ),
        ];
  return [
    styled(
      colour,
      "bold",
      `${label}: ${point.description}; ${exact(point.clockHz / 1e6)} MHz, ${exact(point.supplyV)} V`,
    ),
    table(
      [
        { title: "an inference" },
        { title: "typical", align: RIGHT },
        { title: "90 % interval", align: RIGHT },
        { title: "outer bounds", align: RIGHT },
      ],
      [
        bounds("cycles", e.cycles, corner.cycles),
        bounds("latency µs", e.latencyUs, corner.latencyUs),
        bounds("energy µJ", e.energyUj, corner.energyUj),
        bounds("average power µW", e.averagePowerUw, corner.averagePowerUw),
        bounds("peak power µW", e.peakPowerUw, null),
        ...(e.batteryLifeHours === null ? [] : [bounds("battery life h", e.batteryLifeHours, null)]),
      ],
      colour,
    ),
    `Waiting: ${idle.mode} (${idle.reason}), ${idle.description}; ${digits(idle.currentMa.typ)} mA, wake-up ` +
      `${digits(idle.wakeUs.typ)} µs, ${percent(idle.timeShare.typ)} of the time, ${percent(idle.energyShare)} of the energy`,
    ...(memory === null ? [] : [memoryLine(memory)]),
    ...(memory === null || memory.firmware === null ? [] : [firmwareLine(memory, memory.firmware)]),
    ...shares("layer", breakdown.layers),
    ...shares("operation class", breakdown.classes),
    ...shares("kernel by the MAC", breakdown.kernels),
    ...shares("kernel by the row", breakdown.rows),
  ];
}

function memoryLine(memory: NonNullable<Estimate["memory"]>): string {
  const sections = (place: "image" | "arena") =>
    memory.sections
      .filter((s) => s.place === place && s.bytes > 0)
      .map((s) => `${s.section} ${bytes(s.bytes)}`)
      .join(", ");
  const peak = memory.peakBytes === null ? "" : `; linear memory while running ${bytes(memory.peakBytes)}`;
  return (
    `Memory: image ${bytes(memory.flashBytes)} (${sections("image")}), runs from ${memory.imageIn} ` +
    `(${memory.imageInReason}); arena (${sections("arena")})${peak}`
  );
}

function firmwareLine(memory: NonNullable<Estimate["memory"]>, firmware: Firmware): string {
  const { basis, board, compiler, codeIn, codeBytes, tablesBytes, variablesBytes, stackBytes } = firmware;
  const how =
    basis === "measured" ? `measured, ${compiler}` : `estimated: that of ${board}, measured with ${compiler}`;
  const { flashBytes, ramBytes } = firmwareTotals(firmware);
  const total = (all: number, own: number) => `${bytes(all)}, of which firmware ${bytes(own)}`;
  return (
    `Firmware: code ${bytes(codeBytes)} and tables ${bytes(tablesBytes)} in ${codeIn}, variables ` +
    `${bytes(variablesBytes)}, stack ${bytes(stackBytes)} (${how}). Flash ` +
    `${total(memory.totalFlashBytes, flashBytes)}, RAM ${total(memory.totalRamBytes, ramBytes)}; room for image and arena ` +
    `${bytes(memory.ramForNetworkBytes)}`
  );
}

/** `--sources`: the coefficients in use, their sources numbered below. */
export function coefficients(e: Estimate, colour: boolean, label = e.platform): string[] {
  const sources = [...new Set(e.coefficients.map(({ source }) => source))];
  return [
    styled(colour, "bold", `${label}: coefficients in use`),
    table(
      [
        { title: "coefficient" },
        { title: "typical", align: RIGHT },
        { title: "90 % range", align: RIGHT },
        { title: "grade" },
        { title: "source" },
      ],
      e.coefficients.map((c) => [
        c.name,
        digits(c.typ),
        range(c),
        c.grade,
        `[${sources.indexOf(c.source) + 1}]`,
      ]),
      colour,
    ),
    ...sources.map((source, i) => paragraph(`[${i + 1}] ${source}`)),
    "Grades: A read in an official document, B in an opened secondary source, C inferred, scaled or from memory.",
  ];
}
