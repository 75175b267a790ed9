// What a network is, before it is compiled: a configuration and named float32 tensors, exactly as the checkpoint has
// them. `config.ts` checks the configuration, `tensors.ts` lists the tensors that each class must have.

/** A float32 tensor, row-major (last index fastest). */
export interface Tensor {
  /** Sizes of the dimensions. */
  shape: number[];
  /** Row-major, as many elements as the shape says. */
  data: Float32Array;
}

/** A wiring as ncps configures it. */
export type WiringConfig =
  | {
      type: "FullyConnected";
      args: {
        units: number;
        output_dim?: number | null;
        erev_init_seed?: number;
        self_connections?: boolean;
      };
    }
  | {
      type: "Random";
      args: { units: number; output_dim?: number | null; sparsity_level?: number; random_seed?: number };
    }
  | {
      type: "NCP";
      args: {
        inter_neurons: number;
        command_neurons: number;
        motor_neurons: number;
        sensory_fanout: number;
        inter_fanout: number;
        recurrent_command_synapses: number;
        motor_fanin: number;
        seed?: number;
      };
    }
  | { type: "AutoNCP"; args: { units: number; output_size: number; sparsity_level?: number; seed?: number } };

/** ncps' LTC. `solver` and `ode_step` are ours: absent in ncps checkpoints, where the fused solver is the only one. */
export interface LtcConfig {
  input_size: number;
  units: number;
  wiring: WiringConfig;
  mixed_memory: boolean;
  input_mapping: "affine" | "linear" | null;
  output_mapping: "affine" | "linear" | null;
  ode_unfolds: number;
  epsilon: number;
  implicit_param_constraints: boolean;
  /** `fused`: semi-implicit, as ncps; `euler` and `rk4`: the explicit solvers of the original LTC code. */
  solver: "fused" | "euler" | "rk4";
  /** Elapsed time of one unfold as a share of the step's elapsed time: 1 / ode_unfolds in ncps, 0.1 in the original. */
  ode_step: number;
  /** Width of a linear readout `fc` of all neurons, ours; null, as in ncps: the first neurons are the outputs, scaled. */
  output_size: number | null;
}

export type Activation = "lecun_tanh" | "relu" | "tanh" | "silu" | "gelu" | "sigmoid" | "linear";
export type CfcMode = "default" | "pure" | "no_gate";

export interface CfcConfig {
  input_size: number;
  units: number;
  /** Null: one dense cell with a backbone. Otherwise one cell without backbone per layer of the wiring. */
  wiring: WiringConfig | null;
  mixed_memory: boolean;
  mode: CfcMode;
  proj_size: number | null;
  activation: Activation;
  backbone_units: number;
  backbone_layers: number;
  /** Only names of later tensors depend on it; it has no effect at inference. */
  backbone_dropout: number;
}

/** Leaky CT-RNN of the original LTC repository: v <- v + h (-v / tau + tanh(W [x, v] + b)), `ode_unfolds` times. */
export interface CtrnnConfig {
  input_size: number;
  units: number;
  ode_unfolds: number;
  /** h as a share of the step's elapsed time; 0.1 in the original. */
  ode_step: number;
  /** Width of the linear readout `fc`; null: the state is the output. */
  output_size: number | null;
}

/**
 * torch.nn.GRU or torch.nn.LSTM (one layer, tensors `rnn.weight_ih_l0` …) with an optional linear readout `fc`; and our
 * LiquidGate, h' = g + (h - g) exp(-T softplus(a)) with g = tanh(Wg [x, h] + bg), a = Wa [x, h] + ba and the elapsed time
 * T (tensors `g.weight`, `g.bias`, `a.weight`, `a.bias`).
 */
export interface GatedConfig {
  input_size: number;
  units: number;
  output_size: number | null;
}

/** Dense layers, evaluated at each step; tensors `layers.<i>.weight`, `layers.<i>.bias`. */
export interface MlpConfig {
  input_size: number;
  /** Widths of all layers; the last one is the output. */
  layer_sizes: number[];
  /** Activation after each layer but the last. */
  activation: Activation;
  output_activation: Activation;
}

/** A network's class and its configuration. */
export type ModelConfig =
  | { class: "ncps.torch.LTC"; config: LtcConfig }
  | { class: "ncps.torch.CfC"; config: CfcConfig }
  /** Same tensors as ncps.torch.LTC, with the explicit solvers and a readout `fc` allowed. */
  | { class: "liquid-edge.LTC"; config: LtcConfig }
  | { class: "liquid-edge.CTRNN"; config: CtrnnConfig }
  | { class: "torch.nn.GRU"; config: GatedConfig }
  | { class: "torch.nn.LSTM"; config: GatedConfig }
  | { class: "liquid-edge.LiquidGate"; config: GatedConfig }
  | { class: "liquid-edge.MLP"; config: MlpConfig };

/** Name of a class of networks, as files call it. */
export type ModelClass = ModelConfig["class"];

/**
 * A complete, checked model: every tensor that the configuration asks for, finite, of the right shape, no other but
 * prune masks of weight matrices (`prune-mask.ts`).
 */
export type Model = ModelConfig & { tensors: Map<string, Tensor> };
