// What skipping unchanged inputs saves (docs/liquid-vs-dense.md): trained networks in int8 on the test parts of their data sets, with
// the energy of the mean step, the latency of the worst case, and the metric, for several thresholds.
//
//   npx tsx scripts/measure-unchanged.ts <folder of the data sets> <folder of networks, <data set>.<cell>.safetensors>

import { existsSync, readFileSync } from "node:fs";
import { profileOnData } from "../bindings/core/profile-on-data.ts";
import type { DatasetId } from "../bindings/data/dataset.ts";
import { loadDataset } from "../bindings/data/load.ts";
import { EnergySimulator } from "../bindings/estimate/energy-simulator.ts";
import { profilingData } from "../bindings/estimate/profiling-data.ts";
import { besideDense, estimateOnData } from "../bindings/estimate/skipping.ts";
import { evaluate } from "../bindings/evaluate/evaluate.ts";
import type { SkipUnchanged } from "../bindings/image/lowered-integer.ts";
import { readModel } from "../bindings/network/checkpoint.ts";
import { Network } from "../bindings/network.ts";
import { calibrationOf } from "../bindings/quantize/calibration-data.ts";
import { quantize } from "../bindings/quantize/quantize.ts";

const DATA: readonly DatasetId[] = ["imu-wand", "lidar-steering", "physionet2012", "occupancy"];
const CELLS = ["liquid-gate", "gru", "lstm", "cfc"];
const PLATFORMS = ["stm32h743", "esp32s3", "nrf52840"];
const KINDS: readonly SkipUnchanged["of"][] = ["inputs", "all"];
const THRESHOLDS = [0, 1, 2, 4, 8];

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const [data, networks] = process.argv.slice(2);
if (data === undefined || networks === undefined)
  throw new Error("expected the folder of the data sets and that of the networks");
for (const id of DATA) {
  const dataset = await loadDataset(id, `${data}/${id}`);
  const { sequences, ...about } = profilingData(dataset);
  for (const cell of CELLS) {
    const file = `${networks}/${id}.${cell}.safetensors`;
    if (!existsSync(file)) continue;
    const model = readModel(readFileSync(file), undefined, { weights: file });
    const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(dataset);
    const { network } = quantize(model, { precision: "int8", activations: 8, ...calibration });
    const dense = Network.fromInteger({ config: model, precision: "int8", network }, file);
    const { metric } = await evaluate(dense, dataset);
    console.log(`${id} ${cell}: ${metric.name} ${metric.value.toPrecision(4)} without skipping`);
    for (const of of KINDS) {
      for (const threshold of THRESHOLDS) {
        const skipping = dense.withSkipping({ of, threshold });
        const profile = await profileOnData(skipping, sequences, about);
        const scored = await evaluate(skipping, dataset);
        const figures: string[] = [];
        for (const platform of PLATFORMS) {
          const simulator = new EnergySimulator({ platform, draws: 100 });
          const own = estimateOnData(simulator, profile, skipping.memory);
          const { energyUj, latencyUs, skipping: use } = await besideDense(simulator, own, dense);
          const { without } = use!;
          figures.push(
            `${platform} ${without!.energyUj.typ.toPrecision(3)} µJ, saved ${percent(1 - energyUj.typ / without!.energyUj.typ)}, ` +
              `worst latency x ${(latencyUs.typ / without!.latencyUs.typ).toFixed(2)}`,
          );
        }
        const { skippedShare, steps } = profile.mean.skipping!.data!;
        console.log(
          `  ${of} ${threshold}: ${scored.metric.value.toPrecision(4)}, skipped ${percent(skippedShare)} of ${steps} steps; ${figures.join("; ")}`,
        );
      }
    }
  }
}
