// The page's state and what follows from it. Choices change at once; networks that a choice needs are made one after the
// other between two frames, and what was shown stays until they are there.

import { batch, computed, effect, signal } from "@preact/signals";
import type { Board } from "../bindings/board/board.ts";
import { builtinBoards, findBoard } from "../bindings/board/load.ts";
import { LiquidEdgeError } from "../bindings/errors.ts";
import { EnergySimulator, type EnergySimulatorOptions } from "../bindings/estimate/energy-simulator.ts";
import type { Estimate } from "../bindings/estimate/estimate.ts";
import type { Variant } from "../bindings/sweep/variants.ts";
import { type Choices, defaultChoices, defaultPoint, formatChoices, parseChoices } from "./choices.ts";
import type { OpenModel } from "./models.ts";
import { type Made, Workbench } from "./workbench.ts";

/** An estimate, or why there is none. */
export type Outcome = { estimate: Estimate } | { unavailable: string };

/** One network on one board, in the plot. */
export interface Combination {
  board: Board;
  variant: Variant;
  estimate: Estimate;
}

const workbenches = signal<readonly Workbench[]>([]);
export const models = computed(() => workbenches.value.map(({ model }) => model));
export const choices = signal<Choices>(defaultChoices(""));
/** What the reader has to know: a file that could not be opened, a network that is not here. */
export const notice = signal<string | null>(null);

// The networks that are shown; they lag behind the choices while others are being made.
export const chosen = signal<Made | null>(null);
const others = signal<readonly Made[]>([]);
export const isBusy = signal(true);

const workbench = computed(
  () => workbenches.value.find(({ model }) => model.name === choices.value.model) ?? workbenches.value[0],
);
export const model = computed(() => workbench.value?.model);
export const precisions = computed(() => workbench.value?.precisions ?? []);
export const sparsities = computed(() => workbench.value?.sparsities(sparsity.value) ?? []);
export const board = computed(() => findBoard(choices.value.platform));
// One signal for each choice that figures follow from: sorting a table must not compute anything anew.
const precision = computed(() => choices.value.precision);
const sparsity = computed(() => choices.value.sparsity);
const point = computed(() => choices.value.point);
const scope = computed(() => choices.value.scope);
const rateHz = computed(() => choices.value.rateHz);
const batteryMwh = computed(() => {
  const { batteryMah, batteryV } = choices.value;
  return batteryMah === null ? null : batteryMah * batteryV;
});

/** Takes over some choices; another board starts at its default operating point. */
export function choose(change: Partial<Choices>): void {
  const platform = change.platform ?? choices.value.platform;
  const ownPoint = platform === choices.value.platform ? choices.value.point : defaultPoint(platform);
  batch(() => {
    if (change.model !== undefined) notice.value = null;
    choices.value = allowed({ ...choices.value, point: ownPoint, ...change });
  });
}

/** Adds a network, in place of one of the same name, and chooses it. */
export function addModel(added: OpenModel, isChosen = true): void {
  batch(() => {
    const others = workbenches.value.filter(({ model }) => model.name !== added.name);
    workbenches.value = [...others, new Workbench(added)];
    if (isChosen) choose({ model: added.name });
  });
}

/** Follows the URL, and puts the choices there. Call once, when the first networks are there. */
export function followUrl(): void {
  const read = (url: string) => {
    const wanted = parseChoices(new URL(url).hash, defaultChoices(models.value[0]!.name));
    const isHere = models.value.some(({ name }) => name === wanted.model);
    batch(() => {
      if (!isHere) notice.value = `${wanted.model} is not in this page: open the file to see it.`;
      choices.value = allowed(isHere ? wanted : { ...wanted, model: models.value[0]!.name });
    });
  };
  read(location.href);
  // What the event says, not what stands in the URL: older choices may have been put there since.
  addEventListener("hashchange", ({ newURL }) => read(newURL));
  let timer = 0;
  effect(() => {
    const hash = `#${formatChoices(choices.value)}`;
    clearTimeout(timer);
    // Browsers limit how often a page may do this; a slider would exceed it.
    timer = window.setTimeout(() => {
      if (hash !== location.hash) history.replaceState(null, "", hash);
    }, 150);
  });
  effect(makeNetworks);
}

/** Number formats and sparsities that the network has. */
function allowed(wanted: Choices): Choices {
  const bench = workbenches.value.find(({ model }) => model.name === wanted.model);
  if (bench === undefined || bench.model.network.integers === null) return wanted;
  return { ...wanted, precision: bench.precisions[0] as Choices["precision"], sparsity: 0 };
}

