// Everything about one platform: identity, memory, operating points, cycles, notes, and the sources of every figure.

import type { Board, Figure } from "../../bindings/board/board.ts";
import { printable } from "../../bindings/network/printable.ts";
import { bytes, type Cell, type Column, digits, exact, paragraph, range, styled, table } from "../text.ts";

const FIGURE: readonly Column[] = [
  { title: "typical", align: "right" },
  { title: "90 % range", align: "right" },
  { title: "grade" },
  { title: "source" },
];

function figureCells(figure: Figure): Cell[] {
  return [digits(figure.typ), range(figure), figure.grade, clean(figure.source)];
}

/** Board files may be anyone's. */
const clean = (text: string) => printable(text);

/** Conditions and notes of figures, as lines below their table. */
function remarks(figures: readonly (readonly [string, Figure])[]): string[] {
  return figures.flatMap(([name, { conditions, note }]) =>
    [conditions, note].filter((text) => text !== undefined).map((text) => paragraph(`  ${name}: ${text}`)),
  );
}

/** The page that `boards <id>` prints. */
export function boardPage(board: Board, colour: boolean): string {
  const { core, memory, cycles } = board;
  const heading = (text: string) => `\n${styled(colour, "bold", text)}`;
  const priced = Object.entries(cycles.classes).filter(
    (entry): entry is [string, Figure] => entry[1] !== null,
  );
  const missing = Object.keys(cycles.classes).filter((name) => priced.every(([id]) => id !== name));
  const kernels = Object.entries(cycles.kernels).flatMap(([name, figure]): [string, Figure][] => [
    [name, figure],
    ...(figure.perRow === undefined ? [] : [[`${name}, a row`, figure.perRow] as [string, Figure]]),
  ]);
  const prices = (figures: readonly [string, Figure][], title: string) => [
    table(
      [{ title }, ...FIGURE],
      figures.map(([name, figure]) => [clean(name), ...figureCells(figure)]),
      colour,
    ),
    ...remarks(figures),
  ];
  return [
    styled(colour, "bold", `${board.id}: ${board.name}`),
    `  microcontroller  ${board.mcu}`,
    `  core             ${core.name}, ${core.cores} of them, floating point: ${core.fpu}`,
    ...(core.features.length === 0 ? [] : [`  features         ${core.features.join(", ")}`]),
    `  memory           ${bytes(memory.ramBytes)} RAM, ${bytes(memory.flashBytes)} flash (${memory.flash}); grade ${memory.grade}, ${memory.source}`,
    ...(memory.note === undefined ? [] : [`                   ${memory.note}`]),
    heading("Operating points"),
    ...operatingPoints(board, colour),
    heading(`Cycles an operation: ${cycles.description} (table ${cycles.id})`),
    ...prices(priced, "class"),
    ...(missing.length === 0 ? [] : [`  not available on this core: ${missing.join(", ")}`]),
    ...(kernels.length === 0
      ? []
      : [
          heading(
            "Cycles a multiply-accumulate, by kernel (for profiles from elsewhere, and kernels of the port)",
          ),
          ...prices(kernels, "kernel"),
        ]),
    ...Object.entries(board.cycleOptions).flatMap(([name, option]) => [
      heading(
        `Option ${name}: ${option.description}${option.bitIdentical ? "" : " (results may differ in the last bits)"}`,
      ),
      ...prices(
        Object.entries(option.classes).filter((entry): entry is [string, Figure] => entry[1] != null),
        "class",
      ),
    ]),
    ...(board.notes.length === 0
      ? []
      : [heading("Notes"), ...board.notes.map((note) => paragraph(`  ${note}`))]),
    heading("Sources"),
    ...Object.entries({ ...board.sources, ...cycles.sources }).map(([key, title]) =>
      paragraph(`  ${key}: ${title}`),
    ),
    "",
    "Grades: A read in an official document, B in an opened secondary source, C inferred, scaled or from memory.",
  ].join("\n");
}

function operatingPoints(board: Board, colour: boolean): string[] {
  return board.operatingPoints.flatMap((point) => {
    const idle = (["wfi", "stop"] as const).flatMap((mode): [string, Figure][] => {
      const state = point.idle[mode];
      return state === undefined
        ? []
        : [
            [`${mode} mA`, state.currentMa],
            [`${mode} wake µs`, state.wakeUs],
          ];
    });
    const figures: [string, Figure][] = [
      ["active mA", point.activeCurrentMa],
      ["peak mA", point.peakCurrentMa],
      ...idle,
    ];
    const isDefault = point.id === board.defaultPoint ? " (default)" : "";
    return [
      `${point.id}${isDefault}: ${point.description}; ${exact(point.clockHz / 1e6)} MHz, ${exact(point.supplyV)} V`,
      table(
        [{ title: "  figure" }, ...FIGURE],
        figures.map(([name, figure]) => [`  ${name}`, ...figureCells(figure)]),
        colour,
      ),
      ...remarks(figures),
      ...(["wfi", "stop"] as const).flatMap((mode) => {
        const state = point.idle[mode];
        return state === undefined ? [] : [`  ${mode}: ${state.description}`];
      }),
      "",
    ];
  });
}
