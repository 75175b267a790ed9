// What `estimate` prints for people: a table of all platforms, and on request the details and sources of each.

import type { Board } from "../../bindings/board/board.ts";
import { totalOperations } from "../../bindings/count/op-class.ts";
import type { Estimate } from "../../bindings/estimate/estimate.ts";
import type { Interval } from "../../bindings/estimate/interval.ts";
import {
  bytes,
  type Cell,
  type Column,
  count,
  digits,
  exact,
  paragraph,
  percent,
  range,
  styled,
  table,
  whole,
} from "../text.ts";
import type { Subject, Unavailable } from "./estimate.ts";

export interface Report {
  subject: Subject;
  /** In the order of the rows. */
  estimates: readonly Estimate[];
  boards: ReadonlyMap<string, Board>;
  unavailable: readonly Unavailable[];
  colour: boolean;
  sources: boolean;
  verbose: boolean;
}

const RIGHT = "right" as const;

/** The whole text. */
export function estimateReport(report: Report): string {
  const { estimates, unavailable, colour, sources, verbose } = report;
  return [
    ...head(report).map(paragraph),
    "",
    mainTable(report),
    ...(estimates[0]!.steps === 1 ? [] : ["", stepTable(estimates, colour)]),
    ...unavailable.map(({ platform, unavailable: why }) => `${platform}  not available: ${why}`),
    "",
    ...foot(report).map(paragraph),
    ...estimates.flatMap((estimate) => [
      ...(verbose ? ["", ...details(estimate, colour)] : []),
      ...(sources ? ["", ...coefficients(estimate, colour)] : []),
    ]),
  ].join("\n");
}

function head({ subject, estimates }: Report): string[] {
  const { steps, realTime } = estimates[0]!;
  const { classes, macs } = subject.profile;
  const executed = [
    ...(Object.keys(classes).length === 0 ? [] : [`${whole(totalOperations(classes))} operations`]),
    ...macs.map((mac) => `${whole(mac.count)} MACs of ${mac.kernel}`),
  ].join(", ");
  const precision = subject.facts.precision === undefined ? "" : `, ${subject.facts.precision}`;
  return [
    `${subject.name}: ${subject.summary}${precision}; ${executed || "no operations"} a time step`,
    ...(estimates[0]!.assumed.length === 0 ? [] : [`Assumed: ${estimates[0]!.assumed.join("; ")}.`]),
    `An inference is ${count(steps, "time step")}, ${exact(realTime.rateHz)} a second. Typical value and 90 % interval.`,
  ];
}

/** Units for a column, largest first; the unit is the largest that leaves half of the typical values at least 1. */
type Units = readonly (readonly [scale: number, name: string])[];
const TIME: Units = [
  [1e6, "s"],
  [1e3, "ms"],
  [1, "µs"],
];
const ENERGY: Units = [
  [1e6, "J"],
  [1e3, "mJ"],
  [1, "µJ"],
  [1e-3, "nJ"],
];
const POWER: Units = [
  [1e6, "W"],
  [1e3, "mW"],
  [1, "µW"],
];

function unitFor(units: Units, typical: readonly number[]): readonly [number, string] {
  const median = typical.toSorted((a, b) => a - b)[typical.length >> 1]!;
  return units.find(([scale]) => median >= scale) ?? units.at(-1)!;
}

/** Two columns: the typical value, and the interval. */
function intervalColumns(title: string, units: Units, values: readonly Interval[]) {
  const [scale, unit] = unitFor(
    units,
    values.map(({ typ }) => typ),
  );
  const columns: Column[] = [
    { title: `${title} ${unit}`, align: RIGHT },
    { title: "[min–max]", align: RIGHT, gap: 1 },
  ];
  const cells = ({ typ, min, max }: Interval): Cell[] => [
    digits(typ / scale),
    { text: `[${range({ min: min / scale, max: max / scale })}]`, style: "dim" },
  ];
  return { columns, cells };
}

function mainTable({ estimates, boards, colour }: Report): string {
  const latency = intervalColumns(
    "latency",
    TIME,
    estimates.map((e) => e.latencyUs),
  );
  const energy = intervalColumns(
    "energy",
    ENERGY,
    estimates.map((e) => e.energyUj),
  );
  const [powerScale, powerUnit] = unitFor(
    POWER,
    estimates.map((e) => e.averagePowerUw.typ),
  );
  const hasMemory = estimates[0]!.memory !== null;
  const columns: Column[] = [
    { title: "platform" },
    { title: "core" },
    { title: "MHz", align: RIGHT },
    ...latency.columns,
    ...energy.columns,
    { title: `power ${powerUnit}`, align: RIGHT },
    { title: "in time" },
    ...(hasMemory
      ? [{ title: "RAM kB", align: RIGHT }, { title: "flash kB", align: RIGHT }, { title: "fits" }]
      : []),
  ];
  const rows = estimates.map((e): Cell[] => [
    e.platform,
    shortCore(boards.get(e.platform)!.core.name),
    exact(e.operatingPoint.clockHz / 1e6),
    ...latency.cells(e.latencyUs),
    ...energy.cells(e.energyUj),
    digits(e.averagePowerUw.typ / powerScale),
    inTime(e),
    ...(hasMemory ? [digits(e.ramBytes! / 1024), digits(e.flashBytes! / 1024), fits(e)] : []),
  ]);
  return table(columns, rows, colour);
}

