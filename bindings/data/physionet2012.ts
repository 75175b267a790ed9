// physionet2012: does a patient die in hospital, from 48 hours of irregular bedside measurements (PhysioNet Challenge 2012,
// set A, ODC-BY 1.0):
//
//   set-a.txt.gz    P,RecordID,Age,Gender,Height_cm,Weight_kg,ICUType,died      opens a stay; -1 or empty: unknown
//                   dt k:v k:v …                                  a time of observation: minutes since the line before
//
// A sample is a stay. A step's inputs are the last known values of all variables, flags for those measured now, and the
// five facts about the patient:
//
//   value[37], measured[37], age, gender, height, weight, ICU type
//
// Values are standardised with what the training stays recorded and clipped to ±5; unknown is 0, the mean. Elapsed time is
// in hours. Of more than 96 times the closest neighbours are merged, as in the published baselines. Inputs are made when
// they are asked for: all together they would take 90 MB.

import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { type DataFolder, readDataFile } from "./data-folder.ts";
import type { Dataset, Sample, Split } from "./dataset.ts";
import { clipped, type Moments, momentsOf } from "./normalise.ts";
import { readOptions } from "./options.ts";

const VARIABLES = [
  ..."HR SysABP DiasABP MAP NISysABP NIDiasABP NIMAP RespRate Temp SaO2 FiO2 GCS Urine MechVent".split(" "),
  ..."pH PaO2 PaCO2 HCT K Na Mg HCO3 BUN Creatinine Glucose Lactate WBC Platelets Albumin ALP ALT AST".split(
    " ",
  ),
  ..."Bilirubin Cholesterol TroponinI TroponinT Weight".split(" "),
];
const N_BEDSIDE = 14;
const STATICS = ["Age", "Gender", "Height", "AdmissionWeight", "ICUType"];
const LIMIT = 5;
const MAX_STEPS = 96;
const MINUTES_PER_HOUR = 60;
/** Elapsed time must be above 0: what was measured at admission itself counts a minute. */
const FIRST_MINUTES = 1;

/**
 * `bedside`: the first 14 variables, the sensors proper. `elapsedInput`: the elapsed time, hours, as one more input behind
 * all others, for cells that take no notice of it.
 */
const OPTIONS = { variables: ["all", "bedside"], elapsedInput: [false, true] } as const;

/** A time of observation: minutes since the one before, numbers of the variables and their values. */
interface Observation {
  minutes: number;
  variables: number[];
  values: number[];
}

interface Stay {
  record: string;
  statics: number[];
  died: 0 | 1;
  observations: Observation[];
}

/** Split by order in the file: of each ten stays the first two test, the third validates. */
export async function loadPhysionet2012(
  folder: DataFolder,
  options?: unknown,
  optionsSource = "options",
): Promise<Dataset> {
  const { variables, elapsedInput } = readOptions(options, optionsSource, OPTIONS);
  const { text, source } = await readDataFile(folder, "set-a.txt.gz");
  const stays = parseStays(text, source);
  const splitOf = (i: number): Split => (i % 10 < 2 ? "test" : i % 10 === 2 ? "validation" : "train");
  const train = stays.filter((_, i) => splitOf(i) === "train");
  const names = variables === "all" ? VARIABLES : VARIABLES.slice(0, N_BEDSIDE);
  const scaling: Scaling = {
    values: momentsOfVariables(train),
    statics: STATICS.map((_, s) =>
      momentsOf(train.map(({ statics }) => statics[s]!).filter(Number.isFinite)),
    ),
  };
  const splits: Record<Split, Sample[]> = { train: [], validation: [], test: [] };
  stays.forEach(
    (stay, i) => void splits[splitOf(i)].push(new StaySample(stay, names.length, elapsedInput, scaling)),
  );
  return {
    name: "physionet2012",
    task: "binary",
    targetsPer: "sequence",
    readout: "last",
    metric: "auc",
    nInputs: 2 * names.length + STATICS.length + (elapsedInput ? 1 : 0),
    inputs: [
      ...names,
      ...names.map((name) => `${name} measured`),
      ...STATICS,
      ...(elapsedInput ? ["elapsed time"] : []),
    ],
    nOutputs: 1,
    nTargets: 1,
    classes: ["survived", "died"],
    timeUnit: "h",
    normalisation: null,
    blockSteps: null,
    splits,
  };
}

interface Scaling {
  /** By variable; deviation 0 where training stays never measured anything else than the mean. */
  values: Moments[];
  statics: Moments[];
}

class StaySample implements Sample {
  readonly id: string;
  readonly group = "set-a";
  readonly nSteps: number;
  readonly timespans: Float32Array;
  readonly target: Float32Array;
  readonly #stay: Stay;
  readonly #nVariables: number;
  readonly #hasElapsed: boolean;
  readonly #scaling: Scaling;

