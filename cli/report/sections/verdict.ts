// 1. May I merge, and what did it?

import type { State } from "../../../bindings/record/gate.ts";
import type { GateView, ReportData } from "../../../bindings/report/report.ts";
import { countsText, gateRows, QUIET } from "../../actions/baseline/gate-rows.ts";
import { count, digits, percent, range } from "../../text.ts";
import type { Block, Level, Section } from "../document.ts";
import { cutRows, firstFocus, left, life, name, right } from "../words.ts";

const LEVELS: Partial<Record<State, Level>> = {
  regressed: "bad",
  missing: "bad",
  incomparable: "bad",
  undecided: "doubtful",
  drifted: "doubtful",
  improved: "good",
};

export function verdict(data: ReportData): Section {
  const { gate, record, rows } = data;
  const blocks: Block[] = [];
  let takeaway: string;
  if ("missing" in gate) {
    const good = rows.filter((row) => row.fits !== false && row.period?.inTime === "yes").length;
    takeaway =
      rows.length === 0
        ? "Nothing could be costed."
        : `${good} of ${count(rows.length, "combination")} of network and platform fit and are in time at ${digits(rows[0]!.rateHz)} Hz, the upper end of the interval included.`;
    blocks.push(
      rows.length === 0
        ? {
            kind: "badge",
            text: "FAILED",
            level: "bad",
            detail: "no network could be costed on any platform",
          }
        : {
            kind: "badge",
            text: `${good} OF ${rows.length} FIT, IN TIME`,
            level: good === rows.length ? "good" : good > 0 ? "doubtful" : "bad",
            detail: `not held against a baseline: ${longer(gate.missing)}`,
          },
    );
  } else {
    takeaway = gateSentence(gate);
    blocks.push({
      kind: "badge",
      text: gate.exitCode === 0 ? "PASS" : "FAIL",
      level: gate.exitCode === 0 ? "good" : "bad",
      detail: `exit code ${gate.exitCode} of the gate against baseline ${name(gate.baseline)}, threshold ${Number((gate.threshold * 100).toPrecision(6))} %`,
    });
  }
  blocks.push(...glance(data));
  if (!("missing" in gate)) blocks.push(...gateBlocks(gate));
  if (record.skipped.length > 0) blocks.push(skippedTable(data));
  return {
    id: "verdict",
    title: "Verdict",
    question: "May this be merged, and what changed?",
    takeaway,
    blocks,
  };
}

function gateSentence({ result, summary }: GateView): string {
  const { counts } = result;
  const worst = result.comparisons.find(({ state }) => state === "regressed");
  const [entry, figure, before, now, change, why] = worst === undefined ? [] : gateRows([worst])[0]!.cells;
  const cause =
    worst === undefined
      ? ""
      : ` The worst: ${figure} of ${entry} from ${before} to ${now}, ${change} (${name(why!) || "no cause found"}).`;
  return `${summary[0]!.toUpperCase()}${summary.slice(1)}: ${countsText(counts)}.${cause}`;
}

function gateBlocks({ result, source }: GateView): Block[] {
  const all = gateRows(result.comparisons.filter(({ state }) => !QUIET.has(state)));
  if (all.length === 0) {
    return [
      {
        kind: "text",
        text: `Every compared figure is what it was in ${name(source)}, to the last digit kept.`,
      },
    ];
  }
  const { shown, note } = cutRows(all, 40);
  return [
    {
      kind: "table",
      caption: "Figures that differ from the baseline, the worst first",
      columns: [
        left("state", 1.3),
        left("entry", 2.6),
        left("figure", 1.2),
        right("baseline"),
        right("now"),
        right("change", 1.2),
        left("why", 3.2),
      ],
      rows: shown.map(({ state, cells }) => [
        { text: state, level: LEVELS[state] ?? "quiet" },
        { text: cells[0], code: true },
        ...cells.slice(1, 5),
        name(cells[5]),
      ]),
      ...(note === undefined ? {} : { note }),
    },
  ];
}

/** Figures of the entry that the details are about. */
function glance(data: ReportData): Block[] {
  const focus = firstFocus(data);
  if (focus === null) return [];
  const { energyUj, latencyMs, period, batteryHours, memoryKb, ramLimitKb, fits } = focus.row;
  const items: Extract<Block, { kind: "facts" }>["items"] = [];
  if (energyUj !== null)
    items.push({
      label: "energy an inference",
      value: digits(energyUj.value),
      unit: "µJ",
      detail: `90 % interval ${range(energyUj)}`,
    });
  if (latencyMs !== null)
    items.push({
      label: "latency",
      value: digits(latencyMs.value),
      unit: "ms",
      detail: `90 % interval ${range(latencyMs)}`,
    });
  if (period !== null)
    items.push({
      label: `of a period at ${digits(focus.row.rateHz)} Hz`,
      value: percent(period.utilisation.value).replace(" %", ""),
      unit: "%",
      detail: `at most ${percent(period.utilisation.max)}: ${
        period.inTime === "yes" ? "in time" : period.inTime === "likely" ? "likely in time" : "too late"
      }`,
      level: period.inTime === "yes" ? "good" : period.inTime === "likely" ? "doubtful" : "bad",
    });
  if (memoryKb !== null)
    items.push({
      label: "RAM",
      value: digits(memoryKb),
      unit: "kB",
      detail:
        ramLimitKb === null
          ? "of an unknown limit"
          : `${percent(memoryKb / ramLimitKb)} of ${digits(ramLimitKb)} kB${fits === false ? ": does not fit" : ""}`,
      ...(fits === false ? { level: "bad" as const } : {}),
    });
  if (batteryHours !== null)
    items.push({
      label: `on ${digits(data.battery.capacityMah)} mAh at ${digits(data.battery.voltageV)} V`,
      value: life(batteryHours.value).split(" ")[0]!,
      unit: life(batteryHours.value).split(" ")[1]!,
      detail: `90 % interval ${life(batteryHours.min)} to ${life(batteryHours.max)}`,
    });
  return [
    {
      kind: "text",
      text: `At a glance: ${name(focus.row.network)} on ${name(focus.row.platform)} (${name(focus.row.operatingPoint)}).`,
    },
    { kind: "facts", items },
  ];
}

function skippedTable({ record }: ReportData): Block {
  const { shown, note } = cutRows(record.skipped, 20);
  return {
    kind: "table",
    caption: "Combinations that could not be costed",
    columns: [left("entry", 1), left("why", 2)],
    rows: shown.map(({ id, reason }) => [{ text: name(id), code: true }, longer(reason)]),
    ...(note === undefined ? {} : { note }),
  };
}

/** A reason may be longer than a name. */
function longer(text: string): string {
  const parts = text.match(/.{1,100}/gsu) ?? [];
  return parts.slice(0, 5).map(name).join("");
}
