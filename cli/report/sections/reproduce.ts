// 12. Can this be run again?

import type { ReportData } from "../../../bindings/report/report.ts";
import type { Cell, Section } from "../document.ts";
import { left, name } from "../words.ts";

export function reproduce({ record, commands, source, summaries, at }: ReportData): Section {
  const { tool, git, environment, coreHash, platforms, version, createdAt, entries } = record;
  const models = new Map(entries.map(({ model, modelHash }) => [model, modelHash]));
  const code = (text: string): Cell => ({ text, code: true });
  const rows: Cell[][] = [
    ["input", code(name(source))],
    ["tool", `${name(tool.name)} ${name(tool.version)}`],
    [
      "commit",
      git === null
        ? "not in a git repository"
        : code(`${name(git.commit)}${git.dirty ? " with changes" : ""}`),
    ],
    ["record made", `${createdAt}${version === null ? "" : `, baseline ${name(version)}`}`],
    ["report made", at],
    ["made with", `Node ${name(environment.node)} on ${name(environment.os)}`],
    ["core, SHA-256", code(coreHash)],
    ...[...models]
      .slice(0, 12)
      .map(([model, hash]): Cell[] => [
        `${name(model)}${Object.hasOwn(summaries, model) ? ` (${name(summaries[model]!)})` : ""}, SHA-256`,
        code(hash),
      ]),
    ...Object.entries(platforms)
      .slice(0, 12)
      .map(([id, { hash }]): Cell[] => [`coefficients of ${name(id)}, SHA-256`, code(hash)]),
    ...Object.entries(environment.measured ?? {})
      .slice(0, 12)
      .map(([key, value]): Cell[] => [name(key), name(value)]),
  ];
  return {
    id: "reproduce",
    title: "How to reproduce",
    question: "Can this be run again?",
    takeaway:
      git === null
        ? "The commands below give the same figures with the same files."
        : git.dirty
          ? "Made from files that differ from their commit: the commands give the same figures only with the same changes."
          : "The commands below give the same figures at this commit.",
    blocks: [
      { kind: "code", lines: commands },
      {
        kind: "table",
        caption: "What went into it",
        columns: [left("what", 1.3), left("which", 2.6)],
        rows,
      },
      {
        kind: "text",
        text: 'All numbers of this report are embedded in it as JSON ("liquid-edge/report@1"): in the HTML as the script element "data", in the PDF as the attachment report.json.',
      },
    ],
  };
}
