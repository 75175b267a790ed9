// Writes the tables of docs/liquid-vs-dense.md from the results of its two sweeps, run whole:
//
//   npx liquid-edge sweep examples/sweeps/gesture.yaml --out gesture
//   npx liquid-edge sweep examples/sweeps/occupancy.yaml --out occupancy
//   npx tsx scripts/make-liquid-vs-dense.ts gesture occupancy
//
// and `liquid-edge pareto <folder> --plot docs/pictures/…-front.svg` the pictures. It prints what of the prose has to be looked at
// again: the words around the tables are nobody's but ours.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Candidate, candidatesOf, formatOf } from "../bindings/sweep/candidates.ts";
import { isScored, parseRecords } from "../bindings/sweep/record.ts";
import { type Match, type Rivalry, rivalry } from "../bindings/sweep/rivals.ts";
import { nameOf } from "../cli/actions/pareto-report.ts";
import { digits, whole } from "../cli/text.ts";

const PAGE = fileURLToPath(new URL("../docs/liquid-vs-dense.md", import.meta.url));
const BOARDS = [
  ["stm32h743", "STM32H743"],
  ["esp32s3", "ESP32-S3"],
  ["nrf52840", "nRF52840"],
] as const;
/** As `liquid-edge compare` weighs shares. */
const MARGIN = 0.01;
const SPARSE = 0.7;
const FORMATS = ["fp32", "int8", "int4"] as const;

type Boards = ReadonlyMap<string, readonly Candidate[]>;

function readSweep(folder: string): Boards {
  const file = join(folder, "results.jsonl");
  return candidatesOf(parseRecords(readFileSync(file, "utf8"), file).filter(isScored));
}

/** Without a minus before 0. */
const percent = (share: number) => (Math.round(1e4 * share) / 100 + 0).toFixed(2);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function table(head: readonly string[], align: readonly ("left" | "right")[], rows: readonly string[][]) {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(align.map((side) => (side === "left" ? "---" : "---:"))), ...rows.map(line)].join(
    "\n",
  );
}

/** One network of one board in its formats; throws where the sweep has it not. */
function variantsOf(boards: Boards, platform: string) {
  const all = boards.get(platform);
  if (all === undefined) throw new Error(`${platform}: expected results, found none`);
  return (name: string, sparsity: number, precision: string): Candidate => {
    const found = all.find(
      (one) => nameOf(one) === name && one.sparsity === sparsity && one.precision === precision && !one.aware,
    );
    if (found === undefined)
      throw new Error(`${name} ${precision} ${sparsity}: expected results, found none`);
    return found;
  };
}

const namesOf = (boards: Boards) => [...new Set(boards.get(BOARDS[0][0])!.map(nameOf))];

function accuracies(boards: Boards): string {
  const of = variantsOf(boards, BOARDS[0][0]);
  const rows = namesOf(boards).map((name) => {
    const dense = of(name, 0, "fp32").metric;
    const lost = (precision: string) =>
      percent(mean(of(name, 0, precision).metric.values.map((value, i) => dense.values[i]! - value)));
    const sparse = (precision: string) => percent(of(name, SPARSE, precision).metric.mean);
    return [
      ...[name, percent(dense.mean), percent(dense.deviation), lost("int8"), lost("int4")],
      ...[sparse("fp32"), sparse("int8")],
    ];
  });
  const head = [
    "network",
    "fp32 dense",
    "s.d.",
    "int8, points lost",
    "int4, points lost",
    "70 % fp32",
    "70 % int8",
  ];
  return table(head, ["left", ...Array(6).fill("right")], rows);
}

function energies(boards: Boards): string {
  const of = BOARDS.map(([id]) => variantsOf(boards, id));
  const cell = (name: string, sparsity: number, precision: string) =>
    of.map((variant) => digits(variant(name, sparsity, precision).energyUj.typ)).join(", ");
  const rows = namesOf(boards).map((name) => [
    name,
    ...FORMATS.map((precision) => cell(name, 0, precision)),
    cell(name, SPARSE, "int8"),
  ]);
  return table(["network", ...FORMATS, "70 % int8"], Array(5).fill("left"), rows);
}

const labelOf = (one: Candidate) =>
  `${nameOf(one)} ${formatOf(one)}${one.sparsity === 0 ? "" : `, ${100 * one.sparsity} %`}`;

