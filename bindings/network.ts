// The library's front door: a trained network, loaded, checked and compiled, ready to run and to be costed.

import { BatchRunner } from "./core/batch-runner.ts";
import { profileNetwork } from "./core/profile.ts";
import { parseSequence, type SequenceResult } from "./core/sequence.ts";
import { Session, type SessionOptions } from "./core/session.ts";
import type { NetworkProfile } from "./count/op-profile.ts";
import { complain, type LiquidEdgeError } from "./errors.ts";
import type { StaticMemory } from "./estimate/memory-profiler.ts";
import { type CompiledNetwork, compile } from "./image/compile.ts";
import { compileInteger } from "./image/compile-integer.ts";
import type { IntNetwork, SkipUnchanged } from "./image/lowered-integer.ts";
import type { Precision } from "./image/parameters.ts";
import { expectAtMost, MAX_JSON_BYTES } from "./limits.ts";
import { readModel } from "./network/checkpoint.ts";
import type { Model, ModelConfig } from "./network/model.ts";
import { parseJson } from "./parse-json.ts";
import { type IntegerModel, isIntegerFile, readIntegerModel } from "./quantize/integer-file.ts";
import { readSource, type Source } from "./read-source.node.ts";

/** What `Network.load` has to know besides the weights. */
export interface LoadOptions {
  /**
   * The configuration `{ class, config }`, or where its JSON lies. Not needed for files of our own, which carry it in
   * their metadata.
   */
  config?: Source | { class: string; config: object };
}

/** Options of `run`. */
export interface RunOptions extends SessionOptions {
  /** Called after every step; after some of four rows that run side by side. */
  onStep?: (done: number, total: number) => void;
}

/** A trained network: the checked model, float or quantized, and its compiled image. */
export class Network {
  /** Class and configuration; of a quantized network those of the float model that it was made from. */
  readonly config: ModelConfig;
  /** The image that engines and boards run, its layers and its sizes. */
  readonly compiled: CompiledNetwork;
  /** The integers of a quantized network; null for one of floats. */
  readonly integers: IntNetwork | null;
  /** The file it came from, or what it is when there was none. */
  readonly name: string;

  readonly #model: Model | null;

  private constructor(
    model: Model | IntegerModel,
    name: string,
    precision: Precision = "fp32",
    dense: ReadonlySet<string> = new Set(),
  ) {
    const isInteger = "network" in model;
    this.#model = isInteger ? null : model;
    this.integers = isInteger ? model.network : null;
    this.config = isInteger ? model.config : model;
    // An LTC's integers look alike in both precisions.
    this.compiled = isInteger
      ? {
          ...compileInteger(model.network, { dense, skipUnchanged: model.skipUnchanged, source: name }),
          precision: model.precision,
        }
      : compile(model, { precision, source: name });
    this.name = name;
  }