  constructor(stay: Stay, nVariables: number, hasElapsed: boolean, scaling: Scaling) {
    this.id = `stay ${stay.record}`;
    this.nSteps = stay.observations.length;
    this.timespans = Float32Array.from(stay.observations, ({ minutes }) => minutes / MINUTES_PER_HOUR);
    this.target = Float32Array.of(stay.died);
    this.#stay = stay;
    this.#nVariables = nVariables;
    this.#hasElapsed = hasElapsed;
    this.#scaling = scaling;
  }

  get input(): Float32Array {
    const n = this.#nVariables;
    const nInputs = 2 * n + STATICS.length + (this.#hasElapsed ? 1 : 0);
    const { values, statics } = this.#scaling;
    const input = new Float32Array(this.nSteps * nInputs);
    const facts = this.#stay.statics.map((value, s) =>
      Number.isFinite(value) ? standardised(value, statics[s]!) : 0,
    );
    const known = new Float64Array(n);
    this.#stay.observations.forEach((observation, step) => {
      const at = step * nInputs;
      observation.variables.forEach((k, i) => {
        if (k >= n) return;
        known[k] = standardised(observation.values[i]!, values[k]!);
        input[at + n + k] = 1;
      });
      input.set(known, at);
      input.set(facts, at + 2 * n);
      if (this.#hasElapsed) input[at + nInputs - 1] = this.timespans[step]!;
    });
    return input;
  }
}

function standardised(value: number, { mean, deviation }: Moments): number {
  return deviation === 0 ? 0 : clipped((value - mean) / deviation, LIMIT);
}

function momentsOfVariables(stays: readonly Stay[]): Moments[] {
  const recorded: number[][] = VARIABLES.map(() => []);
  for (const { observations } of stays) {
    for (const { variables, values } of observations) {
      variables.forEach((k, i) => void recorded[k]!.push(values[i]!));
    }
  }
  return recorded.map(momentsOf);
}

function parseStays(text: string, source: string): Stay[] {
  const stays: Stay[] = [];
  let at = 0;
  for (let line = 1; at < text.length; line++) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const row = text.slice(at, end).trimEnd();
    at = end + 1;
    const wrong = (expected: string) =>
      complain("bad-file", `${source}:${line}`, { expected, found: `"${printable(row)}"` });
    if (row.startsWith("P,")) {
      const [, record, ...rest] = row.split(",");
      const died = rest.pop();
      if (rest.length !== STATICS.length || (died !== "0" && died !== "1")) {
        throw wrong("P,RecordID,Age,Gender,Height_cm,Weight_kg,ICUType,died");
      }
      const statics = rest.map((field) => (field === "" || Number(field) < 0 ? Number.NaN : Number(field)));
      stays.push({ record: record!, statics, died: died === "1" ? 1 : 0, observations: [] });
      continue;
    }
    const stay = stays.at(-1);
    if (stay === undefined) throw wrong("a line that opens a stay, P,RecordID,…");
    const observation = parseObservation(row);
    if (observation === null) throw wrong("dt k:v k:v … with dt >= 0, finite values and variables 0 to 36");
    if (observation.minutes === 0) {
      // Two times of observation are never the same, but the first may be that of admission.
      if (stay.observations.length > 0) throw wrong("more than 0 minutes since the line before");
      observation.minutes = FIRST_MINUTES;
    }
    stay.observations.push(observation);
  }
  if (stays.length === 0) throw complain("bad-file", source, { expected: "hospital stays", found: "none" });
  for (const { observations } of stays) {
    // Three stays of the set have no measurement at all: one step that knows the patient only.
    if (observations.length === 0) observations.push({ minutes: FIRST_MINUTES, variables: [], values: [] });
    mergeClosest(observations);
  }
  return stays;
}

function parseObservation(row: string): Observation | null {
  const [first, ...fields] = row.split(" ");
  const minutes = Number(first);
  if (first === "" || !(minutes >= 0 && minutes < Number.POSITIVE_INFINITY) || fields.length === 0)
    return null;
  const variables: number[] = [];
  const values: number[] = [];
  for (const field of fields) {
    const colon = field.indexOf(":");
    const k = Number(field.slice(0, colon));
    const value = Number(field.slice(colon + 1));
    if (colon < 1 || VARIABLES[k] === undefined || colon === field.length - 1 || !Number.isFinite(value))
      return null;
    variables.push(k);
    values.push(value);
  }
  return { minutes, variables, values };
}

/** Joins the two times closest to each other until 96 are left; the later value of a variable counts. */
function mergeClosest(observations: Observation[]): void {
  while (observations.length > MAX_STEPS) {
    let closest = 1;
    for (let i = 2; i < observations.length; i++) {
      if (observations[i]!.minutes < observations[closest]!.minutes) closest = i;
    }
    const [before, after] = [observations[closest - 1]!, observations[closest]!];
    observations.splice(closest - 1, 2, {
      minutes: before.minutes + after.minutes,
      variables: [...before.variables, ...after.variables],
      values: [...before.values, ...after.values],
    });
  }
}
