// imu-wand: 13 gestures with a hand-held wand (Cyberry Potter, Apache-2.0), one a line, four recording sessions:
//
//   session-{A,B,C,D}.csv.gz    session, take, label, ax0,ay0,az0,gx0,gy0,gz0, …, ax74,…,gz74   raw counts at 50 Hz
//
// A sample is a gesture: 75 steps of 6 channels, one label, which the mean of the outputs answers.

import { CsvTable } from "./csv.ts";
import { type DataFolder, readDataFile } from "./data-folder.ts";
import type { Dataset, Sample, Split } from "./dataset.ts";
import { normalised, standardisation } from "./normalise.ts";
import { readOptions } from "./options.ts";

const SESSIONS = ["A", "B", "C", "D"] as const;
const CHANNELS = ["ax", "ay", "az", "gx", "gy", "gz"];
const N_STEPS = 75;
const CLASSES = [
  "RightAngle",
  "SharpAngle",
  "Lightning",
  "Triangle",
  "letter_h",
  "letter_R",
  "letter_W",
  "letter_phi",
  "Circle",
  "UpAndDown",
  "Horn",
  "Wave",
  "NoMotion",
];

/** `standard`: train A and B, test C and D. `shift`: train A, test B, where the wand is held differently. */
const OPTIONS = { split: ["standard", "shift"] } as const;

const PARTS: Record<string, { train: string; test: string }> = {
  standard: { train: "AB", test: "CD" },
  shift: { train: "A", test: "B" },
};

interface Gesture extends Omit<Sample, "input"> {
  take: number;
  raw: Float64Array;
}

/** Normalised with mean and deviation of session A, each channel. Takes divisible by 10 are the validation part. */
export async function loadImuWand(
  folder: DataFolder,
  options?: unknown,
  optionsSource = "options",
): Promise<Dataset> {
  const { split } = readOptions(options, optionsSource, OPTIONS);
  const gestures: Gesture[] = [];
  for (const session of SESSIONS) {
    const { text, source } = await readDataFile(folder, `session-${session}.csv.gz`);
    gestures.push(...readSession(new CsvTable(text, source), session));
  }
  const sessionA = gestures.filter(({ group }) => group === "A");
  const counts = new Float64Array(sessionA.length * N_STEPS * CHANNELS.length);
  sessionA.forEach(({ raw }, i) => void counts.set(raw, i * raw.length));
  const normalisation = standardisation(counts, CHANNELS.length);

  const splits: Record<Split, Sample[]> = { train: [], validation: [], test: [] };
  const parts = PARTS[split]!;
  for (const { raw, take, ...rest } of gestures) {
    const sample = { ...rest, input: normalised(raw, normalisation) };
    if (parts.test.includes(rest.group)) splits.test.push(sample);
    else if (parts.train.includes(rest.group)) splits[take % 10 === 0 ? "validation" : "train"].push(sample);
  }
  return {
    name: "imu-wand",
    task: "classification",
    targetsPer: "sequence",
    readout: "mean",
    metric: "accuracy",
    nInputs: CHANNELS.length,
    inputs: CHANNELS,
    nOutputs: CLASSES.length,
    nTargets: 1,
    classes: CLASSES,
    timeUnit: null,
    normalisation,
    blockSteps: null,
    splits,
  };
}

function readSession(table: CsvTable, session: string): Gesture[] {
  const take = table.index("take");
  const label = table.index("label");
  const columns = Array.from({ length: N_STEPS }, (_, step) =>
    CHANNELS.map((channel) => table.index(`${channel}${step}`)),
  ).flat();
  return Array.from({ length: table.nRows }, (_, row) => {
    const target = table.number(row, label);
    const name = CLASSES[target];
    if (name === undefined) throw table.wrong(row, label, `a label from 0 to ${CLASSES.length - 1}`);
    return {
      id: `${session} take ${table.text(row, take)} ${name}`,
      group: session,
      take: table.number(row, take),
      nSteps: N_STEPS,
      raw: Float64Array.from(columns, (column) => table.number(row, column)),
      timespans: null,
      target: Float32Array.of(target),
    };
  });
}
