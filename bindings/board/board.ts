// A platform as data. The JSON form is boards/<id>/board.json; `schema.ts` checks it, `load.ts` resolves its cycle
// table. All figures carry source and grade: A read in an official document, B in an opened secondary source,
// C inferred, scaled or from memory.

import type { OpClass } from "../count/op-class.ts";

/** A: read in an official document. B: in an opened secondary source. C: inferred, scaled or from memory. */
export type Grade = "A" | "B" | "C";

/** A figure with its 90 % range and where it came from. Units stand in the name of the field that holds it. */
export interface Figure {
  /** Typical value, in the unit that the field's name ends with. */
  typ: number;
  /** 90 % interval around it, with `max`. */
  min: number;
  max: number;
  /** Key into the board's `sources`; several separated by ", ". */
  source: string;
  grade: Grade;
  /** What the source says of clock, voltage, temperature. */
  conditions?: string;
  /** What is not evident, above all how a figure of grade C came about. */
  note?: string;
}

/** What a multiply-accumulate of a kernel takes, and what a row of them does beside: its bias, its rescaling, its store. */
export interface KernelFigure extends Figure {
  /** Absent: contained in the price per MAC, for rows of a usual length. */
  perRow?: Figure;
}

/** Cycles per operation of each class, and per multiply-accumulate of each kernel. `null`: not available on this core. */
export interface CycleTable {
  /** Coefficients of one table are treated as fully correlated. */
  id: string;
  /** What the table describes, e.g. "Arm Cortex-M4F, zero-wait-state memory". */
  description: string;
  /** Cycles an operation by class; null: this core has no price for it. */
  classes: Record<OpClass, Figure | null>;
  /** Cycles per MAC by kernel name; a kernel keyed by engine carries its major version: `vendor-x-cube-ai-8`. */
  kernels: Record<string, KernelFigure>;
  /** Titles of documents by the keys that figures name. */
  sources: Record<string, string>;
}

/** How the core waits for the next period. RAM is kept in all of them. */
export type IdleMode = "run" | "wfi" | "stop";

export interface IdleState {
  currentMa: Figure;
  /** Time from the wake event to the first instruction, microseconds. */
  wakeUs: Figure;
  description: string;
}

/** A clock, voltage and regulator setting for which an active current was published. */
export interface OperatingPoint {
  /** Name of the point on its board, as `--point` takes it. */
  id: string;
  description: string;
  /** Of the core. */
  clockHz: number;
  /** Voltage at which the currents hold and power is computed. */
  supplyV: number;
  /** Typical current while executing code; `min` and `max` span the uncertainty (90 %), not other conditions. */
  activeCurrentMa: Figure;
  /** Highest current of this point that a document states; peak power is computed from it. */
  peakCurrentMa: Figure;
  /** Sourced idle modes; `run` (busy waiting) is always possible and needs no entry. */
  idle: Partial<Record<Exclude<IdleMode, "run">, IdleState>>;
}

export interface BoardMemory {
  flashBytes: number;
  ramBytes: number;
  /** Where code and a flash-resident image lie. */
  flash: "internal" | "external";
  source: string;
  grade: Grade;
  note?: string;
}

/** A named alternative to the default cycle table, e.g. the ROM float library of the RP2040. */
export interface CycleOption {
  description: string;
  /** False when results may differ in their last bits from the core's. */
  bitIdentical: boolean;
  classes: Partial<Record<OpClass, Figure | null>>;
}

/** A platform with its cycle table resolved. */
export interface Board {
  /** Name of the platform, as `--platform` takes it. */
  id: string;
  /** For people: part, core, clock. */
  name: string;
  /** Part number of the maker. */
  mcu: string;
  /** The core that runs the network; `cores` is how many the part has, of which one works. */
  core: { name: string; fpu: "none" | "single" | "double"; features: string[]; cores: number };
  memory: BoardMemory;
  /** Prices of operations in cycles, in force unless an option is chosen. */
  cycles: CycleTable;
  /** Alternatives to `cycles` by name, e.g. a library of floats in ROM. */
  cycleOptions: Record<string, CycleOption>;
  /** Kernels of the core that the board's firmware replaces, and the entry of `cycles.kernels` that prices each. */
  portKernels: Record<string, string>;
  /** Clock, supply and currents that have sources. */
  operatingPoints: OperatingPoint[];
  /** Id of the operating point used unless the user names another. */
  defaultPoint: string;
  /** What a reader should know besides, a sentence each. */
  notes: string[];
  /** Titles and addresses of documents by the keys that figures name. */
  sources: Record<string, string>;
}
