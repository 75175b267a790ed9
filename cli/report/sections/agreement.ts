// 8. May the estimate be believed?

import type { AgreementSet, ReportData } from "../../../bindings/report/report.ts";
import { NEUTRAL } from "../../chart/theme.ts";
import { digits, percent, range } from "../../text.ts";
import type { Block, Figure, Section, Table } from "../document.ts";
import { chart, quantitative } from "../plots.ts";
import { cutRows, left, name, right, signedPercent } from "../words.ts";

/** Estimates this far off are marked in the figure. */
const BAND = 0.2;
const MOST_SETS = 4;

export function agreement(data: ReportData): Section {
  const sets = data.agreement.slice(0, MOST_SETS);
  const blocks: Block[] = [];
  if (sets.length > 0) {
    blocks.push(scatter(sets), blandAltman(sets), summary(sets));
  }
  if (data.emulated.length > 0) blocks.push(emulatedTable(data));
  if (!sets.some(({ source }) => source !== PUBLISHED)) {
    blocks.push({
      kind: "missing",
      text: "No measurement of these networks themselves.",
      how: "--crosscheck <file> adds what liquid-edge crosscheck --json found on an emulated board.",
    });
  }
  const measured = sets.find(({ kind }) => kind === "measured") ?? sets[0];
  return {
    id: "agreement",
    title: "Agreement with measurement",
    question: "May the estimate be believed?",
    takeaway:
      measured === undefined
        ? "Nothing was measured."
        : `${measured.title}: off by ${percent(measured.agreement.meanError)} in the mean over ${measured.agreement.n} results (bias ${signedPercent(measured.agreement.bias)}); ${percent(measured.agreement.coverage)} of them lie inside the 90 % interval.`,
    blocks,
  };
}

/** How the published results that come with the package are told from the user's own. */
export const PUBLISHED = "published";

function pairsOf(sets: readonly AgreementSet[]) {
  return sets.flatMap(({ title, pairs }) =>
    pairs.map(({ measured, estimate }) => ({
      set: name(title),
      measured,
      estimate: estimate.typ,
      low: estimate.min,
      high: estimate.max,
      error: 100 * (estimate.typ / measured - 1),
      inside: estimate.min <= measured && measured <= estimate.max,
    })),
  );
}

/** A plot of these layers for each set, side by side in twos, each with scales of its own. */
function facetsOf(sets: readonly AgreementSet[], height: number, layer: readonly object[]) {
  return {
    facet: {
      field: "set",
      type: "nominal",
      title: null,
      sort: sets.map(({ title }) => name(title)),
      header: { labelLimit: 280, labelAnchor: "start" },
    },
    columns: 2,
    spacing: 36,
    resolve: { scale: { x: "independent", y: "independent" } },
    spec: { width: 230, height, layer },
  };
}

function scatter(sets: readonly AgreementSet[]): Figure {
  const points = pairsOf(sets);
  const lines = sets.flatMap(({ title, pairs }) => {
    const all = pairs.flatMap(({ measured, estimate }) => [measured, estimate.typ]);
    const ends = [Math.min(...all), Math.max(...all)];
    return [1, 1 + BAND, 1 / (1 + BAND)].flatMap((factor, line) =>
      ends.map((end) => ({ set: name(title), line, at: end, value: end * factor })),
    );
  });
  const scale = { type: "log", nice: false, padding: 8 };
  const axis = { tickCount: 5 };
  return {
    kind: "figure",
    chart: chart(
      `Estimated against measured values, ${points.length} pairs; ${points.filter(({ inside }) => inside).length} measurements lie inside the estimate's 90 % interval.`,
      {
        title: "Estimated against measured",
        data: { values: [...points, ...lines] },
        ...facetsOf(sets, 200, [
          {
            transform: [{ filter: "isValid(datum.line)" }],
            mark: { type: "line", color: NEUTRAL, strokeWidth: 1 },
            encoding: {
              x: quantitative("at", "measured (log axis)", scale, axis),
              y: quantitative("value", "estimated (log axis)", scale, axis),
              detail: { field: "line" },
              strokeDash: {
                condition: { test: "datum.line === 0", value: [1, 0] },
                value: [4, 3],
              },
            },
          },
          {
            transform: [{ filter: "isValid(datum.measured)" }],
            mark: { type: "rule", strokeWidth: 2, opacity: 0.35 },
            encoding: {
              x: quantitative("measured", "measured (log axis)", scale, axis),
              y: quantitative("low", "estimated (log axis)", scale, axis),
              y2: { field: "high" },
            },
          },
          {
            transform: [{ filter: "isValid(datum.measured)" }],
            mark: { type: "point", filled: true, size: 30, opacity: 0.9 },
            encoding: {
              x: quantitative("measured", "measured (log axis)", scale, axis),
              y: quantitative("estimate", "estimated (log axis)", scale, axis),
            },
          },
        ]),
      },
    ),
    caption: `Line: equal; dashed: 20 % off. Bars: 90 % intervals of the estimate.`,
    data: pairTable(sets),
  };
}

