// The JSON that commands print, as others script against it. Strict: a field that is not here must not appear.

import * as z from "zod";
import { OP_CLASSES, type OpClass } from "../../bindings/count/op-class.ts";

const count = z.int().nonnegative();
const positive = z.number().positive();
const share = z.number().min(0).max(1);
const interval = z
  .strictObject({
    typ: z.number().nonnegative(),
    min: z.number().nonnegative(),
    max: z.number().nonnegative(),
  })
  .refine(({ typ, min, max }) => min <= typ && typ <= max, "min <= typ <= max");
const bounds = z.strictObject({ min: z.number().nonnegative(), max: z.number().nonnegative() });

const tensor = z
  .strictObject({ shape: z.array(count), data: z.array(z.number()) })
  .refine(({ shape, data }) => data.length === shape.reduce((n, m) => n * m, 1), "data fill the shape");

export const runJson = z.strictObject({ output: tensor, final_h: tensor, final_c: z.nullable(tensor) });

const metricName = z.enum(["accuracy", "balancedAccuracy", "f1", "auc", "averagePrecision", "mse", "mae"]);
const estimated = { value: z.number(), min: z.number(), max: z.number() };
const method = z.enum(["wilson", "bootstrap"]);
const metric = z
  .strictObject({ name: metricName, ...estimated, constant: z.number(), method })
  .refine(({ value, min, max }) => min <= value && value <= max, "min <= value <= max");
const drop = z.strictObject({
  name: metricName,
  ...estimated,
  relative: z.nullable(z.strictObject(estimated)),
});
const deviation = {
  rms: z.number().nonnegative(),
  max: z.number().nonnegative(),
  relative: z.nullable(z.number()),
};
const followed = z.strictObject({ ...deviation, maxAt: z.nullable(z.string()) });

const saturation = z.strictObject({
  layers: z.array(z.strictObject({ name: z.string(), kind: z.string(), values: count, saturated: count })),
  inputs: count,
  clippedInputs: count,
  clampedSteps: count,
});

const split = z.enum(["train", "validation", "test"]);

export const evaluationJson = z.strictObject({
  dataset: z.string(),
  split,
  task: z.enum(["classification", "binary", "regression"]),
  n: count,
  sequences: count,
  units: count,
  level: z.number(),
  metric,
  metrics: z.array(metric),
  warnings: z.array(z.string()),
  against: z.optional(
    z.strictObject({
      reference: z.string(),
      level: z.number(),
      drop,
      drops: z.array(drop),
      agreement: z.nullable(z.strictObject({ ...estimated, method })),
      deviation: z.nullable(z.strictObject(deviation)),
      mcNemar: z.nullable(z.strictObject({ onlyFirst: count, onlySecond: count, exact: share, midP: share })),
      metrics: z.array(metric),
      fidelity: z.nullable(
        z.strictObject({
          steps: count,
          output: followed,
          state: z.nullable(followed),
          saturation: z.nullable(saturation),
        }),
      ),
    }),
  ),
});

const opClass = z.enum(Object.keys(OP_CLASSES) as [OpClass, ...OpClass[]]);
const classes = z.partialRecord(opClass, positive);
const kernel = z.strictObject({
  name: z.string(),
  calls: count,
  macs: count,
  rows: count,
  operations: count,
  classes,
});

const matrices = z.array(
  z
    .strictObject({
      layer: z.string(),
      name: z.string(),
      format: z.enum(["dense", "sparse", "block", "held"]),
      connections: count,
      possible: count,
    })
    .refine(({ connections, possible }) => connections <= possible, "no more than possible"),
);

/** Counts of a network that skips unchanged inputs. */
const skipping = z.strictObject({
  of: z.enum(["inputs", "all"]),
  threshold: count,
  basis: z.enum(["worst case", "data"]),
  data: z.nullable(
    z.strictObject({ source: z.string(), steps: positive, ofSteps: positive, skippedShare: share }),
  ),
});

