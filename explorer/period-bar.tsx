// One control period: waking up, computing, and what is left of it.

import type { Estimate } from "../bindings/estimate/estimate.ts";
import { digits, exact, percent, range } from "../format/numbers.ts";
import { TIME, unitFor } from "../format/units.ts";
import { inTime } from "../format/verdicts.ts";

export function PeriodBar({ estimate }: { estimate: Estimate }) {
  const { realTime, idle, latencyUs } = estimate;
  const { periodUs, utilisation, rateHz } = realTime;
  // Where the worst case does not fit, the bar shows how far beyond the period it reaches.
  const end = Math.max(1, utilisation.max) * (utilisation.max > 1 ? 1.04 : 1);
  const at = (share: number) => `${(Math.min(share, end) / end) * 100}%`;
  const wake = idle.wakeUs.typ / periodUs;
  const verdict = inTime(estimate);
  const [scale, unit] = unitFor(TIME, [periodUs]);
  const left =
    utilisation.typ < 1
      ? `${percent(idle.timeShare.typ)} is spent waiting in ${idle.mode}`
      : "nothing is left of the period";
  return (
    <section aria-labelledby="period-title">
      <h2 id="period-title">One control period</h2>
      <p class={`verdict ${verdict.level}`}>
        in time: <span id="in-time">{verdict.text}</span>
        <span class="aside">
          {` of ${exact(Number((periodUs / scale).toPrecision(3)))} ${unit} at ${exact(rateHz)} Hz, `}
          {`90 % interval ${percent(utilisation.min)} to ${percent(utilisation.max)}; ${left}`}
        </span>
      </p>
      <div class="period" aria-hidden="true">
        <span class="wake" style={{ left: "0", width: at(wake) }} />
        <span class="compute" style={{ left: at(wake), width: at(utilisation.typ - wake) }} />
        <span
          class="whisker"
          style={{ left: at(utilisation.min), width: at(utilisation.max - utilisation.min) }}
        />
        <span class="deadline" style={{ left: at(1) }} />
      </div>
      <ul class="key">
        <li>
          <span class="swatch wake" aria-hidden="true" />
          {`wake-up ${digits(idle.wakeUs.typ)} µs`}
        </li>
        <li>
          <span class="swatch compute" aria-hidden="true" />
          {`inference ${digits(latencyUs.typ)} µs [${range(latencyUs)}]`}
        </li>
        <li>
          <span class="swatch whisker" aria-hidden="true" />
          90 % interval of the end
        </li>
      </ul>
    </section>
  );
}
