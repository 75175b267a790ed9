// What `estimate` prints for people of one network: a table of all platforms, and on request the details and sources of each.

import type { Board } from "../../bindings/board/board.ts";
import { totalOperations } from "../../bindings/count/op-class.ts";
import type { Estimate } from "../../bindings/estimate/estimate.ts";
import type { Variant } from "../../bindings/sweep/variants.ts";
import { POWER, unitFor } from "../../format/units.ts";
import { fits, inTime, shortCore, type Verdict } from "../../format/verdicts.ts";
import { matricesOf, matrixTable, skipText } from "../matrices.ts";
import {
  type Cell,
  type Column,
  count,
  digits,
  exact,
  paragraph,
  percent,
  styled,
  table,
  whole,
} from "../text.ts";
import type { Subject, Unavailable } from "./estimate.ts";
import { figureColumns, RIGHT } from "./estimate-columns.ts";
import { coefficients, details } from "./estimate-details.ts";

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
    ...(verbose ? formats(report.subject.variants[0]!, colour) : []),
    ...estimates.flatMap((estimate) => [
      ...(verbose ? ["", ...details(estimate, colour)] : []),
      ...(sources ? ["", ...coefficients(estimate, colour)] : []),
    ]),
  ].join("\n");
}

/** Formats of the network's matrices, under a title where there are several networks. */
export function formats({ network }: Variant, colour: boolean, title?: string): string[] {
  const matrices = network === null ? [] : matricesOf(network.compiled);
  if (matrices.length === 0) return [];
  return ["", ...(title === undefined ? [] : [styled(colour, "bold", title)]), matrixTable(matrices, colour)];
}

function head({ subject, estimates }: Report): string[] {
  const { steps, realTime } = estimates[0]!;
  const { profile, facts } = subject.variants[0]!;
  const { classes, macs } = profile;
  const executed = [
    ...(Object.keys(classes).length === 0 ? [] : [`${whole(totalOperations(classes))} operations`]),
    ...macs.map((mac) => `${whole(mac.count)} MACs of ${mac.kernel}`),
  ].join(", ");
  const precision = facts.precision === undefined ? "" : `, ${facts.precision}`;
  return [
    `${subject.name}: ${subject.summary}${precision}; ${executed || "no operations"} a time step`,
    ...(estimates[0]!.assumed.length === 0 ? [] : [`Assumed: ${estimates[0]!.assumed.join("; ")}.`]),
    `An inference is ${count(steps, "time step")}, ${exact(realTime.rateHz)} a second. Typical value and 90 % interval.`,
    ...skippingLines(estimates),
  ];
}

/** Of networks that skip unchanged inputs: what which figure is of, and what the same networks take without. */
export function skippingLines(estimates: readonly Estimate[]): string[] {
  const skipping = estimates.filter((e) => e.skipping !== undefined);
  if (skipping.length === 0) return [];
  const { of, threshold, data } = skipping[0]!.skipping!;
  const what = `Skips ${skipText({ of, threshold })}. `;
  const basis =
    data === null
      ? "All figures are of the worst case, a step in which all have changed; the energy of a mean step needs --data."
      : `Energy and power are the mean of ${steps(data)} of ${data.source}, in which ${percent(data.skippedShare)} of the ` +
        "multiplications that could be skipped were; latency and in time are of the worst case, a step in which all have changed.";
  const without = skipping.flatMap(({ platform, energyUj, skipping: use }) => {
    if (use!.without === null) return [];
    const change = energyUj.typ / use!.without.energyUj.typ - 1;
    return `${platform} ${digits(use!.without.energyUj.typ)} µJ (so ${percent(Math.abs(change))} ${change < 0 ? "saved" : "lost"}${data === null ? " at the most" : ""})`;
  });
  return [what + basis, ...(without.length === 0 ? [] : [`Without skipping: ${without.join(", ")}.`])];
}

function steps({ steps, ofSteps }: { steps: number; ofSteps: number }): string {
  return steps === ofSteps ? count(steps, "time step") : `${whole(steps)} of ${count(ofSteps, "time step")}`;
}

function mainTable({ estimates, boards, colour }: Report): string {
  const { latency, energy } = figureColumns(estimates);
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
    styledVerdict(inTime(e)),
    ...(hasMemory ? [digits(e.ramBytes! / 1024), digits(e.flashBytes! / 1024), styledVerdict(fits(e))] : []),
  ]);
  return table(columns, rows, colour);
}

const STYLES = { good: "green", doubtful: "yellow", bad: "red" } as const;

