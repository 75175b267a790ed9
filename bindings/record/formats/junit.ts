// JUnit XML, which every CI shows as tests: a suite for each entry, a case for each figure.

import type { Comparison, GateResult, State } from "../gate.ts";
import { xmlText } from "./xml.ts";

const FAILURES: ReadonlySet<State> = new Set(["regressed", "missing", "incomparable"]);
const SKIPPED: ReadonlySet<State> = new Set(["undecided", "new"]);

/** The document; `baseline` is the version that was compared with. */
export function junit({ comparisons }: GateResult, baseline: string): string {
  const byId = new Map<string, Comparison[]>();
  for (const one of comparisons) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
  const suites = Array.from(byId, ([id, ones]) =>
    [
      `  <testsuite name="${xmlText(id)}" ${counts(ones)}>`,
      ...ones.map((one) => testcase(one, baseline)),
      "  </testsuite>",
    ].join("\n"),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="liquid-edge baseline check" ${counts(comparisons).replace(/ skipped="\d+"/, "")}>`,
    ...suites,
    "</testsuites>\n",
  ].join("\n");
}

function counts(ones: readonly Comparison[]): string {
  const failures = ones.filter(({ state }) => FAILURES.has(state)).length;
  const skipped = ones.filter(({ state }) => SKIPPED.has(state)).length;
  return `tests="${ones.length}" failures="${failures}" errors="0" skipped="${skipped}" time="0"`;
}

function testcase(one: Comparison, baseline: string): string {
  const { id, quantity, state } = one;
  const head = `    <testcase classname="${xmlText(id)}" name="${quantity}" time="0"`;
  const text = xmlText(describe(one, baseline));
  if (FAILURES.has(state)) {
    return `${head}>\n      <failure type="${state}" message="${text}">${text}</failure>\n    </testcase>`;
  }
  if (SKIPPED.has(state)) return `${head}>\n      <skipped message="${text}"/>\n    </testcase>`;
  return `${head}/>`;
}

function describe(
  { state, baseline: then, current, change, changeMin, changeMax, why }: Comparison,
  baseline: string,
): string {
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  const interval =
    changeMin === null || changeMax === null
      ? ""
      : `, 90 % interval ${percent(changeMin)} to ${percent(changeMax)}`;
  const parts = [
    `${state} against ${baseline}: baseline ${then ?? "none"}, now ${current ?? "none"}`,
    change === null ? "" : `, change ${percent(change)}${interval}`,
    why === "" ? "" : `; ${why}`,
  ];
  return parts.join("");
}
