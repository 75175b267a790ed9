// Where the energy of an inference goes: by layer, by kernel, by kind of operation; and what one unfold of an ODE takes.
// All cycles of an inference draw the same current in the model, so a share of cycles is a share of energy.

import type { Board } from "../board/board.ts";
import { addCounts } from "../count/counted-core.ts";
import type { OpClass, OpCounts } from "../count/op-class.ts";
import type { NetworkProfile } from "../count/op-profile.ts";
import type { Entry } from "../record/record.ts";
import type { Coefficients } from "./coefficients.ts";

/** Kinds of operations that a firmware engineer tells apart, in the order of figures. */
export const OP_GROUPS = [
  "multiply, add",
  "divide, root",
  "load",
  "store",
  "compare, select",
  "branch, call",
  "integer, address",
  "convert, move",
] as const;
export type OpGroup = (typeof OP_GROUPS)[number];

const GROUP_OF: Record<OpClass, OpGroup> = {
  f32Load: "load",
  f32Store: "store",
  i32Load: "load",
  i32Load16: "load",
  i32Load8: "load",
  i32Store: "store",
  i32Store16: "store",
  i32Store8: "store",
  i64Load: "load",
  i64Store: "store",
  f32Add: "multiply, add",
  f32Mul: "multiply, add",
  f32Div: "divide, root",
  f32Sqrt: "divide, root",
  f32Compare: "compare, select",
  f32MinMax: "compare, select",
  f32Sign: "convert, move",
  f32Round: "convert, move",
  f32ConvertI32: "convert, move",
  i32TruncF32: "convert, move",
  reinterpret: "convert, move",
  i32Alu: "integer, address",
  i32Mul: "multiply, add",
  i32Div: "divide, root",
  i32Bits: "integer, address",
  i32Compare: "compare, select",
  i64Alu: "integer, address",
  i64Mul: "multiply, add",
  i64Div: "divide, root",
  i64Shift: "integer, address",
  i64Bits: "integer, address",
  i64Compare: "compare, select",
  i64Convert: "convert, move",
  select: "compare, select",
  branchTaken: "branch, call",
  branchNotTaken: "branch, call",
  branchTable: "branch, call",
  call: "branch, call",
  callIndirect: "branch, call",
  global: "convert, move",
  drop: "convert, move",
};

export interface GroupShare {
  group: OpGroup;
  /** Of the inference, 0 to 1. */
  share: number;
}

export interface KernelShare {
  name: string;
  /** A time step. */
  calls: number;
  share: number;
  groups: GroupShare[];
}

export interface LayerEnergy {
  name: string;
  kind: string;
  share: number;
  kernels: KernelShare[];
}

/** One inference of an entry, taken apart. Shares of each level add up to 1. */
export interface EnergyTree {
  id: string;
  energyUj: number;
  groups: GroupShare[];
  /** Null for a record without its network. */
  layers: LayerEnergy[] | null;
  unfolds: UnfoldCost | null;
}

/** An ODE is solved in equal unfolds; what is not in one of them is done once a step. */
export interface UnfoldCost {
  count: number;
  /** Share of the inference that one of them takes. */
  share: number;
}

/** Groups alone, from what an entry holds; null where it holds too little. */
export function groupsOf(entry: Entry, coefficients: Coefficients | null): GroupShare[] | null {
  if (entry.breakdown === undefined || coefficients === null) return null;
  const cycles = new Map<OpGroup, number>();
  const add = (group: OpGroup, more: number) => cycles.set(group, (cycles.get(group) ?? 0) + more);
  for (const [name, n] of Object.entries(entry.breakdown.classes)) {
    add(GROUP_OF[name as OpClass] ?? "integer, address", n * (coefficients.get(`cycles.${name}`)?.[0] ?? 0));
  }
  for (const [name, n] of Object.entries(entry.breakdown.kernels)) {
    add("multiply, add", n * (coefficients.get(`cyclesPerMac.${name}`)?.[0] ?? 0));
  }
  for (const [name, n] of Object.entries(entry.breakdown.rows ?? {})) {
    add("multiply, add", n * (coefficients.get(`cyclesPerRow.${name}`)?.[0] ?? 0));
  }
  const total = [...cycles.values()].reduce((sum, one) => sum + one, 0);
  return total === 0 ? null : sharesOf(cycles, total);
}

/** Layers and kernels of a network on a board. What the board's port supplies is priced by MAC and row, a "multiply, add". */
export function layersOf(profile: NetworkProfile, board: Board): LayerEnergy[] {
  const layers = profile.layers.map((layer) => {
    const kernels = layer.kernels.map((kernel) => {
      const ported = board.portKernels[kernel.name];
      const price = ported === undefined || kernel.macs === 0 ? undefined : board.cycles.kernels[ported];
      const cycles =
        price === undefined
          ? cyclesByGroup(kernel.classes, board)
          : new Map<OpGroup, number>([
              ["multiply, add", kernel.macs * price.typ + kernel.rows * (price.perRow?.typ ?? 0)],
            ]);
      return { name: kernel.name, calls: kernel.calls, cycles };
    });
    const rest = addCounts(
      layer.kernels.map(({ classes }) => classes),
      -1,
      layer.classes,
    );
    kernels.push({ name: "other", calls: 1, cycles: cyclesByGroup(rest, board) });
    return { name: layer.name, kind: layer.kind, kernels };
  });
  const total = layers.flatMap(({ kernels }) => kernels).reduce((sum, { cycles }) => sum + sumOf(cycles), 0);
  return layers.map(({ name, kind, kernels }) => {
    const shares = kernels
      .map((kernel) => ({
        name: kernel.name,
        calls: kernel.calls,
        share: sumOf(kernel.cycles) / total,
        groups: sharesOf(kernel.cycles, total),
      }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share);
    return { name, kind, share: shares.reduce((sum, { share }) => sum + share, 0), kernels: shares };
  });
}

/**
 * What one unfold takes, exactly: the profile with `count` unfolds less that with one fewer.
 * `fewer` is the profile of the same network with `count` - 1 unfolds.
 */
export function unfoldCost(
  profile: NetworkProfile,
  fewer: NetworkProfile,
  count: number,
  board: Board,
): UnfoldCost {
  const cycles = (one: NetworkProfile) => sumOf(cyclesByGroup(one.classes, board));
  const whole = cycles(profile);
  return { count, share: whole === 0 ? 0 : (whole - cycles(fewer)) / whole };
}

function cyclesByGroup(classes: OpCounts, board: Board): Map<OpGroup, number> {
  const cycles = new Map<OpGroup, number>();
  for (const [name, n] of Object.entries(classes) as [OpClass, number][]) {
    const group = GROUP_OF[name];
    cycles.set(group, (cycles.get(group) ?? 0) + n * (board.cycles.classes[name]?.typ ?? 0));
  }
  return cycles;
}

function sharesOf(cycles: ReadonlyMap<OpGroup, number>, total: number): GroupShare[] {
  return OP_GROUPS.flatMap((group) => {
    const share = (cycles.get(group) ?? 0) / total;
    return share > 0 ? [{ group, share }] : [];
  });
}

function sumOf(cycles: ReadonlyMap<OpGroup, number>): number {
  return [...cycles.values()].reduce((sum, one) => sum + one, 0);
}
