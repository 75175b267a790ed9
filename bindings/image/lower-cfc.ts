import type { CfcConfig } from "../network/model.ts";
import { backboneNames } from "../network/tensors.ts";
import { wiringLayers } from "../network/wiring-config.ts";
import { linear, type Tensors } from "./lower.ts";
import { mixedMemory } from "./lower-gated.ts";
import type { ArenaLayout, ArenaVector, LoweredLayer, LoweredNetwork } from "./lowered.ts";
import type { Matrix } from "./parameters.ts";

/** CfC: optional LSTM memory, backbone, heads, optional projection; or one cell per layer of a wiring. */
export function lowerCfc(config: CfcConfig, tensors: Tensors, arena: ArenaLayout): LoweredNetwork {
  const input = arena.place(config.input_size);
  const sizes =
    config.wiring === null ? [config.units] : wiringLayers(config.wiring).map((ids) => ids.length);
  const states = sizes.map((n) => arena.place(n));
  const hidden = { at: states[0]!.at, length: sizes.reduce((sum, n) => sum + n, 0) };
  const cell = arena.place(config.mixed_memory ? hidden.length : 0);

  const layers: LoweredLayer[] = [];
  if (config.mixed_memory) layers.push(mixedMemory(tensors, input, hidden, cell));
  if (config.wiring === null) layers.push(...denseCell(config, tensors, arena, input, hidden));
  else {
    for (const [l, state] of states.entries()) {
      const previous = l === 0 ? input : states[l - 1]!;
      layers.push(wiredCell(config, tensors, `rnn_cell.layer_${l}`, previous, state));
    }
  }
  const last = states.at(-1)!;
  if (config.proj_size === null) return { layers, input, output: last, hidden, cell, arenaEnd: arena.end };
  const output = arena.place(config.proj_size);
  const matrix = linear(tensors, "fc", output.length, last.length);
  layers.push({ kind: "dense", name: "fc", in: last, out: output, matrix, activation: "linear" });
  return { layers, input, output, hidden, cell, arenaEnd: arena.end };
}

/** [x, h] → backbone → heads → h. */
function denseCell(
  config: CfcConfig,
  tensors: Tensors,
  arena: ArenaLayout,
  input: ArenaVector,
  hidden: ArenaVector,
): LoweredLayer[] {
  const layers: LoweredLayer[] = [];
  let features: ArenaVector = { at: input.at, length: input.length + hidden.length };
  for (const [l, module] of backboneNames(config).entries()) {
    const out = arena.place(config.backbone_units);
    layers.push({
      kind: "dense",
      name: `backbone.${l}`,
      in: features,
      out,
      matrix: linear(tensors, `rnn_cell.${module}`, out.length, features.length),
      activation: config.activation,
    });
    features = out;
  }
  const head = (name: string) => linear(tensors, `rnn_cell.${name}`, hidden.length, features.length);
  layers.push(heads(config, tensors, "rnn_cell", "cfc", features, hidden, head));
  return layers;
}

/** One layer of a wired CfC: no backbone; the wiring masks ff1 and ff2 only. */
function wiredCell(
  config: CfcConfig,
  tensors: Tensors,
  prefix: string,
  previous: ArenaVector,
  state: ArenaVector,
): LoweredLayer {
  const features = { at: previous.at, length: previous.length + state.length };
  const mask = tensors(`${prefix}.sparsity_mask`);
  const head = (name: string): Matrix => {
    const matrix = linear(tensors, `${prefix}.${name}`, state.length, features.length);
    if (!name.startsWith("ff")) return matrix;
    return {
      ...matrix,
      weights: matrix.weights.map((w, i) => w * mask[i]!),
      mask: Uint8Array.from(mask, (value, i) => (value === 0 || matrix.mask?.[i] === 0 ? 0 : 1)),
    };
  };
  return heads(config, tensors, prefix, prefix.replace("rnn_cell.", ""), features, state, head);
}

function heads(
  config: CfcConfig,
  tensors: Tensors,
  prefix: string,
  name: string,
  features: ArenaVector,
  out: ArenaVector,
  head: (name: string) => Matrix,
): LoweredLayer {
  if (config.mode === "pure") {
    return {
      kind: "cfc",
      name,
      in: features,
      out,
      mode: "pure",
      ff1: head("ff1"),
      absTau: tensors(`${prefix}.w_tau`).map(Math.abs),
      bound: tensors(`${prefix}.A`),
    };
  }
  return {
    kind: "cfc",
    name,
    in: features,
    out,
    mode: config.mode,
    heads: [head("ff1"), head("ff2"), head("time_a"), head("time_b")],
  };
}
