// Parameters of a layer as the compiler handles them, before they are laid out in bytes.

/**
 * How an image stores weights. fp16: as halves, which the kernels widen; arithmetic, biases, vectors and states are
 * fp32 all the same.
 */
export type Precision = "fp32" | "fp16";

/** y = W x + b. */
export interface Matrix {
  nOut: number;
  nIn: number;
  /** [nOut, nIn], row-major. */
  weights: Float32Array;
  /** [nOut, nIn]: 0 where no connection exists; null: all exist. */
  mask: Uint8Array | null;
  /** [nOut] */
  bias: Float32Array;
  /** The checkpoint's tensor or tensors, for messages. */
  tensor?: string;
}

/** Synapses of an LTC cell; all fields [nIn, nOut], row-major: source first, as ncps stores them. */
export interface Synapses {
  nOut: number;
  nIn: number;
  mask: Uint8Array;
  /** -sigma / ln 2 */
  k: Float32Array;
  mu: Float32Array;
  w: Float32Array;
  /** w * erev */
  wErev: Float32Array;
  /** What the names of the checkpoint's tensors begin with, for messages: `sigma`, `mu`, `w`, `erev` follow. */
  prefix?: string;
}
