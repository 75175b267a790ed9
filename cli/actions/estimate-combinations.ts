// What `estimate` prints for people of several networks, or of one with its accuracy: platform by platform, a row for each
// combination of number format and sparsity.

import type { Estimate } from "../../bindings/estimate/estimate.ts";
import { fits } from "../../format/verdicts.ts";
import { type Cell, type Column, count, digits, exact, paragraph, percent, styled, table } from "../text.ts";
import type { Result } from "./estimate.ts";
import { figureColumns, RIGHT } from "./estimate-columns.ts";
import { coefficients, details } from "./estimate-details.ts";
import {
  commonFoot,
  FP16_NOTE,
  formats,
  type Report,
  skippingLines,
  styledVerdict,
} from "./estimate-report.ts";
import { METRIC_TITLES, shown } from "./evaluate-report.ts";

export interface CombinationsReport extends Omit<Report, "estimates"> {
  /** In the order of the rows: those of a platform stand together. */
  results: readonly Result[];
}

/** The whole text. */
export function combinationsReport(report: CombinationsReport): string {
  const { subject, results, unavailable, colour, sources, verbose } = report;
  const estimates = results.map(({ estimate }) => estimate);
  const { steps, realTime } = estimates[0]!;
  const assumed = new Set(subject.variants.flatMap(({ facts }) => facts.assumed ?? []));
  const isMissing = new Set<Error>(subject.missing.map(({ error }) => error));
  return [
    paragraph(`${subject.name}: ${subject.summary}`),
    ...[...assumed].map((text) => paragraph(`Assumed: ${text}.`)),
    ...accuracyHead(report),
    paragraph(
      `An inference is ${count(steps, "time step")}, ${exact(realTime.rateHz)} a second. Typical value and 90 % interval.`,
    ),
    ...skippingLines(estimates).map(paragraph),
    "",
    combinationsTable(report),
    ...subject.missing.map(({ precision, requestedSparsity, error }) =>
      paragraph(
        `${precision}${requestedSparsity === 0 ? "" : `, pruned to ${requestedSparsity}`}: not available: ${error.message}`,
      ),
    ),
    ...unavailable
      .filter((entry) => !("error" in entry && isMissing.has(entry.error as Error)))
      .map(({ platform, precision, unavailable: why }) =>
        paragraph(`${platform}${precision === null ? "" : ` ${precision}`}: not available: ${why}`),
      ),
    "",
    ...foot(report, estimates).map(paragraph),
    ...(verbose
      ? subject.variants.flatMap((variant) =>
          formats(
            variant,
            colour,
            `${variant.facts.precision}, sparsity ${percent(variant.facts.sparsity!)}`,
          ),
        )
      : []),
    ...estimates.flatMap((e) => {
      const label = `${e.platform}, ${e.precision}, sparsity ${percent(e.sparsity!)}`;
      return [
        ...(verbose ? ["", ...details(e, colour, label)] : []),
        ...(sources ? ["", ...coefficients(e, colour, label)] : []),
      ];
    }),
  ].join("\n");
}

/** On which data, and what to be careful about. */
function accuracyHead({ subject, colour }: CombinationsReport): string[] {
  const evaluations = subject.variants.flatMap(({ evaluation }) => evaluation ?? []);
  if (evaluations.length === 0) return [];
  const { dataset, split, n, sequences } = evaluations[0]!;
  const answers =
    n === sequences ? count(n, "sequence") : `${count(n, "step")} of ${count(sequences, "sequence")}`;
  const warnings = new Set(evaluations.flatMap((evaluation) => evaluation.warnings));
  return [
    paragraph(`Accuracy: ${dataset}, ${split}, ${answers}.`),
    ...[...warnings].map((text) => paragraph(`${styled(colour, "yellow", "Careful:")} ${text}.`)),
  ];
}

function combinationsTable({ results, colour }: CombinationsReport): string {
  const estimates = results.map(({ estimate }) => estimate);
  const { latency, energy } = figureColumns(estimates);
  const metric = results[0]!.variant.evaluation?.metric.name;
  // With a metric there is no room for the interval of the latency; JSON has it.
  const latencyColumns = metric === undefined ? latency.columns.length : 1;
  const columns: Column[] = [
    { title: "platform" },
    { title: "precision" },
    { title: "sparsity", align: RIGHT },
    ...energy.columns,
    ...latency.columns.slice(0, latencyColumns),
    { title: "RAM kB", align: RIGHT },
    { title: "flash kB", align: RIGHT },
    { title: "ratio", align: RIGHT },
    ...(metric === undefined
      ? [{ title: "fits" }]
      : [
          { title: METRIC_TITLES[metric], align: RIGHT },
          { title: "[min–max]", align: RIGHT, gap: 1 },
        ]),
  ];
  const rows = results.map(({ estimate: e, variant }, i): Cell[] => {
    const first = estimates.find(({ platform }) => platform === e.platform)!;
    const evaluated = variant.evaluation?.metric;
    return [
      e.platform === estimates[i - 1]?.platform ? "" : e.platform,
      e.precision!,
      percent(e.sparsity!),
      ...energy.cells(e.energyUj),
      ...latency.cells(e.latencyUs).slice(0, latencyColumns),
      digits(e.ramBytes! / 1024),
      digits(e.flashBytes! / 1024),
      digits(e.energyUj.typ / first.energyUj.typ),
      ...(evaluated === undefined
        ? [styledVerdict(fits(e))]
        : [
            shown(evaluated.name, evaluated.value),
            {
              text: `[${shown(evaluated.name, evaluated.min)}–${shown(evaluated.name, evaluated.max)}]`,
              style: "dim" as const,
            },
          ]),
    ];
  });
  return table(columns, rows, colour);
}

function foot(
  { subject, results, sources, verbose }: CombinationsReport,
  estimates: readonly Estimate[],
): string[] {
  const tooLarge = estimates.filter((e) => e.fits === false);
  const hasMetric = results[0]!.variant.evaluation !== null;
  return [
    "sparsity: share of all connections that the image neither holds nor executes, unless compiled dense. ratio: energy, or latency, to that of " +
      "the platform's first row.",
    ...(subject.variants.some(({ facts }) => facts.precision === "fp16") ? [FP16_NOTE] : []),
    ...(hasMetric && tooLarge.length > 0
      ? [
          `Does not fit: ${tooLarge.map((e) => `${e.platform} in ${e.precision} at ${percent(e.sparsity!)}`).join(", ")}.`,
        ]
      : []),
    ...commonFoot(estimates, { sources, verbose }),
  ];
}
