import type { Dataset } from "../../bindings/data/dataset.ts";
import { checkWidths } from "../../bindings/evaluate/predict.ts";
import { printable } from "../../bindings/network/printable.ts";
import { Network } from "../../bindings/network.ts";
import { calibrationOf } from "../../bindings/quantize/calibration-data.ts";
import type { IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import type { Assumed } from "../../bindings/sweep/variants.ts";
import { taskMerit } from "../../bindings/train/task-merit.ts";
import { usageError } from "../options.ts";
import { count, whole } from "../text.ts";

/** The network in integers calibrated on a data set's train part, and what that part was. */
export async function quantizedOn(
  dataset: Dataset,
  network: Network,
  precision: IntegerPrecision,
): Promise<Assumed> {
  checkWidths(network.compiled, dataset, network.name);
  if (dataset.splits.train.length === 0) {
    throw usageError(
      `--precision ${precision}: expected a train part of ${dataset.name} to calibrate on, found none; "liquid-edge ` +
        'quantize" calibrates on other data',
    );
  }
  const { steps, ofSteps, ...data } = calibrationOf(dataset);
  const merit = (await taskMerit(dataset))!;
  const integers = quantize(network.model, { precision, ...data, merit });
  const part = steps === ofSteps ? "" : `${whole(steps)} of `;
  const still = integers.report.constantInputs.map(({ input, name }) => printable(name ?? `input ${input}`));
  const verb = still.length === 1 ? "never moves" : "never move";
  const caveat = still.length === 0 ? "" : `, in which ${still.join(", ")} ${verb}`;
  return {
    network: Network.fromInteger(
      { config: network.model, precision, network: integers.network },
      network.name,
    ),
    assumed: [
      `quantized to ${precision}, calibrated on ${part}${count(ofSteps, "time step")} of ${data.source}${caveat}`,
    ],
  };
}
