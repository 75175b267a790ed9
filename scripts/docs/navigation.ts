// What the documents are, in the order of what a reader wants to do. A new page is listed here, in one group; tests/docs fails
// until it is.

export interface Group {
  title: string;
  pages: readonly Listed[];
}

/** A page by its path from the root, and what the navigation calls it; without a name, its own title. */
export type Listed = readonly [path: string, label?: string];

/** Pages that are not there, because they are still to be written, are left out. */
export const GROUPS: readonly Group[] = [
  {
    title: "Start",
    pages: [
      ["README.md", "What it is"],
      ["docs/quick-start.md"],
      ["docs/tour.md"],
      ["docs/examples.md"],
      ["docs/explorer.md", "The explorer"],
    ],
  },
  {
    title: "Import a network",
    pages: [["docs/import.md"], ["docs/cells.md", "What each cell computes"]],
  },
  {
    title: "Choose a board",
    pages: [["docs/choosing-a-board.md"], ["boards/README.md", "The boards"]],
  },
  {
    title: "Estimate, and how far to trust it",
    pages: [
      ["docs/estimate.md", "How an estimate is made"],
      ["docs/validation.md", "Against published results"],
      ["docs/crosscheck.md", "Against emulated boards"],
      ["docs/growth.md"],
      ["docs/speed.md", "Speed beside other engines"],
    ],
  },
  {
    title: "Make it cheaper",
    pages: [
      ["docs/precision-and-sparsity.md"],
      ["docs/precision.md", "Number formats and layouts"],
      ["docs/quantize.md"],
      ["docs/integers.md", "The arithmetic of integers"],
    ],
  },
  {
    title: "Learn and sweep",
    pages: [
      ["docs/training.md"],
      ["docs/data.md", "Data"],
      ["docs/sweep.md", "Sweeps and fronts"],
      ["docs/liquid-vs-dense.md", "Liquid against dense"],
    ],
  },
  {
    title: "Board bench and instruments",
    pages: [["docs/board-bench.md"], ["docs/measuring.md"], ["boards/meter/README.md"]],
  },
  {
    title: "CI and reports",
    pages: [
      ["docs/performance-gate.md"],
      ["docs/performance-testing.md"],
      ["docs/baselines.md", "Baselines, gate, trend"],
      ["docs/report.md"],
    ],
  },
  {
    title: "Reference",
    pages: [
      ["docs/cli.md", "Commands"],
      ["docs/package.md"],
      ["docs/reference/boards.md"],
      ["docs/reference/core.md"],
      ["docs/reference/data.md"],
      ["docs/reference/device.md"],
      ["docs/reference/measure.md"],
      ["docs/reference/prune.md"],
      ["docs/reference/quantize.md"],
      ["docs/reference/record.md"],
      ["docs/reference/train.md"],
      ["docs/reference/vitest.md"],
      ["docs/glossary.md"],
      ["CHANGELOG.md"],
    ],
  },
  {
    title: "Contribute",
    pages: [
      ["CONTRIBUTING.md"],
      ["docs/extending.md"],
      ["SECURITY.md"],
      ["assembly/README.md"],
      ["bindings/README.md"],
      ["cli/README.md"],
      ["baselines/README.md"],
      ["tests/fakes/README.md"],
      ["docs/api.report.md", "Review of the interface"],
    ],
  },
];

/** The groups with what exists of them. */
export function groupsOf(existing: readonly string[]): Group[] {
  return GROUPS.map(({ title, pages }) => ({
    title,
    pages: pages.filter(([path]) => existing.includes(path)),
  })).filter(({ pages }) => pages.length > 0);
}

/** Pages that no group names, or more than one. */
export function misplaced(existing: readonly string[]): string[] {
  const listed = GROUPS.flatMap(({ pages }) => pages.map(([path]) => path));
  return existing.filter((path) => listed.filter((other) => other === path).length !== 1);
}
