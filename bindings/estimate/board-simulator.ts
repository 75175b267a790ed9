// Operations * cycles -> cycles, latency, energy, power, memory and real-time verdict of one network on one platform.
//
//   cycles          = sum of count * cycles per operation + sum of MACs * cycles per MAC + sum of rows * cycles per row
//   latencyUs       = cycles / f
//   energyUj        = latencyUs * I_active * V
//   averagePowerUw  = V * (I_active * busy + I_idle * (1 - busy)),  busy = min(1, (wakeUs + latencyUs) / periodUs)
//
// docs/estimate.md explains the model and its limits.

import type { Board, CycleOption, Figure, IdleMode, OperatingPoint } from "../board/board.ts";
import { findPoint } from "../board/find.ts";
import type { Firmware } from "../board/firmware.ts";
import type { OpClass } from "../count/op-class.ts";
import type { NetworkProfile, OpProfile } from "../count/op-profile.ts";
import { complain, nearestName } from "../errors.ts";
import { drawsOf } from "./draws.ts";
import type { Coefficient, CostShare, Estimate, LayerShare } from "./estimate.ts";
import { chooseIdle, type IdleChoice } from "./idle.ts";
import { type Interval, scale, spreadOf } from "./interval.ts";
import { type ImagePlace, MemoryProfiler, type StaticMemory } from "./memory-profiler.ts";
import { checkOpProfile } from "./parse-profile.ts";
import { type PortedProfile, withPortKernels } from "./port-kernels.ts";
import { type PricedProfile, PriceList } from "./price.ts";
import { type Conditions, cornerOf, idleShareOf, simulate, utilisationOf } from "./simulate.ts";

/** How a network is used on a board. */
export interface BoardSimulatorOptions {
  /** Id of an operating point; default the board's. */
  point?: string;
  /** Default: `wfi` where the point has a sourced figure, else `stop`, else `run`. */
  idle?: IdleMode;
  /** Inferences a second; default 100. */
  rateHz?: number;
  /** Time steps that make an inference; default 1. */
  steps?: number;
  /** A named alternative to the board's cycle table, e.g. `rom-float`. */
  option?: string;
  /** Whether the firmware uses the kernels of the board's port; default true. */
  portKernels?: boolean;
  /** The firmware that takes flash and RAM beside the network; default none. */
  firmware?: Firmware;
  /** Energy of a battery, milliwatt-hours; default none. */
  batteryMwh?: number;
  /** RAM that the network may use, when that is less than the board's. */
  ramLimitBytes?: number;
  /** Default: RAM where image and arena fit. */
  imageIn?: ImagePlace;
  /** Of the Monte Carlo; default 1. */
  seed?: number;
  /** Of the Monte Carlo; default 1500. */
  draws?: number;
}

/** What the caller knows about the network that its profile does not say. */
export interface NetworkFacts {
  /** Number format of the weights, for the reader. */
  precision?: string;
  /** Share of the weights that was pruned, 0 to below 1. */
  sparsity?: number;
  /** What was taken for granted, a sentence each. */
  assumed?: string[];
  /** `layer.matrix` of what is compiled dense for this board's sake, see dense-fallback.ts. */
  compiledDense?: string[];
}

/** Said of a network that skips unchanged inputs where no data are known. */
const WORST_CASE = "unchanged inputs are skipped: the worst case, in which all change";

/** Estimates networks on one board at one operating point. `EnergySimulator` is the same by the id of a built-in platform. */
export class BoardSimulator {
  /** The board whose prices and currents count. */
  readonly board: Board;
  /** Clock, supply and currents that the estimate is for. */
  readonly point: OperatingPoint;
  readonly #idle: IdleChoice;
  readonly #prices: PriceList;
  readonly #cycleOption: CycleOption | undefined;
  readonly #options: BoardSimulatorOptions & { rateHz: number; steps: number; seed: number; draws: number };

  /** Throws `unknown-name` for a point or option that does not exist, `unavailable` for an idle mode without figures. */
  constructor(board: Board, options: BoardSimulatorOptions = {}) {
    this.#options = { ...options, ...checkedNumbers(options) };
    this.board = board;
    this.point = findPoint(this.board, options.point);
    this.#idle = chooseIdle(this.board, this.point, options.idle);
    this.#cycleOption = options.option === undefined ? undefined : findOption(this.board, options.option);
    this.#prices = new PriceList(this.board, this.#cycleOption);
  }

