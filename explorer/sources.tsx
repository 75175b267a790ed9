// The coefficients behind the figures of the chosen board, as `--sources` prints them.

import type { Estimate } from "../bindings/estimate/estimate.ts";
import { digits, range } from "../format/numbers.ts";
import { Scroll } from "./scroll.tsx";

export function Sources({ estimate }: { estimate: Estimate }) {
  const sources = [...new Set(estimate.coefficients.map(({ source }) => source))];
  return (
    <details>
      <summary>Where the figures come from: {estimate.coefficients.length} coefficients</summary>
      <p class="aside">
        Grades: A read in an official document, B in an opened secondary source, C inferred, scaled or from
        memory. Not modelled: sensors, radio, regulators, start-up.
      </p>
      <Scroll label="Coefficients">
        <table id="coefficients">
          <thead>
            <tr>
              <th scope="col">coefficient</th>
              <th scope="col" class="number">
                typical
              </th>
              <th scope="col" class="number">
                90 % range
              </th>
              <th scope="col">grade</th>
              <th scope="col">source</th>
            </tr>
          </thead>
          <tbody>
            {estimate.coefficients.map((coefficient) => (
              <tr key={coefficient.name}>
                <th scope="row">{coefficient.name}</th>
                <td class="number">{digits(coefficient.typ)}</td>
                <td class="number quiet">{range(coefficient)}</td>
                <td>{coefficient.grade}</td>
                <td>[{sources.indexOf(coefficient.source) + 1}]</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <ol class="sources">
        {sources.map((source) => (
          <li key={source}>{source}</li>
        ))}
      </ol>
    </details>
  );
}