let generation = 0;

/** Shows the chosen network as soon as it is made, and the plot when the others are. */
function makeNetworks(): void {
  const [wantedPrecision, wantedSparsity] = [precision.value, sparsity.value];
  const bench = workbench.value;
  if (bench === undefined) return;
  const formats = precisions.value;
  const shares = sparsities.value;
  const mine = ++generation;
  const show = () => {
    const made = (p: string, s: number) => bench.made(p, s) ?? [];
    const all = formats.flatMap((p) => shares.flatMap((s) => made(p, s)));
    batch(() => {
      chosen.value = bench.made(wantedPrecision, wantedSparsity)!;
      const isSame = all.length === others.peek().length && all.every((one, i) => one === others.peek()[i]);
      if (!isSame) others.value = all;
    });
  };
  // One network at a time, the chosen one first: between two of them the page listens.
  const jobs: [string, number][] = [
    [wantedPrecision, wantedSparsity],
    ...shares.flatMap((s) => formats.map((p): [string, number] => [p, s])),
  ];
  const todo = jobs.filter(([p, s]) => bench.made(p, s) === undefined);
  if (todo.length === 0) {
    batch(() => {
      show();
      isBusy.value = false;
    });
    return;
  }
  isBusy.value = true;
  const work = async () => {
    for (const [p, s] of todo) {
      await nextTask();
      if (mine !== generation) return;
      await bench.make(p, s);
      if (mine !== generation) return;
      if (chosen.peek() !== bench.made(wantedPrecision, wantedSparsity)) show();
    }
    batch(() => {
      show();
      isBusy.value = false;
    });
  };
  work().catch((error) => {
    notice.value = String(error);
    isBusy.value = false;
  });
}

/** Lets the browser draw and listen. A timer would wait for 4 ms after a few of them. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Bounds need many draws, typical values none; these are the fewest that the simulator takes. */
const FEWEST_DRAWS = 100;
function simulatorOf(on: Board, options: Partial<EnergySimulatorOptions>): EnergySimulator {
  return new EnergySimulator({ platform: on, rateHz: rateHz.value, ...options });
}

function outcomeOf(simulator: EnergySimulator, made: Made): Outcome {
  if ("error" in made) return { unavailable: made.error.message };
  const { profile, memory, facts } = made.on.get(simulator.board.id) ?? made;
  try {
    return { estimate: simulator.estimate(profile, memory, facts) };
  } catch (error) {
    if (error instanceof LiquidEdgeError) return { unavailable: error.message };
    throw error;
  }
}

/** The chosen network on the chosen board at the chosen point. */
export const outcome = computed((): Outcome | null => {
  const battery = batteryMwh.value === null ? {} : { batteryMwh: batteryMwh.value };
  if (chosen.value === null) return null;
  return outcomeOf(simulatorOf(board.value, { point: point.value, ...battery }), chosen.value);
});

/** The chosen network on every board at its default point. */
export const rows = computed(() => {
  const made = chosen.value;
  if (made === null) return [];
  return builtinBoards().map((on) => ({ board: on, outcome: outcomeOf(simulatorOf(on, {}), made) }));
});

/** The plot's networks: on the chosen board at the chosen point, or on every board at its default one. */
function combinationsOf(leastDraws: boolean) {
  // Estimates are kept while their conditions hold: a slider brings a few new networks to many that were there.
  const priced = computed(() => {
    const draws = leastDraws ? { draws: FEWEST_DRAWS } : {};
    const simulators =
      scope.value === "all"
        ? builtinBoards().map((on) => simulatorOf(on, draws))
        : [simulatorOf(board.value, { point: point.value, ...draws })];
    return { simulators, estimates: new Map<Made, Combination[]>() };
  });
  return computed((): Combination[] => {
    const { simulators, estimates } = priced.value;
    return others.value.flatMap((made) => {
      const known = estimates.get(made);
      if (known !== undefined) return known;
      const fresh = simulators.flatMap((simulator): Combination[] => {
        const result = outcomeOf(simulator, made);
        return "estimate" in result && "profile" in made
          ? [{ board: simulator.board, variant: made, estimate: result.estimate }]
          : [];
      });
      estimates.set(made, fresh);
      return fresh;
    });
  });
}

/** For the plot: their bounds mean nothing. */
export const marks = combinationsOf(true);
/** For the table. */
export const combinations = combinationsOf(false);

/** Number formats and sparsities that this network does not have, and why. */
export const absent = computed(() => [
  ...new Set(others.value.flatMap((made) => ("error" in made ? made.error.message : []))),
]);
