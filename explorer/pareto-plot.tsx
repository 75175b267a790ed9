// Which combination of board, number format and sparsity nobody would replace by another one of those shown.

import { computed, signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Estimate } from "../bindings/estimate/estimate.ts";
import { paretoFront } from "../bindings/sweep/pareto.ts";
import { digits, percent, range } from "../format/numbers.ts";
import { inTime } from "../format/verdicts.ts";
import type { Choices } from "./choices.ts";
import { combinationsCommand } from "./command-line.ts";
import { Copyable } from "./copyable.tsx";
import { placeLabels } from "./labels.ts";
import { logAxis } from "./scales.ts";
import { Scroll } from "./scroll.tsx";
import {
  absent,
  type Combination,
  choices,
  choose,
  combinations,
  marks,
  model,
  precisions,
  sparsities,
} from "./store.ts";

interface Quantity {
  title: string;
  value: (estimate: Estimate) => number;
}

const ENERGY: Quantity = { title: "energy µJ", value: (e) => e.energyUj.typ };
const AGAINST: Record<Choices["against"], Quantity> = {
  latency: { title: "latency µs", value: (e) => e.latencyUs.typ },
  power: { title: "average power µW", value: (e) => e.averagePowerUw.typ },
  ram: { title: "RAM kB", value: (e) => e.ramBytes! / 1024 },
  flash: { title: "flash kB", value: (e) => e.flashBytes! / 1024 },
};

/** Only what fits and keeps the rate is a choice at all. */
const isUsable = ({ estimate }: Combination) => estimate.fits !== false && estimate.realTime.okTypical;

const front = computed(() => {
  const against = AGAINST[choices.value.against];
  const usable = marks.value.filter(isUsable);
  return paretoFront(
    usable,
    [ENERGY, against].map(({ value }) => ({
      value: (point: Combination) => value(point.estimate),
      better: "lower" as const,
    })),
  ).front;
});

export function ParetoPlot() {
  const { scope, against } = choices.value;
  return (
    <section aria-labelledby="pareto-title">
      <h2 id="pareto-title">Trade-offs</h2>
      <p class="aside">
        Every number format at several sparsities
        {scope === "all" ? ", each board at its default operating point" : ", on the chosen board"}; beside
        the front the format and the share of pruned weights. What the accuracy becomes only data can tell:{" "}
        <code>liquid-edge evaluate</code>.
      </p>
      <form class="bar" onSubmit={(event) => event.preventDefault()} aria-label="Plot">
        <label>
          Boards
          <select
            value={scope}
            onChange={(event) => choose({ scope: event.currentTarget.value as Choices["scope"] })}
          >
            <option value="board">the chosen one</option>
            <option value="all">all</option>
          </select>
        </label>
        <label>
          Energy against
          <select
            value={against}
            onChange={(event) => choose({ against: event.currentTarget.value as Choices["against"] })}
          >
            <option value="latency">latency</option>
            <option value="power">average power</option>
            <option value="ram">RAM</option>
            <option value="flash">flash</option>
          </select>
        </label>
      </form>
      {marks.value.length === 0 ? <p>Nothing to show yet.</p> : <Plot />}
      {absent.value.map((why) => (
        <p key={why} class="aside">
          Not shown: {why}
        </p>
      ))}
      <Table />
      <Copyable
        label="Copy the command for these combinations"
        text={combinationsCommand(model.value!, choices.value, precisions.value, sparsities.value)}
      />
    </section>
  );
}

/** Follows the page. */
const width = signal(720);
const HEIGHT = 380;
const LEFT = 64;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 46;

/** Draws as wide as there is room, so that letters keep their size. */
function followWidth(figure: HTMLElement | null): () => void {
  if (figure === null) return () => {};
  const observer = new ResizeObserver(([entry]) => {
    width.value = Math.round(Math.min(860, entry!.contentRect.width));
  });
  observer.observe(figure);
  return () => observer.disconnect();
}

