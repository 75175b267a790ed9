// A wiring as a list of synapses and as columns from the sensors to the motor neurons.

import type { Wiring } from "../../bindings/network/wiring.ts";

export interface Synapse {
  /** What `from` counts. */
  source: "sensor" | "neuron";
  from: number;
  /** A neuron. */
  to: number;
  /** 1 excitatory, -1 inhibitory. */
  polarity: number;
}

export interface WiringColumn {
  name: string;
  kind: Synapse["source"];
  ids: readonly number[];
}

export interface WiringGraph {
  /** The file it came from. */
  name: string;
  wiring: Wiring;
  /** In the direction of the signal. */
  columns: WiringColumn[];
  synapses: Synapse[];
  /** Whether polarities mean anything. */
  hasPolarity: boolean;
}

const NCP_LAYERS = ["inter", "command", "motor"];

export function graphOf(wiring: Wiring, name: string, hasPolarity: boolean): WiringGraph {
  const { units, inputs, adjacency, sensoryAdjacency } = wiring;
  const sensors = Array.from({ length: inputs }, (_, i) => i);
  return {
    name,
    wiring,
    columns: [{ name: "sensors", kind: "sensor", ids: sensors }, ...neuronColumns(wiring)],
    synapses: [...synapsesOf(sensoryAdjacency, units, "sensor"), ...synapsesOf(adjacency, units, "neuron")],
    hasPolarity,
  };
}

/** The layers of an NCP; other wirings have one, of which the outputs are set apart. */
function neuronColumns({ layers, outputDim }: Wiring): WiringColumn[] {
  const kind = "neuron" as const;
  if (layers.length > 1) return layers.map((ids, i) => ({ name: NCP_LAYERS[i] ?? `layer ${i}`, kind, ids }));
  const [ids] = layers as [number[]];
  const isSplit = outputDim < ids.length;
  return [
    ...(isSplit ? [{ name: "hidden", kind, ids: ids.slice(outputDim) }] : []),
    { name: "outputs", kind, ids: ids.slice(0, outputDim) },
  ];
}

/** `matrix` is [source, destination], row-major. */
function* synapsesOf(matrix: Int8Array, units: number, source: Synapse["source"]): Generator<Synapse> {
  for (let i = 0; i < matrix.length; i++) {
    const polarity = matrix[i]!;
    if (polarity !== 0) yield { source, from: Math.floor(i / units), to: i % units, polarity };
  }
}