/** The part that tells cores apart: "M4F", "LX7", "RV32IMC". */
function shortCore(name: string): string {
  return name.replace(/^(Arm Cortex-|Tensilica Xtensa |RISC-V )/, "");
}

function inTime({ realTime }: Estimate): Cell {
  const { ok, okTypical, utilisation } = realTime;
  const share = percent(utilisation.typ);
  if (ok) return { text: `yes ${share}`, style: "green" };
  return okTypical ? { text: `likely ${share}`, style: "yellow" } : { text: `no ${share}`, style: "red" };
}

function fits({ memory }: Estimate): Cell {
  const { flash, ram, ramLimit } = memory!.fits;
  if (!flash) return { text: "no: flash", style: "red" };
  if (!ram) return { text: "no: RAM", style: "red" };
  return ramLimit === false ? { text: "no: limit", style: "red" } : { text: "yes", style: "green" };
}

/** The same of one time step, where an inference is several. */
function stepTable(estimates: readonly Estimate[], colour: boolean): string {
  const latency = intervalColumns(
    "latency",
    TIME,
    estimates.map((e) => e.perStep.latencyUs),
  );
  const energy = intervalColumns(
    "energy",
    ENERGY,
    estimates.map((e) => e.perStep.energyUj),
  );
  return table(
    [{ title: "one time step" }, { title: "cycles", align: RIGHT }, ...latency.columns, ...energy.columns],
    estimates.map((e) => [
      e.platform,
      digits(e.perStep.cycles.typ),
      ...latency.cells(e.perStep.latencyUs),
      ...energy.cells(e.perStep.energyUj),
    ]),
    colour,
  );
}

function foot({ subject, estimates, sources, verbose }: Report): string[] {
  const groups = (key: (e: Estimate) => string): string => {
    const texts = [...new Set(estimates.map(key))];
    if (texts.length === 1) return texts[0]!;
    const platforms = (text: string) => estimates.filter((e) => key(e) === text).map((e) => e.platform);
    return texts.map((text) => `${text} on ${platforms(text).join(", ")}`).join("; ");
  };
  const waits = groups(({ idle }) =>
    idle.mode === "run" ? `busy waiting (${idle.reason.replace(/^default: /, "")})` : `${idle.mode}`,
  );
  const asked = [
    ...(sources ? [] : ["sources: --sources"]),
    ...(verbose ? [] : ["breakdown and outer bounds: --verbose"]),
  ];
  return [
    "power: average over a period, waiting included. in time: (wake-up + latency) / period.",
    `Between inferences: ${waits}.`,
    ...(subject.facts.precision === "fp16"
      ? ["fp16: weights take half the bytes; arithmetic is fp32, since no platform here computes in fp16."]
      : []),
    ...(estimates[0]!.memory === null
      ? []
      : [
          `RAM and flash: the network's own, without code and stack; it runs from ${groups((e) => placeName(e))}.`,
        ]),
    ...portKernelLines(estimates),
    ...estimates
      .filter((e) => !e.bitIdentical)
      .map(
        (e) => `${e.platform} with ${e.cycleOption}: results may differ from the core's in the last bits.`,
      ),
    `Not modelled: sensors, radio, regulators, start-up (docs/estimate.md).${asked.length === 0 ? "" : ` ${capital(asked.join("; "))}.`}`,
  ];
}

/** Which platforms' firmware brings kernels of its own. */
function portKernelLines(estimates: readonly Estimate[]): string[] {
  const using = estimates.filter((e) => e.portKernels.length > 0);
  if (using.length === 0) return [];
  const names = [...new Set(using.flatMap((e) => e.portKernels))].join(", ");
  const platforms = using.map((e) => e.platform).join(", ");
  return [`${names} of the port on ${platforms}, of the same bits; --no-port-kernels prices the core's.`];
}

function placeName({ memory }: Estimate): string {
  return memory!.imageIn === "ram" ? "RAM" : "flash";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `--verbose`: outer bounds, power, waiting, memory, and where the cycles go. */
function details(e: Estimate, colour: boolean): string[] {
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
      `${e.platform}: ${point.description}; ${exact(point.clockHz / 1e6)} MHz, ${exact(point.supplyV)} V`,
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
    ...shares("layer", breakdown.layers),
    ...shares("operation class", breakdown.classes),
    ...shares("kernel by the MAC", breakdown.kernels),
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

/** `--sources`: the coefficients in use, their sources numbered below. */
function coefficients(e: Estimate, colour: boolean): string[] {
  const sources = [...new Set(e.coefficients.map(({ source }) => source))];
  return [
    styled(colour, "bold", `${e.platform}: coefficients in use`),
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