function Plot() {
  const figure = useRef<HTMLElement>(null);
  useEffect(() => followWidth(figure.current), []);
  const room = width.value;
  const { against } = choices.value;
  const y = AGAINST[against];
  const shown = marks.value;
  const best = front.value;
  const onFront = new Set(best);
  const xAxis = logAxis(shown.map(({ estimate }) => ENERGY.value(estimate)));
  const yAxis = logAxis(shown.map(({ estimate }) => y.value(estimate)));
  const px = (value: number) => LEFT + xAxis.at(value) * (room - LEFT - RIGHT);
  const py = (value: number) => HEIGHT - BOTTOM - yAxis.at(value) * (HEIGHT - TOP - BOTTOM);
  const place = (point: Combination): [number, number] => [
    px(ENERGY.value(point.estimate)),
    py(y.value(point.estimate)),
  ];
  const spoken =
    `${shown.length} combinations by energy and ${against}, both logarithmic; on the front ` +
    `${best.length === 0 ? "none" : best.map(nameOf).join("; ")}. The table below has all.`;
  // The front last, so that nothing covers it.
  const ordered = [...shown.filter((point) => !onFront.has(point)), ...best];
  return (
    <figure ref={figure}>
      <Key />
      <svg width={room} height={HEIGHT} role="img" aria-label={spoken}>
        <g class="grid">
          {xAxis.ticks.map((tick) => (
            <g key={`x${tick}`}>
              <line x1={px(tick)} x2={px(tick)} y1={TOP} y2={HEIGHT - BOTTOM} />
              <text x={px(tick)} y={HEIGHT - BOTTOM + 16} text-anchor="middle">
                {label(tick)}
              </text>
            </g>
          ))}
          {yAxis.ticks.map((tick) => (
            <g key={`y${tick}`}>
              <line x1={LEFT} x2={room - RIGHT} y1={py(tick)} y2={py(tick)} />
              <text x={LEFT - 8} y={py(tick) + 4} text-anchor="end">
                {label(tick)}
              </text>
            </g>
          ))}
          <text x={(LEFT + room - RIGHT) / 2} y={HEIGHT - 6} text-anchor="middle" class="title">
            {`${ENERGY.title} of an inference, logarithmic`}
          </text>
          <text
            transform={`translate(13 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`}
            text-anchor="middle"
            class="title"
          >
            {`${y.title}, logarithmic`}
          </text>
        </g>
        <path class="front" d={stepsThrough(best.map(place))} />
        {ordered.map((point) => (
          <Mark key={keyOf(point)} point={point} at={place(point)} isBest={onFront.has(point)} />
        ))}
        <FrontLabels points={best} others={shown.filter((point) => !onFront.has(point))} place={place} />
      </svg>
    </figure>
  );
}

function Mark({ point, at: [x, y], isBest }: { point: Combination; at: [number, number]; isBest: boolean }) {
  const isChosen = isTheChoice(point);
  const kind = isBest ? "best" : isUsable(point) ? "dominated" : "unusable";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the mouse; the keyboard has the table's buttons
    <g
      class={`mark ${kind}`}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
      onClick={() => take(point)}
    >
      <title>{`${nameOf(point)}: ${digits(point.estimate.energyUj.typ)} µJ, ${digits(point.estimate.latencyUs.typ)} µs`}</title>
      {isChosen ? <circle class="ring" r="10" /> : null}
      <path d={SHAPES[point.estimate.precision as Choices["precision"]]} />
    </g>
  );
}

/** Names beside the front where there is room for them; the table has all. */
function FrontLabels({
  points,
  others,
  place,
}: {
  points: readonly Combination[];
  others: readonly Combination[];
  place: (p: Combination) => [number, number];
}) {
  const plot = { left: LEFT, right: width.value - RIGHT, top: TOP, bottom: HEIGHT - BOTTOM };
  const labels = placeLabels(points.map(place), points.map(labelOf), others.map(place), plot);
  return (
    <g class="labels">
      {points.map((point, i) => {
        const label = labels[i];
        return label ? (
          <text key={keyOf(point)} x={label.x} y={label.y} text-anchor={label.anchor}>
            {labelOf(point)}
          </text>
        ) : null;
      })}
    </g>
  );
}