export const profileJson = z.strictObject({
  operations: count,
  classes,
  macs: z.array(z.never()),
  layers: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      operations: count,
      classes,
      kernels: z.array(kernel),
    }),
  ),
  kernels: z.array(kernel),
  valueDependent: z.array(z.string()),
  skipping: z.optional(skipping),
  matrices,
  inference: z.strictObject({ steps: count, operations: count }),
  assumed: z.optional(z.array(z.string()).min(1)),
});

const cost = { name: z.string(), count: z.number().nonnegative(), cycles: z.number().nonnegative(), share };
const memory = z.strictObject({
  imageIn: z.enum(["ram", "flash"]),
  imageInReason: z.string(),
  flashBytes: count,
  ramBytes: count,
  boardFlashBytes: count,
  boardRamBytes: count,
  ramLimitBytes: z.nullable(count),
  firmware: z.nullable(
    z.strictObject({
      board: z.string(),
      compiler: z.string(),
      basis: z.enum(["measured", "estimated"]),
      codeIn: z.enum(["flash", "ram"]),
      codeBytes: count,
      tablesBytes: count,
      dataBytes: count,
      variablesBytes: count,
      stackBytes: count,
      poolBytes: z.nullable(count),
    }),
  ),
  totalFlashBytes: count,
  totalRamBytes: count,
  ramForNetworkBytes: count,
  fits: z.strictObject({ flash: z.boolean(), ram: z.boolean(), ramLimit: z.nullable(z.boolean()) }),
  sections: z.array(z.strictObject({ section: z.string(), place: z.enum(["image", "arena"]), bytes: count })),
  peakBytes: z.nullable(count),
});

const precision = z.enum(["fp32", "fp16", "int8", "int4"]);

const estimate = z.strictObject({
  platform: z.string(),
  operatingPoint: z.strictObject({
    id: z.string(),
    description: z.string(),
    clockHz: positive,
    supplyV: positive,
  }),
  cycleOption: z.nullable(z.string()),
  bitIdentical: z.boolean(),
  portKernels: z.array(z.string()),
  precision: z.nullable(precision),
  sparsity: z.nullable(share),
  steps: positive,
  cycles: interval,
  latencyUs: interval,
  energyUj: interval,
  perStep: z.strictObject({ cycles: interval, latencyUs: interval, energyUj: interval }),
  averagePowerUw: interval,
  peakPowerUw: interval,
  batteryLifeHours: z.nullable(interval),
  idle: z.strictObject({
    mode: z.enum(["run", "wfi", "stop"]),
    reason: z.string(),
    description: z.string(),
    currentMa: interval,
    wakeUs: interval,
    timeShare: interval,
    energyShare: share,
  }),
  realTime: z.strictObject({
    rateHz: positive,
    periodUs: positive,
    utilisation: interval,
    ok: z.boolean(),
    okTypical: z.boolean(),
  }),
  flashBytes: z.nullable(count),
  ramBytes: z.nullable(count),
  fits: z.nullable(z.boolean()),
  memory: z.nullable(memory),
  breakdown: z.strictObject({
    layers: z.array(
      z.strictObject({
        ...cost,
        kind: z.string(),
        latencyUs: z.number().nonnegative(),
        energyUj: z.number().nonnegative(),
      }),
    ),
    classes: z.array(z.strictObject({ ...cost, name: opClass })),
    kernels: z.array(z.strictObject(cost)),
    rows: z.array(z.strictObject(cost)),
  }),
  compiledDense: z.array(z.string()),
  assumed: z.array(z.string()),
  skipping: z.optional(
    skipping.extend({ without: z.nullable(z.strictObject({ energyUj: interval, latencyUs: interval })) }),
  ),
  interval: z.strictObject({ confidence: z.literal(0.9), draws: count, seed: count }),
  /** With `--data`. */
  accuracy: z.optional(
    z.strictObject({
      dataset: z.string(),
      split,
      n: count,
      metric: z.strictObject({ name: metricName, ...estimated }),
      warnings: z.array(z.string()),
    }),
  ),
});