function rivalriesOf(boards: Boards): [title: string, Rivalry][] {
  return BOARDS.map(([id, title]) => [
    title,
    rivalry(id, boards.get(id)!, { cost: "energy", margin: MARGIN })!,
  ]);
}

function networksCompared(boards: Boards): string {
  const row = (board: string, at: string, one: Candidate) => [
    ...[board, at, labelOf(one), whole(Math.round(one.parameters))],
    ...[percent(one.metric.mean), percent(one.metric.deviation)],
    ...[one.energyUj.typ, one.latencyUs.typ, one.ramBytes / 1024, one.flashBytes / 1024].map((value) =>
      digits(value),
    ),
  ];
  const rows = rivalriesOf(boards).flatMap(([board, { equalAccuracy, equalParameters }]) => [
    row(board, "equal accuracy", equalAccuracy.liquid),
    row(board, "equal accuracy", equalAccuracy.dense),
    row(board, "equal parameters", equalParameters.liquid),
    row(board, "equal parameters", equalParameters.dense),
  ]);
  const head = [
    "board",
    "at",
    "network",
    "parameters",
    "accuracy %",
    "s.d.",
    "energy µJ",
    "latency µs",
    "RAM kB",
    "flash kB",
  ];
  return table(head, ["left", "left", "left", ...Array(7).fill("right")], rows);
}

/** `1.06 times less [1.05–1.06]`. */
function timesLess({ ratio }: Match): string {
  const isLess = ratio.typ >= 1;
  const times = (value: number) => (isLess ? value : 1 / value);
  const [low, high] = [times(ratio.min), times(ratio.max)].sort((a, b) => a - b);
  return `${times(ratio.typ).toFixed(2)} times ${isLess ? "less" : "more"} [${low!.toFixed(2)}–${high!.toFixed(2)}]`;
}

function verdicts(boards: Boards): string {
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${percent(Math.abs(value))}`;
  const row = (board: string, at: string, match: Match) => {
    const { difference, min, max } = match.metric;
    return [
      ...[board, at, labelOf(match.liquid), timesLess(match), labelOf(match.dense)],
      `${signed(difference)} [${signed(min)}, ${signed(max)}]`,
    ];
  };
  const rows = rivalriesOf(boards).flatMap(([board, { equalAccuracy, equalParameters }]) => [
    row(board, "equal accuracy", equalAccuracy),
    row(board, "equal parameters", equalParameters),
  ]);
  const head = ["board", "at", "liquid", "energy", "than dense", "accuracy above it, points [95 %, Welch]"];
  return table(head, Array(6).fill("left"), rows);
}

function summary(sweeps: readonly (readonly [task: string, Boards])[]): string {
  const side = (one: Candidate) =>
    `${labelOf(one)}, ${(100 * one.metric.mean).toFixed(1)} %, ${digits(one.energyUj.typ)} µJ`;
  const rows = sweeps.flatMap(([task, boards]) =>
    rivalriesOf(boards).map(
      ([
        board,
        {
          equalAccuracy: { liquid, dense, ratio },
        },
      ]) => [
        ...[`${task}, ${board}`, side(liquid), side(dense)],
        `${ratio.typ.toFixed(2)} [${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}]`,
      ],
    ),
  );
  return table(["data, board", "liquid", "dense", "energy, dense over liquid"], Array(4).fill("left"), rows);
}

/** The page with a table between its marks. */
function put(page: string, mark: string, text: string): string {
  const [begin, end] = [`<!-- begin: ${mark} -->`, "<!-- end -->"];
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/liquid-vs-dense.md: expected ${begin} … ${end}, found none`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}

const [gestures, occupancy, ...others] = process.argv.slice(2);
if (gestures === undefined || occupancy === undefined || others.length > 0)
  throw new Error("expected the folders of the sweeps of gestures and of occupancy");
const sweeps = [
  ["gestures", readSweep(gestures)],
  ["occupancy", readSweep(occupancy)],
] as const;
const before = readFileSync(PAGE, "utf8");
let page = put(before, "verdict", summary(sweeps));
for (const [task, boards] of sweeps) {
  page = put(page, `${task}, accuracies`, accuracies(boards));
  page = put(page, `${task}, energies`, energies(boards));
  page = put(page, `${task}, networks`, networksCompared(boards));
  page = put(page, `${task}, verdicts`, verdicts(boards));
}
writeFileSync(PAGE, page);
console.log(
  page === before
    ? "docs/liquid-vs-dense.md: the same"
    : "docs/liquid-vs-dense.md: other figures; read the words around them",
);
