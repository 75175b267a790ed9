// A small network through every build of the core that this engine can run: all must give the same bits.

import { type Engine, hasSimd } from "../../bindings/core/core.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model, Tensor } from "../../bindings/network/model.ts";
import { expectedTensors } from "../../bindings/network/tensors.ts";
import { Network } from "../../bindings/network.ts";

export interface EngineCheck {
  ok: boolean;
  checked: Engine[];
  /** What is wrong, or null. */
  problem: string | null;
}

const UNITS = 9;
const STEPS = 8;

/** Runs a GRU of 9 neurons for 8 steps on every build. */
export async function checkEngines(): Promise<EngineCheck> {
  const network = Network.fromModel(smallModel(), "self-check");
  const checked: Engine[] = [...(hasSimd() ? (["simd"] as const) : []), "scalar", "counted"];
  try {
    const outputs = await Promise.all(checked.map((engine) => outputOf(network, engine)));
    const odd = checked.filter((_, i) => outputs[i] !== outputs[0]);
    const problem = odd.length === 0 ? null : `${odd.join(", ")} with other bits than ${checked[0]}`;
    return { ok: problem === null, checked, problem };
  } catch (error) {
    return { ok: false, checked, problem: (error as Error).message };
  }
}

/** All outputs' bits as text. */
async function outputOf(network: Network, engine: Engine): Promise<string> {
  const session = await network.session({ engine });
  const outputs: number[] = [];
  for (let t = 0; t < STEPS; t++)
    outputs.push(...new Uint32Array(session.step([Math.sin(t), 1 / (t + 1)]).buffer));
  return outputs.join();
}

function smallModel(): Model {
  const config = parseConfig(
    { class: "torch.nn.GRU", config: { input_size: 2, units: UNITS } },
    "self-check",
  );
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of expectedTensors(config)) {
    const length = shape.reduce((product, n) => product * n, 1);
    // Weights from -1 to 1 in no simple order.
    const data = Float32Array.from({ length }, (_, i) => ((i * 37 + name.length * 11) % 101) / 50 - 1);
    tensors.set(name, { shape, data });
  }
  return { ...config, tensors };
}
