// TensorFlow.js in WebAssembly, one thread: the step in tensor operations, as for PyTorch, constants computed once.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Availability } from "./engine.ts";
import type { BenchNetwork } from "./networks.ts";

const RIVALS = fileURLToPath(new URL("./rivals/package.json", import.meta.url));
const CORE = "@tensorflow/tfjs-core";
const BACKEND = "@tensorflow/tfjs-backend-wasm";

interface T {
  dataSync(): Float32Array;
  dispose(): void;
}
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(data: Float32Array, shape: readonly number[]): T;
  tidy<R>(run: () => R): R;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  sum(a: T, axis: number): T;
  sigmoid(a: T): T;
  tanh(a: T): T;
  scalar(value: number): T;
  matMul(a: T, b: T, transposeA: boolean, transposeB: boolean): T;
  concat(list: T[], axis: number): T;
  reshape(a: T, shape: number[]): T;
  slice(a: T, begin: number[], size: number[]): T;
}

export async function tfjs(): Promise<Availability> {
  const [id, name] = ["tfjs-wasm", "TensorFlow.js (WebAssembly)"];
  const require = createRequire(RIVALS);
  let tf: Tf;
  let version: string;
  try {
    tf = require(CORE);
    const { setWasmPaths, setThreadsCount } = require(BACKEND);
    const backend = require.resolve(`${BACKEND}/package.json`);
    setThreadsCount(1);
    setWasmPaths(backend.replace(/package\.json$/, "dist/"));
    ({ version } = JSON.parse(await readFile(backend, "utf8")));
    await tf.setBackend("wasm");
    await tf.ready();
  } catch {
    return { id, name, missing: "npm ci --ignore-scripts --prefix scripts/bench-engines/rivals" };
  }
  return {
    id,
    name,
    version: `${version}, 1 thread`,
    async open(bench) {
      const { input, inputs, outputs, steps, units } = bench;
      const step = bench.network.model.class === "ncps.torch.LTC" ? ltc(tf, bench) : cfc(tf, bench);
      const rows = Array.from({ length: steps }, (_, t) =>
        tf.tensor(input.slice(t * inputs, (t + 1) * inputs), [1, inputs]),
      );
      const zero = tf.tensor(new Float32Array(units), [1, units]);
      return {
        async run(repeats) {
          const result = new Float32Array(steps * outputs);
          const start = performance.now();
          for (let i = 0; i < repeats; i++) {
            let state = zero;
            for (let t = 0; t < steps; t++) {
              const [y, next] = tf.tidy(() => step(rows[t]!, state));
              result.set(y.dataSync(), t * outputs);
              if (y !== next) y.dispose();
              if (state !== zero) state.dispose();
              state = next;
            }
            if (state !== zero) state.dispose();
          }
          return { seconds: (performance.now() - start) / 1000, outputs: result };
        },
        close() {},
      };
    },
  };
}

type Step = (x: T, state: T) => [output: T, state: T];

/** The tensors of a checkpoint, and softplus of them. */
function weights(tf: Tf, { network }: BenchNetwork) {
  const find = (name: string) => {
    const found = network.model.tensors.get(`rnn_cell.${name}`);
    if (found === undefined) throw new Error(`expected a tensor rnn_cell.${name}`);
    return found;
  };
  return {
    plain: (name: string) => tf.tensor(find(name).data, find(name).shape),
    softplus: (name: string) =>
      tf.tensor(
        find(name).data.map((x) => (x > 20 ? x : Math.log1p(Math.exp(x)))),
        find(name).shape,
      ),
  };
}

function ltc(tf: Tf, bench: BenchNetwork): Step {
  const { plain, softplus } = weights(tf, bench);
  const { ode_unfolds: unfolds, epsilon } = bench.network.model.config as unknown as Record<string, number>;
  const side = (prefix: string) => {
    const w = tf.mul(softplus(`${prefix}w`), plain(`${prefix}sparsity_mask`));
    return {
      sigma: plain(`${prefix}sigma`),
      mu: plain(`${prefix}mu`),
      w,
      wErev: tf.mul(w, plain(`${prefix}erev`)),
    };
  };
  const [sensory, recurrent] = [side("sensory_"), side("")];
  const [inputW, inputB, outputW, outputB] = ["input_w", "input_b", "output_w", "output_b"].map(plain) as [
    T,
    T,
    T,
    T,
  ];
  const leak = softplus("gleak");
  const leakCurrent = tf.mul(leak, plain("vleak"));
  const membrane = tf.mul(softplus("cm"), tf.scalar(unfolds!));
  const constant = tf.add(tf.add(membrane, leak), tf.scalar(epsilon!));
  /** Currents and conductances, [1, units] each. */
  const open = (side: typeof sensory, values: T, n: number): [T, T] => {
    const s = tf.sigmoid(tf.mul(side.sigma, tf.sub(tf.reshape(values, [n, 1]), side.mu)));
    return [tf.sum(tf.mul(side.wErev, s), 0), tf.sum(tf.mul(side.w, s), 0)];
  };
  return (x, state) => {
    const [numIn, denIn] = open(sensory, tf.add(tf.mul(x, inputW), inputB), bench.inputs);
    const [num0, den0] = [tf.add(leakCurrent, numIn), tf.add(constant, denIn)];
    let v = tf.reshape(state, [bench.units]);
    for (let i = 0; i < unfolds!; i++) {
      const [num, den] = open(recurrent, v, bench.units);
      v = tf.div(tf.add(tf.add(tf.mul(membrane, v), num0), num), tf.add(den0, den));
    }
    return [tf.add(tf.mul(tf.slice(v, [0], [bench.outputs]), outputW), outputB), v];
  };
}

function cfc(tf: Tf, bench: BenchNetwork): Step {
  const { plain } = weights(tf, bench);
  const linear = (name: string) => {
    const [weight, bias] = [plain(`${name}.weight`), plain(`${name}.bias`)];
    return (x: T) => tf.add(tf.matMul(x, weight, false, true), bias);
  };
  const [backbone, ff1, ff2, timeA, timeB] = ["backbone.0", "ff1", "ff2", "time_a", "time_b"].map(linear) as [
    (x: T) => T,
    (x: T) => T,
    (x: T) => T,
    (x: T) => T,
    (x: T) => T,
  ];
  const [gain, slope, one] = [tf.scalar(1.7159), tf.scalar(0.666), tf.scalar(1)];
  return (x, state) => {
    const z = tf.mul(gain, tf.tanh(tf.mul(slope, backbone(tf.concat([x, state], 1)))));
    const t = tf.sigmoid(tf.add(timeA(z), timeB(z)));
    const h = tf.add(tf.mul(tf.tanh(ff1(z)), tf.sub(one, t)), tf.mul(t, tf.tanh(ff2(z))));
    return [h, h];
  };
}