/** The combination is named where several were asked for. */
const unavailable = z.strictObject({
  platform: z.string(),
  precision: z.optional(precision),
  sparsity: z.optional(share),
  unavailable: z.string(),
});

export const estimateJson = z.array(z.union([estimate, unavailable]));

/** With `--verbose` or `--sources`. */
export const verboseEstimateJson = z.array(
  estimate.extend({
    matrices,
    corner: z.strictObject({ cycles: bounds, latencyUs: bounds, energyUj: bounds, averagePowerUw: bounds }),
    coefficients: z.array(
      z.strictObject({
        name: z.string(),
        typ: z.number(),
        min: z.number(),
        max: z.number(),
        source: z.string().min(1),
        grade: z.enum(["A", "B", "C"]),
      }),
    ),
  }),
);

export const wiringJson = z.strictObject({
  type: z.enum(["FullyConnected", "Random", "NCP", "AutoNCP"]),
  units: count,
  inputs: count,
  outputs: count,
  layers: z.array(z.strictObject({ name: z.string(), neurons: z.array(count) })),
  synapses: z.array(
    z.strictObject({
      source: z.enum(["sensor", "neuron"]),
      from: count,
      to: count,
      polarity: z.nullable(z.union([z.literal(1), z.literal(-1)])),
    }),
  ),
});

export const inspectNetworkJson = z.strictObject({
  file: z.string(),
  bytes: count,
  kind: z.literal("network"),
  class: z.string(),
  config: z.looseObject({ input_size: count }),
  widths: z.strictObject({ inputs: count, outputs: count, state: count, cellMemory: count }),
  parameters: z.strictObject({ trainable: count, masks: count }),
  synapses: z.nullable(z.strictObject({ recurrent: count, sensory: count })),
  pruned: z.nullable(z.strictObject({ absent: count, possible: count })),
  tensors: z.array(
    z.strictObject({
      name: z.string(),
      shape: z.array(count),
      role: z.enum(["parameter", "mask", "prune mask"]),
    }),
  ),
  matrices,
  trainedFor: z.nullable(z.enum(["int8", "int4"])),
  metadata: z.record(z.string(), z.string()),
});

const costs = z.strictObject({ fileBytes: count, imageBytes: count, operations: count });

export const pruneJson = z.strictObject({
  file: z.string(),
  out: z.string(),
  method: z.enum(["unstructured", "4x1", "n:m", "neurons"]),
  requestedSparsity: share,
  parts: z.array(
    z.strictObject({
      tensor: z.string(),
      sources: z.enum(["input", "recurrent", "layer", "all"]),
      method: z.enum(["unstructured", "4x1", "n:m", "neurons"]),
      kept: count,
      total: count,
    }),
  ),
  kept: count,
  total: count,
  sparsity: share,
  neuronsWithoutInputs: z.array(z.strictObject({ cell: z.string(), neurons: z.array(count) })),
  removedNeurons: z.array(z.strictObject({ layer: z.string(), neurons: z.array(count), of: count })),
  neverPruned: z.array(z.strictObject({ tensor: z.string(), values: count })),
  notes: z.array(z.string()),
  before: costs,
  after: costs,
  matrices,
});

export const doctorJson = z.strictObject({
  ok: z.boolean(),
  version: z.string(),
  node: z.strictObject({ version: z.string(), expected: z.string(), ok: z.boolean() }),
  v8: z.string(),
  platform: z.string(),
  wasmSimd: z.boolean(),
  engine: z.enum(["simd", "scalar"]),
  engines: z.strictObject({
    ok: z.boolean(),
    checked: z.array(z.string()),
    problem: z.nullable(z.string()),
  }),
  boards: count,
  firmware: z.nullable(z.strictObject({ boards: z.array(z.string()), compiler: z.string() })),
  packages: z.array(
    z.strictObject({
      names: z.array(z.string()),
      loads: z.boolean(),
      neededFor: z.string(),
      install: z.string(),
    }),
  ),
  tools: z.array(
    z.strictObject({
      command: z.string(),
      version: z.nullable(z.string()),
      neededFor: z.string(),
      debianPackage: z.string(),
    }),
  ),
});

