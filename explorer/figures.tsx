// The figures of the chosen board: typical value, 90 % interval, and the grades of the sources behind them.

import type { ComponentChildren } from "preact";
import type { Grade } from "../bindings/board/board.ts";
import type { Estimate } from "../bindings/estimate/estimate.ts";
import type { Interval } from "../bindings/estimate/interval.ts";
import { digits, percent, range, whole } from "../format/numbers.ts";
import { ENERGY, POWER, TIME, type Units, unitFor } from "../format/units.ts";
import { fits } from "../format/verdicts.ts";
import { board } from "./store.ts";

export function Figures({ estimate }: { estimate: Estimate }) {
  const cycles = grades(estimate, /^cycles/);
  const active = grades(estimate, /^activeCurrentMa$/);
  const waiting = grades(estimate, /^(idleCurrentMa|wakeUs)$/);
  const current = waiting === "" ? `current ${active}` : `current ${active}, waiting ${waiting}`;
  return (
    <dl class="figures">
      <Figure
        id="energy"
        name="Energy per inference"
        value={estimate.energyUj}
        units={ENERGY}
        grade={`cycles ${cycles}, current ${active}`}
      />
      <Figure
        id="latency"
        name="Latency"
        value={estimate.latencyUs}
        units={TIME}
        grade={`cycles ${cycles}`}
      />
      <Figure
        id="power"
        name="Average power"
        value={estimate.averagePowerUw}
        units={POWER}
        grade={`cycles ${cycles}, ${current}; waiting included`}
      />
      <BatteryLife estimate={estimate} grade={`cycles ${cycles}, ${current}`} />
      <Memory estimate={estimate} />
    </dl>
  );
}

interface FigureProps {
  id: string;
  name: string;
  value: Interval;
  units: Units;
  grade: string;
}

function Figure({ id, name, value, units, grade }: FigureProps) {
  const [scale, unit] = unitFor(units, [value.typ]);
  const scaled = { typ: value.typ / scale, min: value.min / scale, max: value.max / scale };
  return (
    <Card id={id} name={name} grade={grade}>
      <Value value={value} shown={scaled} unit={unit} />
    </Card>
  );
}

/** The typical value large, the interval below; `value` is the figure as programs read it. */
function Value({ value, shown, unit }: { value: Interval; shown: Interval; unit: string }) {
  return (
    <>
      <data class="typical" value={value.typ}>
        {digits(shown.typ)} <span class="unit">{unit}</span>
      </data>
      <span class="interval">
        <span class="hidden">90 % interval </span>
        <data data-min={value.min} data-max={value.max}>
          {range(shown)}
        </data>{" "}
        {unit}
      </span>
    </>
  );
}

function BatteryLife({ estimate, grade }: { estimate: Estimate; grade: string }) {
  const life = estimate.batteryLifeHours;
  return (
    <Card
      id="battery"
      name="Battery life"
      grade={life === null ? "" : `${grade}; no self-discharge, no regulator`}
    >
      {life === null ? (
        <span class="typical none">no battery</span>
      ) : (
        <>
          <Value value={life} shown={life} unit="h" />
          <span class="interval">{inCalendar(life.typ)}</span>
        </>
      )}
    </Card>
  );
}

/** Hours as days or years. */
function inCalendar(hours: number): string {
  const days = hours / 24;
  if (days < 1) return "less than a day";
  return days < 730 ? `about ${digits(days, 2)} days` : `about ${digits(days / 365.25, 2)} years`;
}

function Memory({ estimate }: { estimate: Estimate }) {
  const { ramBytes, flashBytes } = estimate;
  const { memory } = board.value;
  const verdict = fits(estimate);
  const place = estimate.memory!.imageIn === "ram" ? "RAM" : "flash";
  return (
    <Card id="memory" name="Memory" grade={`compiled image exact, board ${memory.grade}; runs from ${place}`}>
      <Bar id="ram" name="RAM" bytes={ramBytes!} of={memory.ramBytes} />
      <Bar id="flash" name="Flash" bytes={flashBytes!} of={memory.flashBytes} />
      <span class={`verdict ${verdict.level}`}>
        fits: <span id="fits">{verdict.text}</span>
      </span>
    </Card>
  );
}

function Bar({ id, name, bytes, of }: { id: string; name: string; bytes: number; of: number }) {
  return (
    <span class="memory">
      <span>
        {name}{" "}
        <data id={id} value={bytes}>
          {digits(bytes / 1024)}
        </data>{" "}
        <span class="unit">of {whole(of / 1024)} kB</span>
      </span>
      <span class="meter" aria-hidden="true">
        <span class={bytes > of ? "bad" : ""} style={{ width: `${Math.min(100, (bytes / of) * 100)}%` }} />
      </span>
      <span class="hidden">, {percent(bytes / of)}</span>
    </span>
  );
}

interface CardProps {
  id: string;
  name: string;
  /** Grades of the sources, best to worst. */
  grade: string;
  children: ComponentChildren;
}

function Card({ id, name, grade, children }: CardProps) {
  return (
    <div class="card" id={`figure-${id}`}>
      <dt>{name}</dt>
      <dd>
        {children}
        {grade === "" ? null : <span class="grade">{`sources: ${grade}`}</span>}
      </dd>
    </div>
  );
}

/** Grades of the coefficients whose name matches, "A–C" where they differ, "" where the figure uses none. */
function grades({ coefficients }: Estimate, name: RegExp): string {
  const found = coefficients.filter((coefficient) => name.test(coefficient.name)).map(({ grade }) => grade);
  const sorted: Grade[] = [...new Set(found)].sort();
  return sorted.length < 2 ? (sorted[0] ?? "") : `${sorted[0]}–${sorted.at(-1)}`;
}
