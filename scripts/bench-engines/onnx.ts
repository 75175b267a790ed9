// onnxruntime, native and in WebAssembly, one thread, on the step that PyTorch exported. Installed on demand: see rivals/.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Availability } from "./engine.ts";

const RIVALS = fileURLToPath(new URL("./rivals/package.json", import.meta.url));

interface OrtTensor {
  data: Float32Array;
}
interface Ort {
  env: { wasm: { numThreads?: number } };
  Tensor: new (type: "float32", data: Float32Array, shape: number[]) => OrtTensor;
  InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
      release(): Promise<void>;
    }>;
  };
}

export async function onnxruntime(flavour: "node" | "web"): Promise<Availability> {
  const id = `onnxruntime-${flavour}`;
  const name = flavour === "node" ? "onnxruntime-node" : "onnxruntime-web (WebAssembly)";
  const require = createRequire(RIVALS);
  let ort: Ort;
  try {
    const module = await import(pathToFileURL(require.resolve(id)).href);
    ort = "InferenceSession" in module ? module : module.default;
  } catch {
    return { id, name, missing: "npm ci --ignore-scripts --prefix scripts/bench-engines/rivals" };
  }
  const { version } = JSON.parse(await readFile(join(RIVALS, `../node_modules/${id}/package.json`), "utf8"));
  ort.env.wasm.numThreads = 1;
  return {
    id,
    name,
    version: `${version}, 1 thread`,
    async open({ files, input, inputs, outputs, steps, units }) {
      const session = await ort.InferenceSession.create(await readFile(files.onnx), {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionProviders: [flavour === "node" ? "cpu" : "wasm"],
      });
      const rows = Array.from(
        { length: steps },
        (_, t) => new ort.Tensor("float32", input.slice(t * inputs, (t + 1) * inputs), [1, inputs]),
      );
      const zero = new ort.Tensor("float32", new Float32Array(units), [1, units]);
      return {
        async run(repeats) {
          const result = new Float32Array(steps * outputs);
          const start = performance.now();
          for (let i = 0; i < repeats; i++) {
            let h = zero;
            for (let t = 0; t < steps; t++) {
              const { y, hn } = await session.run({ x: rows[t]!, h });
              result.set(y!.data, t * outputs);
              h = hn!;
            }
          }
          return { seconds: (performance.now() - start) / 1000, outputs: result };
        },
        close: () => session.release(),
      };
    },
  };
}