const counts = z.enum(["instructions", "cycles"]);

export const boardListJson = z.strictObject({
  boards: z.array(
    z.strictObject({ id: z.string(), name: z.string(), core: z.string(), emulated: z.boolean(), counts }),
  ),
  ports: z.array(
    z.strictObject({
      path: z.string(),
      vendorId: z.nullable(z.string()),
      productId: z.nullable(z.string()),
      serialNumber: z.nullable(z.string()),
      name: z.nullable(z.string()),
      mayBe: z.array(z.string()),
      board: z.nullable(z.string()),
      answer: z.nullable(z.string()),
    }),
  ),
  portsProblem: z.nullable(z.string()),
});

export const boardVerifyJson = z.strictObject({
  config: z.string(),
  boards: z
    .array(
      z.strictObject({
        id: z.string(),
        board: z.string(),
        ok: z.boolean(),
        checks: z.array(
          z.strictObject({
            check: z.enum(["instrument", "board", "samples", "supply", "marker", "idle", "zero"]),
            ok: z.boolean(),
            found: z.string(),
            mend: z.nullable(z.string()),
          }),
        ),
      }),
    )
    .min(1),
});

export const boardSetupJson = z.strictObject({
  config: z.string(),
  dryRun: z.boolean(),
  boards: z.array(z.strictObject({ id: z.string(), board: z.string(), problem: z.nullable(z.string()) })),
});

export const boardBuildJson = z.strictObject({
  board: z.string(),
  elf: z.string(),
  out: z.string(),
  next: z.null(),
  uf2: z.nullable(z.string()),
  portKernels: z.array(z.string()),
  flashBytes: count,
  codeBytes: count,
  tablesBytes: count,
  imageBytes: count,
  ramBytes: count,
  stackBytes: count,
  poolBytes: count,
});

const summary = z.strictObject({
  mean: positive,
  median: positive,
  p99: positive,
  min: positive,
  max: positive,
  jitter: z.number().nonnegative(),
});

export const boardRunJson = z.strictObject({
  board: z.string(),
  emulated: z.boolean(),
  emulator: z.nullable(z.enum(["qemu", "rp2040js"])),
  firmware: z.strictObject({
    version: z.string(),
    coreCrc: z.string().regex(/^[0-9a-f]{8}$/),
    portKernels: z.array(z.string()),
    stackUsedBytes: count,
  }),
  network: z.strictObject({
    name: z.string(),
    precision: z.enum(["fp32", "fp16", "int8", "int4"]),
    imageBytes: count,
    arenaBytes: count,
    imageIn: z.enum(["ram", "flash"]),
    skipsUnchanged: z.optional(z.literal(true)),
  }),
  outputs: z.strictObject({
    rows: count,
    steps: count,
    values: count,
    differing: count,
    bitIdentical: z.boolean(),
  }),
  counts,
  inferences: count,
  warmup: count,
  perInference: summary,
  estimate: z.nullable(
    z.strictObject({
      board: z.string(),
      counts,
      count: interval,
      calibratedOn: z.nullable(z.array(z.string())),
    }),
  ),
  latencyUs: z.nullable(summary),
  loop: z.nullable(
    z.strictObject({
      meanMs: positive,
      worstMs: positive,
      jitterMs: positive,
      ok: z.boolean(),
      problems: z.array(z.string()),
    }),
  ),
  retransmissions: count,
});

