// What is in a model, for people and programs: sizes, numbers of parameters and synapses, the synapse graph.
import { type ModelWidths, modelWidths } from "./config.ts";
import type { Model, ModelConfig, Tensor } from "./model.ts";
import { PRUNE_MASK_PREFIX } from "./prune-mask.ts";
import { expectedTensors } from "./tensors.ts";
import { countSynapses, type Wiring } from "./wiring.ts";
import { wiringLayers, wiringOutputs } from "./wiring-config.ts";

/** What a model is: widths, parameters, wiring. */
export interface ModelDescription {
  /** Which cell. */
  class: ModelConfig["class"];
  /** Defaults filled in. */
  config: ModelConfig["config"];
  /** Inputs, units, outputs. */
  widths: ModelWidths;
  parameters: {
    /** Numbers that training changes, those of absent synapses included, as PyTorch counts them. */
    trainable: number;
    /** Entries of the sparsity masks, which PyTorch keeps among the parameters. */
    masks: number;
  };
  /** Existing synapses by the masks; null for a network without masks. */
  synapses: { recurrent: number; sensory: number } | null;
  /** Weights that prune masks say are absent, and how many their matrices could have; null without prune masks. */
  pruned: { absent: number; possible: number } | null;
  /** Those of the checkpoint, in its order. */
  tensors: { name: string; shape: number[]; role: "parameter" | "mask" | "prune mask" }[];
}

/** Class, configuration, sizes and tensors of a model. */
export function describeModel(model: Model): ModelDescription {
  const roles = new Map(expectedTensors(model).map(({ name, role }) => [name, role]));
  const tensors = [...model.tensors].map(([name, { shape }]) => ({
    name,
    shape,
    role: roles.get(name) ?? ("prune mask" as const),
  }));
  const parameters = { trainable: 0, masks: 0 };
  for (const { name, role } of tensors) {
    if (role !== "prune mask")
      parameters[role === "mask" ? "masks" : "trainable"] += model.tensors.get(name)!.data.length;
  }
  const wiring = modelWiring(model);
  const synapses = wiring && {
    recurrent: countSynapses(wiring.adjacency),
    sensory: countSynapses(wiring.sensoryAdjacency),
  };
  return {
    class: model.class,
    config: model.config,
    widths: modelWidths(model),
    parameters,
    synapses,
    pruned: countPruned(model.tensors),
    tensors,
  };
}

function countPruned(tensors: ReadonlyMap<string, Tensor>): ModelDescription["pruned"] {
  const masks = [...tensors]
    .filter(([name]) => name.startsWith(PRUNE_MASK_PREFIX))
    .map(([, { data }]) => data);
  if (masks.length === 0) return null;
  const values = (count: (mask: Float32Array) => number) => masks.reduce((sum, mask) => sum + count(mask), 0);
  return {
    absent: values((mask) => mask.filter((value) => value === 0).length),
    possible: values((mask) => mask.length),
  };
}

/**
 * The synapses that the masks of a checkpoint keep, by neuron id; null for a model without masks. In an LTC the
 * polarity is the sign of the trained reversal potential (0 counts as +1). In a wired CfC, which has no polarity, it is
 * +1 throughout, recurrence within a layer is all-to-all, and only ff1 and ff2 obey the masks.
 */
export function modelWiring(model: Model): Wiring | null {
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC": {
      const { units, input_size, wiring } = model.config;
      const polarity = (prefix: string): Int8Array => {
        const { data: mask } = model.tensors.get(`rnn_cell.${prefix}sparsity_mask`)!;
        const { data: erev } = model.tensors.get(`rnn_cell.${prefix}erev`)!;
        return Int8Array.from(mask, (exists, i) => (exists === 0 ? 0 : erev[i]! < 0 ? -1 : 1));
      };
      return {
        type: wiring.type,
        units,
        inputs: input_size,
        outputDim: wiringOutputs(wiring),
        layers: wiringLayers(wiring),
        adjacency: polarity(""),
        sensoryAdjacency: polarity("sensory_"),
      };
    }
    case "ncps.torch.CfC":
      return model.config.wiring === null
        ? null
        : wiredCfcWiring(model.config, model.config.wiring, model.tensors);
    default:
      return null;
  }
}

function wiredCfcWiring(
  { units, input_size }: { units: number; input_size: number },
  config: Parameters<typeof wiringLayers>[0],
  tensors: ReadonlyMap<string, Tensor>,
): Wiring {
  const layers = wiringLayers(config);
  const adjacency = new Int8Array(units * units);
  const sensoryAdjacency = new Int8Array(input_size * units);
  layers.forEach((layer, l) => {
    // Mask [destination, source]: sources are the layer below (for the first layer the inputs), then the layer itself.
    const { shape, data } = tensors.get(`rnn_cell.layer_${l}.sparsity_mask`)!;
    const nSources = shape[1]!;
    const below = layers[l - 1];
    const nBelow = below?.length ?? input_size;
    data.forEach((exists, i) => {
      if (exists === 0) return;
      const target = layer[Math.floor(i / nSources)]!;
      const source = i % nSources;
      if (source >= nBelow) adjacency[layer[source - nBelow]! * units + target] = 1;
      else if (below === undefined) sensoryAdjacency[source * units + target] = 1;
      else adjacency[below[source]! * units + target] = 1;
    });
  });
  return {
    type: config.type,
    units,
    inputs: input_size,
    outputDim: layers.at(-1)!.length,
    layers,
    adjacency,
    sensoryAdjacency,
  };
}
