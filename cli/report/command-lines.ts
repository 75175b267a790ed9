// The commands that make a report again.

import type { ReportOptions } from "../commands/report.ts";

const FLAGS: readonly (readonly [option: keyof ReportOptions, flag: string])[] = [
  ["config", "--config"],
  ["platform", "--platform"],
  ["precision", "--precision"],
  ["sparsity", "--sparsity"],
  ["rateHz", "--rate-hz"],
  ["steps", "--steps"],
  ["data", "--data"],
  ["dataset", "--dataset"],
  ["description", "--description"],
  ["split", "--split"],
  ["batteryMah", "--battery-mah"],
  ["batteryV", "--battery-v"],
  ["entry", "--entry"],
  ["baselineVersion", "--baseline-version"],
  ["threshold", "--threshold"],
  ["accuracyPoints", "--accuracy-points"],
  ["budget", "--budget"],
  ["folder", "--folder"],
  ["history", "--history"],
  ["crosscheck", "--crosscheck"],
  ["title", "--title"],
];

/** Need not be said. */
const DEFAULTS: Readonly<Partial<Record<keyof ReportOptions, string>>> = {
  batteryMah: "230",
  batteryV: "3",
  folder: "baselines",
};

/** `report` with its options, as a shell takes it; `at`: the time that makes the same bytes. */
export function commandLines(
  input: string,
  options: ReportOptions,
  { commit, at, kind }: { commit: string | null; at: Date; kind: "model" | "suite" | "record" },
): string[] {
  const words = FLAGS.flatMap(([option, flag]) => {
    const value = options[option];
    if (value === undefined || String(value) === DEFAULTS[option]) return [];
    const values =
      option === "crosscheck"
        ? (value as string[])
        : [Array.isArray(value) ? value.join(",") : String(value)];
    return values.flatMap((one) => [flag, one]);
  });
  const epoch = Math.floor(at.getTime() / 1000);
  const files = [
    "--out",
    options.out,
    ...(options.pdf === undefined ? [] : ["--pdf"]),
    ...(typeof options.pdf === "string" ? [options.pdf] : []),
  ];
  const line = (...args: string[]) => ["liquid-edge", ...args].map(shellWord).join(" ");
  return [
    // A record may say anything; only a hash is a commit.
    ...(commit !== null && /^[0-9a-f]{7,64}$/.test(commit) ? [`git checkout ${commit}`] : []),
    `SOURCE_DATE_EPOCH=${epoch} ${line("report", input, ...words, ...files)}`,
    ...(kind === "suite" ? [line("benchmark", input, "--out", "record.json")] : []),
    ...(kind === "suite" && options.baselineVersion !== undefined
      ? [line("baseline", "check", "--baseline-version", options.baselineVersion, "--suite", input)]
      : []),
  ];
}

/** A word as a shell takes it: plain, in quotes, or, with what no reader could see, in the escapes of bash. */
function shellWord(word: string): string {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(word)) {
    const escaped = Array.from({ length: word.length }, (_, i) => {
      const unit = word.charCodeAt(i);
      return /[\w ./-]/.test(word[i]!) ? word[i] : `\\u${unit.toString(16).padStart(4, "0")}`;
    });
    return `$'${escaped.join("")}'`;
  }
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