const energyRange = z.strictObject({ typ: z.number(), min: z.number(), max: z.number() });
const budget = z.strictObject({
  offset: z.number(),
  gain: z.number(),
  shunt: z.number(),
  voltage: z.number(),
  edges: z.number(),
  noise: z.number(),
  missing: z.number(),
});
const windowEnergy = z.strictObject({
  window: count,
  startSeconds: z.number(),
  durationSeconds: positive,
  samples: count,
  missingSamples: count,
  energyUj: z.number(),
  energyRangeUj: z.nullable(energyRange),
  budgetUj: z.nullable(budget),
  idleEnergyUj: z.number(),
  averagePowerMw: z.number(),
  peakPowerMw: z.number(),
  inferences: count,
  energyPerInferenceUj: z.number(),
});

export const energyJson = z
  .strictObject({
    windows: z.array(windowEnergy).min(1),
    medianEnergyPerInferenceUj: z.number(),
    medianRangeUj: z.nullable(energyRange),
    valid: z.boolean(),
    problems: z.array(z.string()),
    notes: z.array(z.string()),
    idlePowerMw: z.nullable(z.number()),
    corrected: z.nullable(
      z.strictObject({ windows: z.array(windowEnergy).min(1), medianEnergyPerInferenceUj: z.number() }),
    ),
  })
  .refine(({ valid, problems }) => valid === (problems.length === 0), "valid means no problems");
const gateStates = [
  "regressed",
  "missing",
  "incomparable",
  "undecided",
  "drifted",
  "improved",
  "new",
  "same",
] as const;
const figureName = z.enum(["energyUj", "averagePowerMw", "latencyMs", "memoryKb", "flashKb", "accuracy"]);
const maybe = z.nullable(z.number());

export const gateJson = z
  .strictObject({
    baseline: z.string(),
    source: z.string(),
    threshold: z.number().nonnegative(),
    exitCode: z.literal([0, 1, 4, 5]),
    verdict: z.enum(["pass", "regressed", "not-compared", "undecided"]),
    compared: count,
    expected: count,
    counts: z.strictObject(Object.fromEntries(gateStates.map((state) => [state, count]))),
    comparisons: z.array(
      z.strictObject({
        id: z.string(),
        quantity: figureName,
        state: z.enum(gateStates),
        baseline: maybe,
        current: maybe,
        change: maybe,
        changeMin: maybe,
        changeMax: maybe,
        why: z.string(),
      }),
    ),
  })
  .refine(({ counts, comparisons }) =>
    gateStates.every((state) => counts[state] === comparisons.filter((one) => one.state === state).length),
  );

const probability = z.number().min(0).max(1);

export const trendJson = z.array(
  z.strictObject({
    id: z.string(),
    quantity: figureName,
    metric: z.nullable(z.string()),
    better: z.enum(["lower", "higher"]),
    points: z.array(
      z.strictObject({
        at: z.iso.datetime(),
        commit: z.nullable(z.string()),
        version: z.nullable(z.string()),
        ...estimated,
      }),
    ),
    slope: z.nullable(
      z.strictObject({
        leastSquares: z.number(),
        p: probability,
        q: probability,
        theilSen: z.number(),
        mannKendallP: probability,
        mannKendallQ: probability,
      }),
    ),
    changes: z.array(
      z.strictObject({
        index: count,
        before: z.number(),
        after: z.number(),
        p: probability,
        q: probability,
        at: z.iso.datetime(),
        commit: z.nullable(z.string()),
        change: z.number(),
        worse: z.boolean(),
        recovered: z.boolean(),
      }),
    ),
    total: maybe,
    worsening: z.boolean(),
  }),
);

const epochRecord = z.strictObject({
  epoch: z.int().positive(),
  trainLoss: z.number(),
  learningRate: z.number().nonnegative(),
  validation: z.nullable(z.strictObject({ loss: z.number(), metric: z.nullable(z.number()) })),
});