function blandAltman(sets: readonly AgreementSet[]): Figure {
  const points = pairsOf(sets);
  const lines = sets.flatMap(({ title, agreement }) =>
    [agreement.bias, agreement.limits.min, agreement.limits.max].map((value, line) => ({
      set: name(title),
      line,
      value: 100 * value,
    })),
  );
  const scale = { type: "log", nice: false, padding: 8 };
  return {
    kind: "figure",
    chart: chart(
      `Relative error against the measured value, with bias and limits of agreement: ${sets.map(({ title, agreement }) => `${name(title)} bias ${signedPercent(agreement.bias)}, limits ${signedPercent(agreement.limits.min)} to ${signedPercent(agreement.limits.max)}`).join("; ")}.`,
      {
        title: "Error of the estimate (Bland and Altman)",
        data: { values: [...points, ...lines] },
        ...facetsOf(sets, 150, [
          {
            transform: [{ filter: "isValid(datum.line)" }],
            mark: { type: "rule", color: NEUTRAL, strokeWidth: 1.25 },
            encoding: {
              y: quantitative("value", "error, %", { padding: 6 }),
              strokeDash: { condition: { test: "datum.line === 0", value: [1, 0] }, value: [4, 3] },
            },
          },
          {
            transform: [{ filter: "isValid(datum.measured)" }],
            mark: { type: "point", filled: true, size: 30, opacity: 0.9 },
            encoding: {
              x: quantitative("measured", "measured (log axis)", scale, { tickCount: 5 }),
              y: quantitative("error", "error, %", { padding: 6 }),
            },
          },
        ]),
      },
    ),
    caption: "Line: bias; dashed: limits of agreement, 1.96 standard deviations either way.",
    data: pairTable(sets),
  };
}

function pairTable(sets: readonly AgreementSet[]): Table {
  const { shown, note } = cutRows(sets.flatMap((set) => set.pairs.map((pair) => ({ set, pair }))));
  return {
    kind: "table",
    caption: "Pairs",
    columns: [
      left("what", 2.6),
      left("quantity", 1.2),
      right("measured"),
      right("estimated"),
      right("90 % interval", 1.4),
      right("error", 0.8),
    ],
    rows: shown.map(({ set, pair: { name: what, measured, estimate } }) => [
      name(what),
      name(set.quantity),
      digits(measured),
      digits(estimate.typ),
      `[${range(estimate)}]`,
      signedPercent(estimate.typ / measured - 1),
    ]),
    ...(note === undefined ? {} : { note }),
  };
}

function summary(sets: readonly AgreementSet[]): Table {
  return {
    kind: "table",
    caption: "How far estimates are off",
    columns: [
      left("what", 2),
      left("kind"),
      right("n", 0.5),
      right("mean error"),
      right("worst"),
      right("bias"),
      right("limits of agreement", 1.8),
      right("inside 90 %"),
    ],
    rows: sets.map(({ title, kind, agreement: a }) => [
      name(title),
      { text: kind, level: "quiet" },
      String(a.n),
      percent(a.meanError),
      percent(a.worstError),
      signedPercent(a.bias),
      `${signedPercent(a.limits.min)} to ${signedPercent(a.limits.max)}`,
      percent(a.coverage),
    ]),
    note: `${sets.map(({ title, source }) => `${name(title)}: ${name(source === PUBLISHED ? "MLPerf Tiny, other people's networks (docs/validation.md)" : source)}`).join(". ")}.`,
  };
}

function emulatedTable({ emulated }: ReportData): Table {
  return {
    kind: "table",
    caption: "Counts of a time step on emulated boards",
    columns: [
      left("board"),
      left("core", 1.4),
      left("kind"),
      left("counts"),
      right("networks", 0.8),
      right("mean error"),
      right("worst"),
      right("uncalibrated"),
    ],
    rows: emulated.map((one) => [
      name(one.board),
      name(one.core),
      { text: "emulated", level: "quiet" },
      one.counts,
      String(one.networks),
      percent(one.meanError),
      percent(one.worstError),
      percent(one.uncalibratedMeanError),
    ]),
    note: "Networks that the calibration was not fitted to (docs/crosscheck.md). An emulator counts what is executed; no silicon was measured.",
  };
}
