// All boards side by side, as `estimate --platform all` prints them, in any order.

import { computed } from "@preact/signals";
import type { Board } from "../bindings/board/board.ts";
import type { Estimate } from "../bindings/estimate/estimate.ts";
import type { Interval } from "../bindings/estimate/interval.ts";
import { digits, exact, range } from "../format/numbers.ts";
import { ENERGY, POWER, TIME, type Units, unitFor } from "../format/units.ts";
import { fits, inTime, shortCore } from "../format/verdicts.ts";
import type { Choices } from "./choices.ts";
import { boardsCommand } from "./command-line.ts";
import { Copyable } from "./copyable.tsx";
import { Scroll } from "./scroll.tsx";
import { choices, choose, model, rows } from "./store.ts";

type Column = Choices["sort"];
interface Row {
  board: Board;
  estimate: Estimate;
}

const KEYS: Record<Column, (row: Row) => number | string> = {
  platform: ({ board }) => board.id,
  core: ({ board }) => shortCore(board.core.name),
  clock: ({ estimate }) => estimate.operatingPoint.clockHz,
  latency: ({ estimate }) => estimate.latencyUs.typ,
  energy: ({ estimate }) => estimate.energyUj.typ,
  power: ({ estimate }) => estimate.averagePowerUw.typ,
  time: ({ estimate }) => estimate.realTime.utilisation.typ,
  ram: ({ estimate }) => estimate.ramBytes!,
  flash: ({ estimate }) => estimate.flashBytes!,
  fits: ({ estimate }) => (estimate.fits ? 0 : 1),
};

const priced = computed((): Row[] =>
  rows.value.flatMap(({ board, outcome }) =>
    "estimate" in outcome ? [{ board, estimate: outcome.estimate }] : [],
  ),
);

const sorted = computed((): Row[] => {
  const { sort, descending } = choices.value;
  const key = KEYS[sort];
  const compare = (a: Row, b: Row) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  return priced.value.toSorted((a, b) => (descending ? compare(b, a) : compare(a, b)));
});

export function BoardsTable() {
  const estimates = priced.value.map(({ estimate }) => estimate);
  if (estimates.length === 0) return null;
  const unit = (units: Units, value: (e: Estimate) => number) => unitFor(units, estimates.map(value));
  const time = unit(TIME, (e) => e.latencyUs.typ);
  const energy = unit(ENERGY, (e) => e.energyUj.typ);
  const power = unit(POWER, (e) => e.averagePowerUw.typ);
  return (
    <section aria-labelledby="boards-title">
      <h2 id="boards-title">All boards</h2>
      <p class="aside">
        Each at its default operating point. Power is the average over a period, waiting included.
      </p>
      <Scroll label="All boards, table">
        <table id="boards">
          <thead>
            <tr>
              <Head column="platform" title="platform" />
              <Head column="core" title="core" />
              <Head column="clock" title="MHz" isNumber />
              <Head column="latency" title={`latency ${time[1]}`} isNumber />
              <th scope="col" class="number">
                [min–max]
              </th>
              <Head column="energy" title={`energy ${energy[1]}`} isNumber />
              <th scope="col" class="number">
                [min–max]
              </th>
              <Head column="power" title={`power ${power[1]}`} isNumber />
              <Head column="time" title="in time" />
              <Head column="ram" title="RAM kB" isNumber />
              <Head column="flash" title="flash kB" isNumber />
              <Head column="fits" title="fits" />
            </tr>
          </thead>
          <tbody>
            {sorted.value.map(({ board, estimate: e }) => (
              <tr key={board.id} aria-current={board.id === choices.value.platform}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => choose({ platform: board.id })}>
                    {board.id}
                  </button>
                </th>
                <td>{shortCore(board.core.name)}</td>
                <td class="number">{exact(e.operatingPoint.clockHz / 1e6)}</td>
                <IntervalCells value={e.latencyUs} scale={time[0]} />
                <IntervalCells value={e.energyUj} scale={energy[0]} />
                <td class="number">{digits(e.averagePowerUw.typ / power[0])}</td>
                <td class={`verdict ${inTime(e).level}`}>{inTime(e).text}</td>
                <td class="number">{digits(e.ramBytes! / 1024)}</td>
                <td class="number">{digits(e.flashBytes! / 1024)}</td>
                <td class={`verdict ${fits(e).level}`}>{fits(e).text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.value.map(({ board, outcome }) =>
        "unavailable" in outcome ? (
          <p key={board.id} class="aside">{`${board.id}: not available: ${outcome.unavailable}`}</p>
        ) : null,
      )}
      <Copyable label="Copy the command for all boards" text={boardsCommand(model.value!, choices.value)} />
    </section>
  );
}

function IntervalCells({ value, scale }: { value: Interval; scale: number }) {
  return (
    <>
      <td class="number">{digits(value.typ / scale)}</td>
      <td class="number quiet">[{range({ min: value.min / scale, max: value.max / scale })}]</td>
    </>
  );
}

function Head({ column, title, isNumber }: { column: Column; title: string; isNumber?: boolean }) {
  const { sort, descending } = choices.value;
  const isSorted = sort === column;
  return (
    <th
      scope="col"
      class={isNumber ? "number" : ""}
      aria-sort={isSorted ? (descending ? "descending" : "ascending") : "none"}
    >
      <button type="button" onClick={() => choose({ sort: column, descending: isSorted && !descending })}>
        {title}
        <span class="arrow" aria-hidden="true">
          {isSorted ? (descending ? "▾" : "▴") : ""}
        </span>
      </button>
    </th>
  );
}