export const trainJson = z.strictObject({
  out: z.string(),
  class: z.string(),
  parameters: count,
  reason: z.enum(["epochs", "patience"]),
  durationSeconds: positive,
  dataset: z.string(),
  dataSha256: z.string().regex(/^[0-9a-f]{64}$/),
  validation: z.union([z.enum(["split", "none"]), share]),
  trainedFor: z.nullable(z.enum(["int8", "int4"])),
  settings: z.strictObject({
    epochs: count,
    batchSize: count,
    learningRate: positive,
    optimiser: z.strictObject({
      name: z.enum(["adam", "adamw", "sgd"]),
      beta1: share,
      beta2: share,
      epsilon: z.number(),
      weightDecay: z.number(),
      momentum: share,
    }),
    schedule: z.looseObject({ name: z.enum(["constant", "cosine", "step"]), warmupSteps: count }),
    loss: z.looseObject({ name: z.enum(["mse", "mae", "cross-entropy", "binary-cross-entropy"]) }),
    readout: z.enum(["last", "mean", "step"]),
    clipNorm: z.nullable(positive),
    seed: count,
    windows: z.nullable(z.strictObject({ steps: count, stride: count })),
    truncateSteps: z.nullable(count),
    washoutSteps: count,
    augmentation: z.strictObject({
      noise: z.number(),
      scaleNoise: z.number(),
      rollSteps: count,
      mirror: z.nullable(
        z.strictObject({
          source: z.array(count),
          sign: z.array(z.number()),
          targetSign: z.array(z.number()),
        }),
      ),
    }),
    pruning: z.nullable(z.looseObject({ method: z.enum(["4x1", "unstructured", "n:m", "neurons"]) })),
    precision: z.nullable(z.enum(["int8", "int4"])),
    patience: z.nullable(count),
    keep: z.enum(["best", "last"]),
  }),
  epochs: count,
  epoch: count,
  metrics: z.strictObject({
    /** Null where the weights given were kept. */
    trainLoss: z.nullable(z.number()),
    validationLoss: z.nullable(z.number()),
    validation: z.nullable(z.strictObject({ name: metricName, value: z.number() })),
  }),
  energy: z
    .array(z.strictObject({ step: z.number(), sparsity: z.number(), energyUj: z.number() }))
    .nullable(),
  integers: z.nullable(
    z.strictObject({
      before: z.strictObject({ loss: z.number(), metric: z.nullable(z.number()) }),
      after: z.strictObject({ loss: z.number(), metric: z.nullable(z.number()) }),
      isBetter: z.boolean(),
    }),
  ),
  pruned: z.nullable(
    z.array(
      z.strictObject({
        tensor: z.string(),
        sources: z.string(),
        method: z.string(),
        kept: count,
        total: count,
      }),
    ),
  ),
  history: z.array(epochRecord),
});

export const exportJson = z.strictObject({
  name: z.string(),
  language: z.literal("c"),
  out: z.string(),
  files: z.array(z.string()),
  precision: z.enum(["fp32", "fp16", "int8", "int4"]),
  inputs: count,
  outputs: count,
  imageBytes: count,
  ramBytes: count,
});

const agreement = z.strictObject({
  n: count,
  meanError: z.number().nonnegative(),
  worstError: z.number().nonnegative(),
  bias: z.number(),
  limits: z.strictObject({ min: z.number(), max: z.number() }),
  coverage: share,
  medianIntervalWidth: z.number().nonnegative(),
});
export const crosscheckJson = z.strictObject({
  board: z.string(),
  emulated: z.literal(true),
  counts,
  calibratedOn: z.nullable(z.array(z.string())),
  calibratedWithCore: z.nullable(z.string()),
  networks: z.array(
    z.strictObject({
      id: z.string(),
      cell: z.string(),
      precision: z.enum(["fp32", "fp16", "int8", "int4"]),
      measured: positive,
      estimate: interval,
      uncalibrated: positive,
      error: z.number(),
      differing: count,
    }),
  ),
  agreement,
  uncalibrated: agreement,
  leaveOneCellOut: z.nullable(
    z.strictObject({ meanError: z.number().nonnegative(), worstError: z.number().nonnegative() }),
  ),
  calibration: z.nullable(z.string()),
});
