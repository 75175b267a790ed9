// The profile of a compiled network: what one time step executes, by layer and by kernel, as the counted build of the
// core counted it while running the step. The counts hold for every step that the core accepts, since they depend on
// the image alone.

import { addCounts, type CountedOperations, type OpCounter } from "./counted-core.ts";
import { type OpClass, type OpCounts, totalOperations } from "./op-class.ts";
import type { KernelProfile, LayerProfile, MacCount, NetworkProfile } from "./op-profile.ts";

/** A compiled network in a counted core. */
export interface CountedRunner {
  readonly exports: {
    step(image: number, arena: number): number;
    stepLayer(image: number, arena: number, layer: number): number;
  };
  /** Address of the image. */
  readonly image: number;
  /** Address of the arena. */
  readonly arena: number;
  /** Layers in execution order, with the MACs of one time step by kernel. */
  readonly layers: readonly { name: string; kind: string; macs: readonly MacCount[] }[];
  /** State to zero; afterwards the arena holds an input and an elapsed time that the core accepts. */
  reset(): void;
}

/** Exports that are not kernels. */
const ENTRY_POINTS: readonly string[] = ["check", "reset", "step", "stepLayer"];

/** Runs one step, and each layer alone, and says what they execute. `counter` reads the core that `runner` runs on. */
export function profileImage(runner: CountedRunner, counter: OpCounter): NetworkProfile {
  const { exports, image, arena, layers } = runner;
  const measure = (call: string, run: () => number): CountedOperations => {
    runner.reset();
    return counter.measure(() => {
      const status = run();
      if (status !== 0) throw new Error(`${call} was not accepted while profiling: status ${status}`);
    });
  };
  const step = measure("step", () => exports.step(image, arena));
  const layerProfiles = layers.map(({ name, kind, macs }, i): LayerProfile => {
    const layer = measure(`stepLayer ${i}`, () => exports.stepLayer(image, arena, i));
    // stepLayer is the door to one layer; a step has its own.
    const door = layer.functions.find((f) => f.name === "stepLayer");
    const classes = door === undefined ? layer.classes : addCounts([door.classes], -1, layer.classes);
    return { name, kind, operations: totalOperations(classes), classes, kernels: kernelsOf(layer, macs) };
  });
  const kernels = kernelsOf(
    step,
    layers.flatMap(({ macs }) => macs),
  );
  return {
    operations: step.operations,
    classes: step.classes,
    // Every MAC is among the executed operations, so none is left to be priced on its own.
    macs: [],
    layers: [...layerProfiles, outsideLayers(step, kernels, layerProfiles)],
    kernels,
    valueDependent: valueDependent(step.classes),
  };
}

/** What a step executes outside all layers: checks of its input and results, and the way through the layers. */
function outsideLayers(
  step: CountedOperations,
  stepKernels: readonly KernelProfile[],
  layers: readonly LayerProfile[],
): LayerProfile {
  const classes = subtract(
    step.classes,
    layers.map((layer) => layer.classes),
  );
  const inLayers = layers.flatMap((layer) => layer.kernels);
  const kernels = stepKernels.map((kernel): KernelProfile => {
    const same = inLayers.filter(({ name }) => name === kernel.name);
    const rest = subtract(
      kernel.classes,
      same.map((k) => k.classes),
    );
    const calls = same.reduce((left, k) => left - k.calls, kernel.calls);
    return { name: kernel.name, calls, macs: 0, rows: 0, operations: totalOperations(rest), classes: rest };
  });
  return {
    name: "step",
    kind: "step",
    operations: totalOperations(classes),
    classes,
    kernels: kernels.filter(({ calls }) => calls > 0),
  };
}

/** `whole` less its `parts`, which cannot hold more of any class. */
function subtract(whole: OpCounts, parts: readonly OpCounts[]): OpCounts {
  const rest = addCounts(parts, -1, whole);
  const negative = Object.entries(rest).find(([, n]) => n < 0);
  if (negative)
    throw new Error(`the layers execute ${-negative[1]} more ${negative[0]} than the step they belong to`);
  return rest;
}

function kernelsOf(counted: CountedOperations, macs: readonly MacCount[]): KernelProfile[] {
  const kernels = counted.functions.filter(({ name, exported }) => exported && !ENTRY_POINTS.includes(name));
  for (const { kernel, count } of macs) {
    if (count > 0 && !kernels.some(({ name }) => name === kernel)) {
      throw new Error(`${count} MACs are said to be in the kernel "${kernel}", which was not called`);
    }
  }
  return kernels.map(({ name, calls, operations, classes }) => {
    const own = macs.filter(({ kernel }) => kernel === name);
    return {
      name,
      calls,
      macs: own.reduce((sum, { count }) => sum + count, 0),
      rows: own.reduce((sum, { rows = 0 }) => sum + rows, 0),
      operations,
      classes,
    };
  });
}

/** Operations whose cycles depend on their operands, on some cores at least. */
const VALUE_DEPENDENT: readonly { classes: readonly OpClass[]; why: string }[] = [
  {
    classes: ["i32Div", "i64Div"],
    why: "a hardware divider may stop early, the sooner the smaller the quotient",
  },
  {
    classes: [
      "f32Add",
      "f32Mul",
      "f32Div",
      "f32Sqrt",
      "f32Compare",
      "f32MinMax",
      "f32ConvertI32",
      "i32TruncF32",
    ],
    why: "on a core without a floating-point unit they are library calls, whose paths depend on the operands",
  },
];

function valueDependent(classes: OpCounts): string[] {
  return VALUE_DEPENDENT.flatMap(({ classes: names, why }) => {
    const present = names.filter((name) => (classes[name] ?? 0) > 0);
    return present.length === 0 ? [] : [`${present.join(", ")}: ${why}`];
  });
}
