// What grows, and the networks that it grows in.

import { Network } from "../../bindings/network.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { type CellOptions, networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";

const WIDTHS = { nInputs: 8, nOutputs: 4 };

export interface Subject {
  /** What the exponent is over: neurons, connections, … */
  x: number;
  /**
   * The same of what a step executes, which operations and its time grow with: of connections, how often they are evaluated.
   * An LTC evaluates its inputs' once a step and the others once an unfold, and the larger it is, the more are others.
   */
  executed: number;
  make: () => Network;
}

export interface Axis {
  name: string;
  /** Of the x axis. */
  unit: string;
  /** Exponent of operations and bytes that the structure implies, and where that is from. */
  expected: number;
  why: string;
  subjects: Subject[];
}

/** A network with initial weights, pruned to a sparsity. */
export function networkOf(cell: CellOptions, sparsity = 0): Network {
  const model = initialModel(networkFor(cell, WIDTHS), 0);
  return Network.fromModel(
    sparsity === 0 ? model : prune(model, { method: "4x1", sparsity }, cell.cell).model,
    cell.cell,
  );
}

/** Connections that a step executes at least once, as the image holds them. */
export function connectionsOf({ compiled }: Network): number {
  return compiled.layers
    .flatMap(({ parameters }) => parameters)
    .reduce((sum, { connections }) => sum + connections, 0);
}

/** Multiply-accumulates of a step. */
function executedOf({ compiled }: Network): number {
  return compiled.layers.flatMap(({ macs }) => macs).reduce((sum, { count }) => sum + count, 0);
}

const doubling = (from: number, to: number) =>
  Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i);
const SPARSITIES = [0, 0.5, 0.75, 0.875, 0.9375];

function over<T>(
  values: readonly T[],
  cellOf: (value: T) => [CellOptions, number?],
): { value: T; make: () => Network }[] {
  return values.map((value) => ({ value, make: () => networkOf(...cellOf(value)) }));
}

const byConnections = (subjects: readonly { make: () => Network }[]): Subject[] =>
  subjects.map(({ make }) => {
    const network = make();
    return { x: connectionsOf(network), executed: executedOf(network), make };
  });
const byValue = (subjects: readonly { value: number; make: () => Network }[]): Subject[] =>
  subjects.map(({ value, make }) => ({ x: value, executed: value, make }));

/** @param largest neurons of the largest network, 1024 or fewer for tests */
export function axes(largest = 1024): Axis[] {
  const neurons = doubling(8, largest);
  const cells = (["ltc", "cfc", "gru", "liquid-gate"] as const).flatMap((cell): Axis[] => {
    const grown = over(neurons, (units) => [{ cell, units }]);
    return [
      {
        name: `${cell}, neurons`,
        unit: "neurons",
        expected: 2,
        why: "every neuron reads every other one",
        subjects: byValue(grown),
      },
      {
        name: `${cell}, connections`,
        unit: "connections",
        expected: 1,
        why: "the same networks",
        subjects: byConnections(grown),
      },
    ];
  });
  const width = Math.min(256, largest);
  return [
    ...cells,
    {
      name: `ltc of ${width}, random wiring`,
      unit: "synapses",
      expected: 1,
      why: "absent synapses are neither stored nor executed",
      subjects: byConnections(
        over(SPARSITIES, (wiringSparsity) => [
          { cell: "ltc", units: width, wiring: "random", wiringSparsity },
        ]),
      ),
    },
    {
      name: `gru of ${width}, pruned`,
      unit: "connections",
      expected: 1,
      why: "4x1 blocks that are absent are neither stored nor executed",
      subjects: byConnections(over(SPARSITIES, (sparsity) => [{ cell: "gru", units: width }, sparsity])),
    },
    {
      name: "ltc of 64, unfolds",
      unit: "unfolds",
      expected: 1,
      why: "operations only: the image does not grow",
      subjects: byValue(over(doubling(1, 32), (unfolds) => [{ cell: "ltc", units: 64, unfolds }])),
    },
  ];
}