  /**
   * The float model.
   * @throws LiquidEdgeError `unavailable` for a quantized network
   */
  get model(): Model {
    if (this.#model === null) throw quantizedAlready(this.name, this.compiled.precision);
    return this.#model;
  }

  /**
   * Loads a `.safetensors` checkpoint: a state_dict of ncps or PyTorch with `config`, or a file of our own.
   * @param weights bytes, a Blob, a URL, or in Node a path
   * @throws LiquidEdgeError `bad-file` or `bad-config`, one line that names file, field, what was expected and found
   */
  static async load(weights: Source, options: LoadOptions = {}): Promise<Network> {
    const file = await readSource(weights, "weights");
    const { config } = options;
    if (isIntegerFile(file.bytes))
      return Network.fromInteger(readIntegerModel(file.bytes, file.name), file.name);
    if (config === undefined)
      return new Network(readModel(file.bytes, undefined, { weights: file.name }), file.name);
    const parsed = isSource(config) ? await readJson(config) : { value: config as unknown, name: "config" };
    const model = readModel(file.bytes, parsed.value, { weights: file.name, config: parsed.name });
    return new Network(model, file.name);
  }

  /** A network from a model that `readModel` or code of yours made and checked. */
  static fromModel(model: Model, name = "model"): Network {
    return new Network(model, name);
  }

  /** A network of integers that `quantize` made. */
  static fromInteger(model: IntegerModel, name = "model"): Network {
    return new Network(model, name);
  }

  /**
   * The same network with its weights stored in another number format. fp16 halves their bytes and rounds them; the
   * arithmetic stays fp32. docs/precision.md says what that costs.
   * @throws LiquidEdgeError `unavailable` when a weight is too large for fp16
   */
  withPrecision(precision: Precision): Network {
    return new Network(this.model, this.name, precision);
  }

  /**
   * The same network of integers with these matrices, `layer.matrix`, stored and multiplied dense: the same outputs, for boards
   * that multiply dense matrices for less. `denseWhereCheaper` names them.
   * @throws LiquidEdgeError `unavailable` for a network of floats
   */
  withDense(matrices: ReadonlySet<string>): Network {
    return new Network(this.#integerModel(), this.name, undefined, matrices);
  }

  /**
   * The same network of integers compiled so that inputs which have not changed are skipped; null: none are. At threshold 0 the
   * outputs have the same bits. docs/quantize.md says when it pays.
   * @throws LiquidEdgeError `unavailable` for a network of floats, or without a dense int8 matrix that reads int8
   */
  withSkipping(skipUnchanged: SkipUnchanged | null): Network {
    return new Network({ ...this.#integerModel(), skipUnchanged }, this.name);
  }

  #integerModel(): IntegerModel {
    if (this.integers === null) {
      throw complain("unavailable", this.name, { expected: "a network of integers", found: "one of floats" });
    }
    const precision = this.compiled.precision as IntegerModel["precision"];
    const { skipUnchanged = null } = this.compiled;
    return { config: this.config, precision, network: this.integers, skipUnchanged };
  }

  /** Sizes of image and arena by section, bytes. */
  get memory(): StaticMemory {
    return this.compiled.memory;
  }

  /** A running instance, for stepping through live data. */
  session(options: SessionOptions = {}): Promise<Session> {
    return Session.create(this.compiled, options);
  }

  /**
   * Outputs of every step. `input` has the fields of a reference case: `input` [batch, steps, features], optionally
   * `timespans` [batch, steps], `initial_h`, `initial_c` [batch, units], each `{ shape, data }`.
   * @param source what messages call the input, e.g. its file
   * @throws LiquidEdgeError `bad-input`
   */
  async run(input: unknown, options: RunOptions = {}, source = "input"): Promise<SequenceResult> {
    const sequence = parseSequence(input, this.compiled, source);
    const runner = await BatchRunner.create(this.compiled, options);
    return runner.run(sequence, options.onStep);
  }

  /**
   * Operations that one time step executes, counted while the core runs it. Counts depend on the network's structure,
   * never on values, so no input is needed; one is checked if given. Of a network that skips unchanged inputs: the most that
   * a step can execute, which is when all have changed; `profileOnData` has the mean of data.
   */
  async profileOperations(input?: unknown): Promise<NetworkProfile> {
    if (input !== undefined) parseSequence(input, this.compiled, "input");
    return profileNetwork(this.compiled);
  }
}

/** What somebody hears who wants a float model of a network that has none. */
export function quantizedAlready(name: string, precision: string): LiquidEdgeError {
  return complain("unavailable", name, {
    expected: "a network of floats",
    found: `one quantized to ${precision} already`,
    hint: "start from the float checkpoint",
  });
}

function isSource(config: NonNullable<LoadOptions["config"]>): config is Source {
  return (
    typeof config === "string" ||
    config instanceof URL ||
    config instanceof Uint8Array ||
    config instanceof ArrayBuffer ||
    (typeof Blob !== "undefined" && config instanceof Blob)
  );
}

async function readJson(source: Source): Promise<{ value: unknown; name: string }> {
  const { bytes, name } = await readSource(source, "config");
  expectAtMost(MAX_JSON_BYTES, bytes.length, name, "bad-config");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw complain("bad-config", name, { expected: "text in UTF-8", found: "bytes that are not" });
  }
  return { value: parseJson(text, name, "bad-config"), name };
}
