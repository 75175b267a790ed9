import { complain } from "../../bindings/errors.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import { modelWiring } from "../../bindings/network/describe.ts";
import type { ModelConfig } from "../../bindings/network/model.ts";
import { buildWiring, type Wiring } from "../../bindings/network/wiring.ts";
import type { WiringOptions } from "../commands/wiring.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { readModelFile } from "../read-model.ts";
import { fileName, readJson } from "../read-text.ts";
import { count } from "../text.ts";
import { graphOf, type Synapse, type WiringGraph } from "./wiring-graph.ts";
import { drawWiring } from "./wiring-svg.ts";

/** Prints the synapses of a network, or draws them. */
export async function wiring(
  io: Io,
  weights: string | undefined,
  { config, svg, json }: WiringOptions,
): Promise<void> {
  if (svg === "-" && json)
    throw usageError("--svg -: expected without --json, found both for standard output");
  const graph = await readGraph(io, weights, config);
  if (svg !== undefined) {
    const drawing = drawWiring(graph);
    if (svg === "-") {
      io.print(drawing);
      return;
    }
    await io.writeFile(svg, `${drawing}\n`);
  }
  if (json) io.print(JSON.stringify(graphJson(graph)));
  else if (svg === undefined) io.print(describe(graph));
  else io.print(`${fileName(svg)}: ${headline(graph)}`);
}

async function readGraph(
  io: Io,
  weights: string | undefined,
  config: string | undefined,
): Promise<WiringGraph> {
  if (weights !== undefined) {
    const model = await readModelFile(io, weights, config);
    return graphOf(
      modelWiring(model) ?? refuse(model, fileName(weights)),
      fileName(weights),
      hasPolarity(model),
    );
  }
  if (config === undefined) throw usageError("wiring: expected a checkpoint or --config, found neither");
  const name = fileName(config);
  const model = parseConfig(await readJson(io, config, "bad-config"), name);
  const wired = "wiring" in model.config ? model.config.wiring : null;
  if (wired === null) refuse(model, name);
  return graphOf(buildWiring(wired, model.config.input_size, name), name, hasPolarity(model));
}

function refuse(model: ModelConfig, source: string): never {
  throw complain("bad-config", source, {
    expected: "a network with a wiring: LTC or wired CfC",
    found: "wiring" in model.config ? `${model.class} without one` : model.class,
  });
}

/** In a wired CfC a synapse has no sign of its own. */
function hasPolarity(model: ModelConfig): boolean {
  return model.class !== "ncps.torch.CfC";
}

function headline(graph: WiringGraph): string {
  const { wiring, synapses, hasPolarity: signed } = graph;
  const inhibitory = synapses.filter(({ polarity }) => polarity < 0).length;
  const sensory = synapses.filter(({ source }) => source === "sensor").length;
  const kinds = signed ? ` (${synapses.length - inhibitory} excitatory, ${inhibitory} inhibitory)` : "";
  return (
    `${wiring.type}, ${count(wiring.inputs, "sensor")}, ${count(wiring.units, "neuron")}, ` +
    `${count(wiring.outputDim, "output")}; ${count(synapses.length, "synapse")}${kinds}, ${sensory} of them from sensors`
  );
}

/** One line a source: where its synapses lead, with + or - for their polarity. */
function describe(graph: WiringGraph): string {
  const { columns, synapses, hasPolarity: signed } = graph;
  const lines = columns.flatMap(({ name, kind, ids }) => [
    kind === "sensor" ? name : `${name}: ${count(ids.length, kind)}`,
    ...ids.map((id) => {
      const targets = synapses
        .filter((synapse) => synapse.source === kind && synapse.from === id)
        .map(({ to, polarity }) => `${to}${signed ? (polarity < 0 ? "-" : "+") : ""}`);
      return `  ${String(id).padStart(5)} -> ${targets.join(" ") || "none"}`;
    }),
  ]);
  const legend = signed
    ? "Behind the arrow: ids of neurons, + excitatory, - inhibitory. Neurons 0 to n - 1 are the n outputs."
    : "Behind the arrow: ids of neurons. Neurons 0 to n - 1 are the n outputs.";
  return [`${graph.name}: ${headline(graph)}`, "", ...lines, "", legend].join("\n");
}

function graphJson({ wiring, columns, synapses, hasPolarity: signed }: WiringGraph) {
  const { type, units, inputs, outputDim }: Wiring = wiring;
  return {
    type,
    units,
    inputs,
    outputs: outputDim,
    layers: columns.filter(({ kind }) => kind === "neuron").map(({ name, ids }) => ({ name, neurons: ids })),
    synapses: synapses.map((synapse): Omit<Synapse, "polarity"> & { polarity: number | null } => ({
      ...synapse,
      polarity: signed ? synapse.polarity : null,
    })),
  };
}