  /**
   * The estimate of a network whose profile (of one time step) is given; a `NetworkProfile` adds the breakdown by
   * layer, `memory` the bytes. Throws `unavailable` when the board cannot price an executed class or kernel.
   */
  estimate(
    profile: OpProfile | NetworkProfile,
    memory?: StaticMemory | MemoryProfiler,
    facts: NetworkFacts = {},
  ): Estimate {
    checkOpProfile(profile, "operation profile");
    const { steps, rateHz, draws, seed, batteryMwh } = this.#options;
    const ported = withPortKernels(profile, {
      portKernels: this.#options.portKernels === false ? {} : this.board.portKernels,
    });
    const priced = this.#prices.price(ported);
    const conditions = this.#conditions();
    const { clockMhz, supplyV, periodUs } = conditions;
    const stepCycles = priced.cycles;
    const cycles = scale(stepCycles, steps);
    const latencyUs = scale(cycles, 1 / clockMhz);
    const utilisation = utilisationOf(latencyUs, rangeOf(this.#idle.wakeUs), periodUs);
    const { energyUj, averagePowerUw, idleEnergyShare } = simulate(priced, conditions, drawsOf(seed, draws));
    const use = this.#memoryUse(memory);
    const skipping = "skipping" in profile ? profile.skipping : undefined;
    return {
      platform: this.board.id,
      operatingPoint: {
        id: this.point.id,
        description: this.point.description,
        clockHz: this.point.clockHz,
        supplyV: this.point.supplyV,
      },
      cycleOption: this.#options.option ?? null,
      bitIdentical: this.#cycleOption?.bitIdentical ?? true,
      portKernels: ported.portKernels,
      precision: facts.precision ?? null,
      sparsity: facts.sparsity ?? null,
      steps,
      cycles,
      latencyUs,
      energyUj,
      perStep: {
        cycles: stepCycles,
        latencyUs: scale(stepCycles, 1 / clockMhz),
        energyUj: scale(energyUj, 1 / steps),
      },
      averagePowerUw,
      peakPowerUw: scale(rangeOf(this.point.peakCurrentMa), supplyV * 1000),
      batteryLifeHours: batteryMwh === undefined ? null : lifeHours(batteryMwh, averagePowerUw),
      idle: {
        mode: this.#idle.mode,
        reason: this.#idle.reason,
        description: this.#idle.description,
        currentMa: rangeOf(this.#idle.currentMa),
        wakeUs: rangeOf(this.#idle.wakeUs),
        timeShare: {
          typ: idleShareOf(utilisation.typ),
          min: idleShareOf(utilisation.max),
          max: idleShareOf(utilisation.min),
        },
        energyShare: idleEnergyShare,
      },
      realTime: {
        rateHz,
        periodUs,
        utilisation,
        ok: utilisation.max <= 1,
        okTypical: utilisation.typ <= 1,
      },
      flashBytes: use?.flashBytes ?? null,
      ramBytes: use?.ramBytes ?? null,
      fits: use === null ? null : use.fits.flash && use.fits.ram && use.fits.ramLimit !== false,
      memory: use,
      breakdown: this.#breakdown(profile, ported, priced, energyUj.typ),
      assumed: [...(facts.assumed ?? []), ...(skipping?.basis === "worst case" ? [WORST_CASE] : [])],
      compiledDense: facts.compiledDense ?? [],
      ...(skipping && { skipping: { ...skipping, without: null } }),
      corner: cornerOf(priced, conditions),
      coefficients: this.#coefficients(priced),
      interval: { confidence: 0.9, draws, seed },
    };
  }

  #conditions(): Conditions {
    return {
      clockMhz: this.point.clockHz / 1e6,
      supplyV: this.point.supplyV,
      periodUs: 1e6 / this.#options.rateHz,
      steps: this.#options.steps,
      activeMa: spreadOf(this.point.activeCurrentMa),
      idleMa: spreadOf(this.#idle.currentMa),
      wakeUs: spreadOf(this.#idle.wakeUs),
      idleIsActive: this.#idle.mode === "run",
    };
  }

  #memoryUse(memory: StaticMemory | MemoryProfiler | undefined): Estimate["memory"] {
    if (memory === undefined) return null;
    const profiler = memory instanceof MemoryProfiler ? memory : new MemoryProfiler(memory);
    const { imageIn, ramLimitBytes, firmware } = this.#options;
    return profiler.on(this.board.memory, {
      ...(firmware === undefined ? {} : { firmware }),
      ...(imageIn === undefined ? {} : { imageIn }),
      ...(ramLimitBytes === undefined ? {} : { ramLimitBytes }),
    });
  }

  #breakdown(
    profile: OpProfile | NetworkProfile,
    ported: PortedProfile,
    priced: PricedProfile,
    energyUj: number,
  ): Estimate["breakdown"] {
    const { steps } = this.#options;
    const total = priced.at(0);
    const costOf = (name: string, count: number, cycles: number): CostShare => ({
      name,
      count: count * steps,
      cycles: cycles * steps,
      share: total === 0 ? 0 : cycles / total,
    });
    const byCost = (a: CostShare, b: CostShare) => b.cycles - a.cycles;
    const costs = (kind: PricedProfile["terms"][number]["kind"]) =>
      priced.terms
        .filter((term) => term.kind === kind)
        .map((term) => costOf(term.name, term.count, term.count * term.figure.typ))
        .sort(byCost);
    const layers = "layers" in profile ? profile.layers : [];
    return {
      layers: layers.map((layer, i): LayerShare => {
        const cost = costOf(layer.name, layer.operations, this.#prices.typicalCycles(ported.layers[i]!));
        const latencyUs = (cost.cycles / this.point.clockHz) * 1e6;
        return { ...cost, kind: layer.kind, latencyUs, energyUj: energyUj * cost.share };
      }),
      classes: costs("class") as (CostShare & { name: OpClass })[],
      kernels: costs("kernel"),
      rows: costs("row"),
    };
  }

  #coefficients(priced: PricedProfile): Coefficient[] {
    const { sources } = this.board.cycles;
    const prefix = { class: "cycles", kernel: "cyclesPerMac", row: "cyclesPerRow" };
    const used: [string, Figure][] = [
      ...priced.terms.map((term): [string, Figure] => [`${prefix[term.kind]}.${term.name}`, term.figure]),
      ["activeCurrentMa", this.point.activeCurrentMa],
      ["peakCurrentMa", this.point.peakCurrentMa],
    ];
    if (this.#idle.mode !== "run") {
      used.push(["idleCurrentMa", this.#idle.currentMa], ["wakeUs", this.#idle.wakeUs]);
    }
    return used.map(([name, { typ, min, max, source, grade }]) => {
      const titles = source.split(", ").map((key) => sources[key] ?? this.board.sources[key] ?? key);
      return { name, typ, min, max, source: titles.join("; "), grade };
    });
  }
}

function rangeOf({ typ, min, max }: Interval): Interval {
  return { typ, min, max };
}

function lifeHours(batteryMwh: number, averagePowerUw: Interval): Interval {
  const hours = (powerUw: number) => (batteryMwh * 1000) / powerUw;
  return { typ: hours(averagePowerUw.typ), min: hours(averagePowerUw.max), max: hours(averagePowerUw.min) };
}

function findOption(board: Board, name: string): CycleOption {
  const option = Object.hasOwn(board.cycleOptions, name) ? board.cycleOptions[name] : undefined;
  if (option !== undefined) return option;
  const names = Object.keys(board.cycleOptions);
  const near = nearestName(name, names);
  throw complain("unknown-name", `board ${board.id}`, {
    field: "cycleOptions",
    expected: names.length === 0 ? "no cycle option" : names.join(" or "),
    found: `"${name}"`,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

/** Defaults filled in; throws a RangeError for numbers that make no sense. */
function checkedNumbers(options: BoardSimulatorOptions) {
  const { rateHz = 100, steps = 1, seed = 1, draws = 1500, batteryMwh, ramLimitBytes } = options;
  expectNumber("rateHz", rateHz, rateHz > 0, "a finite number > 0");
  expectNumber("steps", steps, Number.isSafeInteger(steps) && steps >= 1, "a whole number >= 1");
  expectNumber("seed", seed, Number.isSafeInteger(seed) && seed >= 0, "a whole number >= 0");
  expectNumber("draws", draws, Number.isSafeInteger(draws) && draws >= 100, "a whole number >= 100");
  if (batteryMwh !== undefined) expectNumber("batteryMwh", batteryMwh, batteryMwh > 0, "a finite number > 0");
  if (ramLimitBytes !== undefined) {
    expectNumber(
      "ramLimitBytes",
      ramLimitBytes,
      Number.isSafeInteger(ramLimitBytes) && ramLimitBytes >= 0,
      "bytes >= 0",
    );
  }
  return { rateHz, steps, seed, draws };
}

function expectNumber(name: string, value: number, holds: boolean, expected: string): void {
  if (typeof value !== "number") throw new TypeError(`"${name}" expected a number, got ${typeof value}`);
  if (!holds || !Number.isFinite(value)) throw new RangeError(`"${name}" expected ${expected}, got ${value}`);
}