const SHAPES: Record<Choices["precision"], string> = {
  fp32: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
  fp16: "M-4.5 -4.5H4.5V4.5H-4.5Z",
  int8: "M0 -5.5L5.5 4.5H-5.5Z",
  int4: "M0 -6L6 0L0 6L-6 0Z",
};

function Key() {
  return (
    <ul class="key" aria-hidden="true">
      {precisions.value.map((id) => (
        <li key={id}>
          <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" class="mark best">
            <path d={SHAPES[id as Choices["precision"]]} />
          </svg>
          {id}
        </li>
      ))}
      <li>
        <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" class="mark dominated">
          <path d={SHAPES.fp32} />
        </svg>
        another is better in both
      </li>
      <li>
        <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" class="mark unusable">
          <path d={SHAPES.fp32} />
        </svg>
        does not fit or misses the rate
      </li>
    </ul>
  );
}

function Table() {
  const isOpen = useSignal(false);
  const onFront = new Set(front.value.map(keyOf));
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>All combinations as a table</summary>
      <Scroll label="Combinations">
        <table id="combinations">
          <thead>
            <tr>
              <th scope="col">platform</th>
              <th scope="col">precision</th>
              <th scope="col" class="number">
                sparsity
              </th>
              <th scope="col" class="number">
                energy µJ
              </th>
              <th scope="col" class="number">
                [min–max]
              </th>
              <th scope="col" class="number">
                latency µs
              </th>
              <th scope="col" class="number">
                [min–max]
              </th>
              <th scope="col" class="number">
                RAM kB
              </th>
              <th scope="col" class="number">
                flash kB
              </th>
              <th scope="col">in time</th>
              <th scope="col">front</th>
            </tr>
          </thead>
          <tbody>
            {(isOpen.value ? combinations.value : []).map((point) => (
              <tr key={keyOf(point)} aria-current={isTheChoice(point)}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => take(point)}>
                    {point.estimate.platform}
                    <span class="hidden">{`, choose ${shortName(point)}`}</span>
                  </button>
                </th>
                <td>{point.estimate.precision}</td>
                <td class="number">{percent(point.estimate.sparsity!)}</td>
                <td class="number">{digits(point.estimate.energyUj.typ)}</td>
                <td class="number quiet">[{range(point.estimate.energyUj)}]</td>
                <td class="number">{digits(point.estimate.latencyUs.typ)}</td>
                <td class="number quiet">[{range(point.estimate.latencyUs)}]</td>
                <td class="number">{digits(point.estimate.ramBytes! / 1024)}</td>
                <td class="number">{digits(point.estimate.flashBytes! / 1024)}</td>
                <td>{inTime(point.estimate).text}</td>
                <td>{onFront.has(keyOf(point)) ? "yes" : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

function take({ board, variant, estimate }: Combination): void {
  choose({
    platform: board.id,
    precision: estimate.precision as Choices["precision"],
    sparsity: variant.requestedSparsity,
  });
}

function isTheChoice({ board, variant, estimate }: Combination): boolean {
  const { platform, precision, sparsity } = choices.value;
  return board.id === platform && estimate.precision === precision && variant.requestedSparsity === sparsity;
}

/** A line that goes through the points by right angles: what is within reach lies above and right of it. */
function stepsThrough(points: readonly [number, number][]): string {
  return points.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : `H${x}V${y}`)).join("");
}

const keyOf = ({ board, variant, estimate }: Combination) =>
  `${board.id} ${estimate.precision} ${variant.requestedSparsity}`;

function nameOf(point: Combination): string {
  return `${point.board.id} in ${shortName(point)}`;
}

function shortName(point: Combination): string {
  return `${labelOf(point)}${point.variant.requestedSparsity === 0 ? "" : " pruned"}`;
}

/** For the plot, where there is little room: the share is that of the weights that are pruned. */
function labelOf({ board, variant, estimate }: Combination): string {
  const pruned = variant.requestedSparsity === 0 ? "" : `, ${percent(variant.requestedSparsity)}`;
  const where = choices.value.scope === "all" ? `${board.id} ` : "";
  return `${where}${estimate.precision}${pruned}`;
}

/** A tick's number: 0.5, 20, 5,000. */
function label(value: number): string {
  return digits(value, 2).replace(/\.0+$/, "");
}
