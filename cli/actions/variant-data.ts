// What a data set is good for when a network is made in several number formats: calibration, and scores.

import { profileOnData } from "../../bindings/core/profile-on-data.ts";
import type { Dataset } from "../../bindings/data/dataset.ts";
import { profilingData } from "../../bindings/estimate/profiling-data.ts";
import { type EvaluateOptions, evaluate } from "../../bindings/evaluate/evaluate.ts";
import { type Outcomes, outcomesOf } from "../../bindings/evaluate/outcomes.ts";
import type { VariantData } from "../../bindings/sweep/variants.ts";
import { expectFinite } from "../exit.ts";
import { quantizedOn } from "./quantize-on-data.ts";

/** Calibrates and scores variants on a data set. */
export function variantData(dataset: Dataset, options: EvaluateOptions): VariantData {
  return {
    quantize: (network, precision) => quantizedOn(dataset, network, precision),
    async evaluate(network) {
      let outcomes: Outcomes | null = null;
      const evaluation = await evaluate(network, dataset, {
        ...options,
        onAnswers(answers) {
          outcomes = outcomesOf(dataset, answers);
        },
      });
      expectFinite(network.name, evaluation);
      return { evaluation, outcomes };
    },
    profile(network) {
      const { sequences, ...about } = profilingData(dataset, options.split);
      return profileOnData(network, sequences, about);
    },
  };
}
