// The configuration of a network that lost neurons. The number of neurons follows; a wiring keeps its kind where that can
// describe the rest, but which synapses exist is what the masks of the checkpoint say, not a drawing from the arguments.
import type { CfcConfig, LtcConfig, Model, ModelConfig, WiringConfig } from "../network/model.ts";
import { expandAutoNcp, wiringLayers, wiringOutputs, wiringUnits } from "../network/wiring-config.ts";

/** The configuration of a model whose populations have these sizes; `sizes` holds those that changed. */
export function resized(model: Model, sizes: ReadonlyMap<string, number>): ModelConfig {
  const sizeOf = (name: string, size: number) => sizes.get(name) ?? size;
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC":
      return { class: model.class, config: resizedLtc(model.config, sizeOf) } as ModelConfig;
    case "ncps.torch.CfC":
      return { class: model.class, config: resizedCfc(model.config, sizeOf) };
    case "liquid-edge.MLP": {
      const layer_sizes = model.config.layer_sizes.map((size, l) => sizeOf(`layers.${l}`, size));
      return { class: model.class, config: { ...model.config, layer_sizes } };
    }
    default:
      return {
        class: model.class,
        config: { ...model.config, units: sizeOf("units", model.config.units) },
      } as ModelConfig;
  }
}

type SizeOf = (name: string, size: number) => number;

function resizedLtc(config: LtcConfig, sizeOf: SizeOf): LtcConfig {
  const layers = wiringLayers(config.wiring).map((ids) => ids.length);
  const outputs = wiringOutputs(config.wiring);
  if (layers.length === 1) {
    const units =
      config.output_size === null
        ? outputs + sizeOf("hidden", config.units - outputs)
        : sizeOf("hidden", config.units);
    return { ...config, units, wiring: resizedWiring(config.wiring, [units]) };
  }
  const [inter, command, motor] = layers as [number, number, number];
  const wiring = resizedWiring(config.wiring, [sizeOf("inter", inter), sizeOf("command", command), motor]);
  return { ...config, units: wiringUnits(wiring), wiring };
}

function resizedCfc(config: CfcConfig, sizeOf: SizeOf): CfcConfig {
  if (config.wiring === null) {
    const units = sizeOf("units", config.units);
    return { ...config, units, backbone_units: sizeOf("backbone.0", config.backbone_units) };
  }
  const sizes = wiringLayers(config.wiring).map((ids, l) => sizeOf(`layer_${l}`, ids.length));
  const wiring = resizedWiring(config.wiring, sizes);
  return { ...config, units: wiringUnits(wiring), wiring };
}

/** The wiring with layers of these sizes, in the order of `wiringLayers`. */
function resizedWiring(wiring: WiringConfig, sizes: readonly number[]): WiringConfig {
  switch (wiring.type) {
    case "FullyConnected":
      return { type: wiring.type, args: { ...wiring.args, ...resizedLayer(wiring.args, sizes[0]!) } };
    case "Random":
      return { type: wiring.type, args: { ...wiring.args, ...resizedLayer(wiring.args, sizes[0]!) } };
    default: {
      if (wiringLayers(wiring).every((ids, l) => ids.length === sizes[l])) return wiring;
      // An AutoNCP derives its layers from their sum, so what is left of it is an NCP.
      const args =
        wiring.type === "NCP"
          ? wiring.args
          : expandAutoNcp({ sparsity_level: 0.5, seed: 22222, ...wiring.args });
      const [inter, command, motor] = sizes as [number, number, number];
      return {
        type: "NCP",
        args: {
          ...args,
          inter_neurons: inter,
          command_neurons: command,
          motor_neurons: motor,
          sensory_fanout: Math.min(args.sensory_fanout, inter),
          inter_fanout: Math.min(args.inter_fanout, command),
          motor_fanin: Math.min(args.motor_fanin, command),
        },
      };
    }
  }
}

function resizedLayer({ output_dim }: { output_dim?: number | null }, units: number) {
  return { units, output_dim: output_dim == null ? null : Math.min(output_dim, units) };
}