export function styledVerdict({ text, level }: Verdict): Cell {
  return { text, style: STYLES[level] };
}

/** The same of one time step, where an inference is several. */
function stepTable(estimates: readonly Estimate[], colour: boolean): string {
  const { latency, energy } = figureColumns(estimates.map(({ perStep }) => perStep));
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
  return [
    "power: average over a period, waiting included. in time: (wake-up + latency) / period.",
    `Between inferences: ${groups(estimates, waiting)}.`,
    ...(subject.variants[0]!.facts.precision === "fp16" ? [FP16_NOTE] : []),
    ...commonFoot(estimates, { sources, verbose }),
  ];
}

export const FP16_NOTE =
  "fp16: half the bytes, more work: weights are widened when used, since no platform here computes in fp16.";

/** The last lines of both tables: memory, and what is left out. */
export function commonFoot(
  estimates: readonly Estimate[],
  { sources, verbose }: { sources: boolean; verbose: boolean },
): string[] {
  const asked = [
    ...(sources ? [] : ["sources: --sources"]),
    ...(verbose ? [] : ["breakdown and outer bounds: --verbose"]),
  ];
  const others = estimates
    .filter((e) => !e.bitIdentical)
    .map((e) => `${e.platform} with ${e.cycleOption}: results may differ from the core's in the last bits.`);
  return [
    ...(estimates[0]!.memory === null
      ? []
      : [
          `RAM and flash: the network's own; it runs from ${groups(estimates, placeName)}. ${fitsLine(estimates)}`,
        ]),
    ...portKernelLines(estimates),
    ...compiledDenseLines(estimates),
    ...new Set(others),
    `Not modelled: sensors, radio, regulators, start-up (docs/estimate.md).${asked.length === 0 ? "" : ` ${capital(asked.join("; "))}.`}`,
  ];
}

/** What else was counted before "fits" was said. */
function fitsLine(estimates: readonly Estimate[]): string {
  const firmware = estimates.map(({ memory }) => memory!.firmware).filter((f) => f !== null);
  if (firmware.length === 0) return "fits: without firmware.";
  const sizes = firmware.map(
    ({ codeBytes, tablesBytes, dataBytes }) => (codeBytes + tablesBytes + dataBytes) / 1024,
  );
  const [least, most] = [digits(Math.min(...sizes), 2), digits(Math.max(...sizes), 2)];
  const basis = [...new Set(firmware.map((f) => f.basis))].toSorted().reverse().join(" or ");
  return `fits: beside firmware of ${least === most ? least : `${least} to ${most}`} kB of code (${basis}).`;
}

/** Which platforms' firmware brings kernels of its own. */
function portKernelLines(estimates: readonly Estimate[]): string[] {
  const using = estimates.filter((e) => e.portKernels.length > 0);
  if (using.length === 0) return [];
  const names = [...new Set(using.flatMap((e) => e.portKernels))].join(", ");
  const platforms = [...new Set(using.map((e) => e.platform))].join(", ");
  return [`${names} of the port on ${platforms}, of the same bits; --no-port-kernels prices the core's.`];
}

/** Which matrices are compiled dense for a board's sake, and where. */
function compiledDenseLines(estimates: readonly Estimate[]): string[] {
  const dense = estimates.filter((e) => e.compiledDense.length > 0);
  if (dense.length === 0) return [];
  // Of the same network on several platforms, and of several networks on one.
  const where = groups(dense, ({ precision, compiledDense }) => `${precision} ${compiledDense.join(", ")}`);
  const boards = [...new Set(dense.map((e) => e.platform))].join(", ");
  return [
    `Compiled dense there, of the same bits, for less energy although of more operations: ${where}${where.includes(" on ") ? "" : ` on ${boards}`}.`,
  ];
}

/** What `key` says, and of which platforms where it says several things. */
function groups(estimates: readonly Estimate[], key: (e: Estimate) => string): string {
  const texts = [...new Set(estimates.map(key))];
  if (texts.length === 1) return texts[0]!;
  const platforms = (text: string) => [
    ...new Set(estimates.filter((e) => key(e) === text).map((e) => e.platform)),
  ];
  return texts.map((text) => `${text} on ${platforms(text).join(", ")}`).join("; ");
}

function waiting({ idle }: Estimate): string {
  return idle.mode === "run" ? `busy waiting (${idle.reason.replace(/^default: /, "")})` : idle.mode;
}

function placeName({ memory }: Estimate): string {
  return memory!.imageIn === "ram" ? "RAM" : "flash";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
