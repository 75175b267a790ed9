// Plain TypeScript: the formulas in loops over Float32Arrays with Math.exp, as one would write them without a library.

import type { Engine } from "./engine.ts";
import {
  type PlainCfc,
  type PlainLinear,
  type PlainLtc,
  type PlainSynapses,
  plainNetwork,
} from "./plain-network.ts";

export const typescript: Engine = {
  id: "typescript",
  name: "plain TypeScript",
  version: `V8 ${process.versions.v8}`,
  async open(network) {
    const plain = plainNetwork(network);
    const { input, inputs, outputs, steps, units } = network;
    const step = plain.kind === "ltc" ? ltcStep(plain) : cfcStep(plain);
    const rows = Array.from({ length: steps }, (_, t) => input.subarray(t * inputs, (t + 1) * inputs));
    const state = new Float32Array(units);
    return {
      async run(repeats) {
        const result = new Float32Array(steps * outputs);
        const start = performance.now();
        for (let i = 0; i < repeats; i++) {
          state.fill(0);
          for (let t = 0; t < steps; t++) result.set(step(rows[t]!, state), t * outputs);
        }
        return { seconds: (performance.now() - start) / 1000, outputs: result };
      },
      close() {},
    };
  },
};

type Step = (x: Float32Array, state: Float32Array) => Float32Array;

function ltcStep(net: PlainLtc): Step {
  const { units, unfolds } = net;
  const mapped = new Float32Array(net.inputs);
  const [baseNum, baseDen] = [new Float32Array(units), new Float32Array(units)];
  const [num, den] = [new Float32Array(units), new Float32Array(units)];
  const y = new Float32Array(net.outputs);
  return (x, v) => {
    for (let k = 0; k < mapped.length; k++) mapped[k] = net.inputW[k]! * x[k]! + net.inputB[k]!;
    baseNum.set(net.leakCurrent);
    for (let j = 0; j < units; j++) baseDen[j] = net.leak[j]! + net.cmOverDt[j]!;
    addSynapses(net.sensory, mapped, baseNum, baseDen);
    for (let u = 0; u < unfolds; u++) {
      num.set(baseNum);
      den.set(baseDen);
      addSynapses(net.recurrent, v, num, den);
      for (let j = 0; j < units; j++) v[j] = (net.cmOverDt[j]! * v[j]! + num[j]!) / den[j]!;
    }
    for (let j = 0; j < y.length; j++) y[j] = net.outputW[j]! * v[j]! + net.outputB[j]!;
    return y;
  };
}

function addSynapses(synapses: PlainSynapses, v: Float32Array, num: Float32Array, den: Float32Array): void {
  const { start, source, sigma, mu, w, wErev } = synapses;
  for (let j = 0; j < num.length; j++) {
    let n = num[j]!;
    let d = den[j]!;
    for (let s = start[j]!; s < start[j + 1]!; s++) {
      const open = 1 / (1 + Math.exp(-sigma[s]! * (v[source[s]!]! - mu[s]!)));
      n += wErev[s]! * open;
      d += w[s]! * open;
    }
    num[j] = n;
    den[j] = d;
  }
}

function cfcStep({ inputs, units, backbone, heads }: PlainCfc): Step {
  const z = new Float32Array(inputs + units);
  const features = new Float32Array(backbone.nOut);
  const [f1, f2, ta, tb] = heads.map(() => new Float32Array(units));
  const y = new Float32Array(units);
  return (x, h) => {
    z.set(x);
    z.set(h, inputs);
    multiply(backbone, z, features);
    for (let i = 0; i < features.length; i++) features[i] = 1.7159 * Math.tanh(0.666 * features[i]!);
    for (const [i, out] of [f1!, f2!, ta!, tb!].entries()) multiply(heads[i]!, features, out);
    for (let j = 0; j < units; j++) {
      const t = 1 / (1 + Math.exp(-(ta![j]! + tb![j]!)));
      h[j] = Math.tanh(f1![j]!) * (1 - t) + t * Math.tanh(f2![j]!);
    }
    y.set(h);
    return y;
  };
}

function multiply({ weight, bias, nOut, nIn }: PlainLinear, x: Float32Array, y: Float32Array): void {
  for (let j = 0; j < nOut; j++) {
    let sum = bias[j]!;
    for (let i = 0; i < nIn; i++) sum += weight[j * nIn + i]! * x[i]!;
    y[j] = sum;
  }
}
