// An evaluation as people read it.

import type { Comparison } from "../../bindings/evaluate/compare.ts";
import type { Evaluation, MetricResult } from "../../bindings/evaluate/evaluate.ts";
import type { Deviation, Saturation } from "../../bindings/evaluate/fidelity.ts";
import { type Column, count, digits, paragraph, styled, table, whole } from "../text.ts";
import type { Against } from "./evaluate.ts";

export const METRIC_TITLES: Record<MetricResult["name"], string> = {
  accuracy: "accuracy %",
  balancedAccuracy: "balanced accuracy %",
  f1: "F1 %",
  auc: "ROC AUC",
  averagePrecision: "average precision",
  mse: "mean squared error",
  mae: "mean absolute error",
};

/** A metric's value as its title says: percent, area or error. */
export function shown(name: MetricResult["name"], value: number): string {
  if (name === "mse" || name === "mae") return digits(value, 4);
  const [factor, decimals] = name === "auc" || name === "averagePrecision" ? [1, 4] : [100, 2];
  return (factor * value).toFixed(decimals);
}

const right = (title: string): Column => ({ title, align: "right" });

export function describeEvaluation(
  name: string,
  evaluation: Evaluation,
  pair: Against | null,
  colour: boolean,
): string {
  const { dataset, split, n, sequences, units, level, metrics, warnings } = evaluation;
  const answers =
    n === sequences ? count(n, "sequence") : `${count(n, "step")} of ${count(sequences, "sequence")}`;
  const percent = `${(100 * level).toFixed(0)} %`;
  const unitWord = units === sequences ? "whole sequences" : `${whole(units)} blocks of steps`;
  const methods = { wilson: "Wilson", bootstrap: "bootstrap" };
  const rows = metrics.map(({ name: id, value, min, max, constant, method }) => [
    METRIC_TITLES[id],
    shown(id, value),
    `[${shown(id, min)}–${shown(id, max)}]`,
    shown(id, constant),
    methods[method],
  ]);
  const columns = [
    { title: "metric" },
    right("value"),
    right("[min–max]"),
    right("constant"),
    { title: "interval" },
  ];
  return [
    `${name}: ${dataset}, ${split}, ${answers}`,
    "",
    table(columns, rows, colour),
    ...(pair === null ? [] : describePair(pair, percent, colour)),
    "",
    ...warnings.map((text) => paragraph(`${styled(colour, "yellow", "Careful:")} ${text}.`)),
    paragraph(
      `${percent} intervals: Wilson's of independent answers, or a bootstrap of ${unitWord}. constant: what the best ` +
        "constant answer scores.",
    ),
  ].join("\n");
}

function describePair(
  { evaluation, comparison, fidelity }: Against,
  percent: string,
  colour: boolean,
): string[] {
  const { drops, agreement, mcNemar, deviation } = comparison;
  const rows = drops.map(({ name, value, min, max, relative }, i) => [
    METRIC_TITLES[name],
    shown(name, evaluation.metrics[i]!.value),
    signed(name, value),
    `[${signed(name, min)} to ${signed(name, max)}]`,
    // Both errors have one or neither has: of a reference without error there is no share.
    ...(relative === null ? [] : [`${(100 * relative.value).toFixed(1)} %`]),
  ]);
  const hasRelative = drops.some(({ relative }) => relative !== null);
  const columns = [{ title: "metric" }, right("reference"), right("drop"), right("[min to max]")];
  const lines = [
    "",
    `Against ${comparison.reference}, on the same answers; a drop above 0 is worse (${percent}, paired bootstrap)`,
    table(hasRelative ? [...columns, right("relative")] : columns, rows, colour),
    "",
  ];
  if (agreement !== null) {
    const { value, min, max } = agreement;
    lines.push(`Same decision: ${percentOf(value)} [${percentOf(min)}–${percentOf(max)}]`);
  }
  if (mcNemar !== null) lines.push(describeMcNemar(mcNemar));
  // Where every step has a target, they are its outputs.
  if (deviation !== null && fidelity?.steps !== evaluation.n)
    lines.push(`Answers: ${describeDeviation(deviation)}`);
  if (fidelity !== null) {
    lines.push(`Outputs of every step: ${describeDeviation(fidelity.output)}`);
    if (fidelity.state !== null) lines.push(`States of every step: ${describeDeviation(fidelity.state)}`);
    if (fidelity.saturation !== null) lines.push(...describeSaturation(fidelity.saturation, fidelity.steps));
  }
  return lines;
}

/** Points of percent for shares, the metric's own unit for the others. */
function signed(name: MetricResult["name"], value: number): string {
  const text = shown(name, value);
  return value > 0 ? `+${text}` : text;
}

function percentOf(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function describeMcNemar({ onlyFirst, onlySecond, midP, exact }: NonNullable<Comparison["mcNemar"]>): string {
  return (
    `Right alone: this one ${whole(onlyFirst)}, the reference ${whole(onlySecond)}; McNemar p = ${digits(midP)} ` +
    `(mid-p), ${digits(exact)} (exact)`
  );
}

function describeDeviation({
  rms,
  max,
  relative,
  maxAt,
}: Pick<Deviation, "rms" | "max" | "relative"> & { maxAt?: string | null }): string {
  const share = relative === null ? "" : ` (${digits(100 * relative)} % of the reference's)`;
  const where = maxAt === undefined || maxAt === null ? "" : `, ${maxAt}`;
  return `rms difference ${digits(rms)}${share}, largest ${digits(max)}${where}`;
}

/** By layer, where anything saturated at all. */
function describeSaturation(
  { layers, inputs, clippedInputs, clampedSteps }: Saturation,
  steps: number,
): string[] {
  const saturated = layers.filter((layer) => layer.saturated > 0);
  const ofAll = (part: number, all: number) => `${whole(part)} of ${whole(all)}`;
  const byLayer = saturated.map((layer) => `${ofAll(layer.saturated, layer.values)} in ${layer.name}`);
  return [
    `Values that saturated: ${byLayer.join(", ") || "none"}`,
    `Inputs clipped: ${ofAll(clippedInputs, inputs)}; elapsed times clamped: ${ofAll(clampedSteps, steps)}`,
  ];
}
