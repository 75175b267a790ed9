import type { PrunedPart } from "../bindings/prune/report.ts";
import { type Column, percent, table, whole } from "./text.ts";

/** What pruning has left in each part of a network. */
export function prunedTable(parts: readonly PrunedPart[], colour: boolean): string {
  const right = (title: string): Column => ({ title, align: "right" });
  return table(
    [
      { title: "tensor" },
      { title: "sources" },
      { title: "method" },
      right("left"),
      right("of"),
      right("absent"),
    ],
    parts.map(({ tensor, sources, method, kept, total }) => [
      tensor,
      sources,
      method,
      whole(kept),
      whole(total),
      percent(total === 0 ? 0 : 1 - kept / total),
    ]),
    colour,
  );
}
