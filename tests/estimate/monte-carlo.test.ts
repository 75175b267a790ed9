// The interval against a second implementation: independent pseudo-random draws, no tables, the formulas as written.

import { beforeAll, describe, expect, it } from "vitest";
import type { Board, Figure } from "../../bindings/board/board.ts";
import type { OpProfile } from "../../bindings/count/op-profile.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { uncertainBoard } from "./boards.ts";

const PROFILE: OpProfile = {
  classes: { f32Add: 20_000, f32Mul: 9_000, f32Load: 30_000, drop: 5_000, i32Alu: 12_000 },
  macs: [{ kernel: "int8-scalar", count: 4_000 }],
};
const RATE_HZ = 250;

/** Normal pairs by G. Marsaglia's polar method over a 64-bit multiplicative generator. */
function* normals(seed: bigint): Generator<number, never> {
  let state = seed * 2n + 1n;
  const uniform = () => {
    state = (state * 0xda942042e4dd58b5n) & ((1n << 64n) - 1n);
    return Number(state >> 11n) / 2 ** 53;
  };
  for (;;) {
    const x = 2 * uniform() - 1;
    const y = 2 * uniform() - 1;
    const s = x * x + y * y;
    if (s === 0 || s >= 1) continue;
    const factor = Math.sqrt((-2 * Math.log(s)) / s);
    yield x * factor;
    yield y * factor;
  }
}

function drawn({ typ, min, max }: Figure, z: number): number {
  if (typ === 0) return (Math.max(0, z) / 1.6448536) * max;
  const low = min === 0 ? 0.25 : min;
  return Math.exp(Math.log(typ) + (z * Math.log(z < 0 ? typ / low : max / typ)) / 1.6448536);
}

function bruteForce(board: Board, draws: number) {
  const point = board.operatingPoints[0]!;
  const stop = point.idle.stop!;
  const normal = normals(20_240_607n);
  const energyUj: number[] = [];
  const averagePowerUw: number[] = [];
  for (let i = 0; i < draws; i++) {
    const z = normal.next().value;
    let cycles = 0;
    for (const [name, count] of Object.entries(PROFILE.classes)) {
      cycles += count * drawn(board.cycles.classes[name as "f32Add"]!, z);
    }
    for (const { kernel, count } of PROFILE.macs) cycles += count * drawn(board.cycles.kernels[kernel]!, z);
    const activeW = drawn(point.activeCurrentMa, normal.next().value) * 1e-3 * point.supplyV;
    const idleW = drawn(stop.currentMa, normal.next().value) * 1e-3 * point.supplyV;
    const wakeSeconds = drawn(stop.wakeUs, normal.next().value) * 1e-6;
    const activeSeconds = cycles / point.clockHz;
    const busySeconds = Math.min(1 / RATE_HZ, activeSeconds + wakeSeconds);
    energyUj.push(activeSeconds * activeW * 1e6);
    averagePowerUw.push((busySeconds * activeW + (1 / RATE_HZ - busySeconds) * idleW) * RATE_HZ * 1e6);
  }
  const ends = (values: number[]) => {
    values.sort((a, b) => a - b);
    return { min: values[Math.round(0.05 * draws)]!, max: values[Math.round(0.95 * draws)]! };
  };
  return { energyUj: ends(energyUj), averagePowerUw: ends(averagePowerUw) };
}

describe("the 90 % interval", () => {
  const board = uncertainBoard();
  const options = { platform: board, rateHz: RATE_HZ };
  let expected: ReturnType<typeof bruteForce>;
  beforeAll(() => {
    expected = bruteForce(board, 400_000);
  });

  it.each(["energyUj", "averagePowerUw"] as const)(
    "agrees with 400,000 independent draws within 2 %% in %s",
    (name) => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const estimate = new EnergySimulator({ ...options, seed }).estimate(PROFILE);
        expect(estimate[name].min / expected[name].min).toBeGreaterThan(0.98);
        expect(estimate[name].min / expected[name].min).toBeLessThan(1.02);
        expect(estimate[name].max / expected[name].max).toBeGreaterThan(0.98);
        expect(estimate[name].max / expected[name].max).toBeLessThan(1.02);
      }
    },
  );

  it("is the same for the same seed, bit by bit, and another for another", () => {
    const first = new EnergySimulator({ ...options, seed: 7 }).estimate(PROFILE);
    const again = new EnergySimulator({ ...options, seed: 7 }).estimate(PROFILE);
    const other = new EnergySimulator({ ...options, seed: 8 }).estimate(PROFILE);
    expect(again).toEqual(first);
    expect(other.energyUj).not.toEqual(first.energyUj);
    expect(other.energyUj.typ).toBe(first.energyUj.typ);
  });

  it("is that of the cycles alone when nothing else is uncertain", () => {
    const exactCurrent = uncertainBoard();
    const point = exactCurrent.operatingPoints[0]!;
    point.activeCurrentMa = { ...point.activeCurrentMa, min: 10, max: 10 };
    const { energyUj, latencyUs } = new EnergySimulator({ platform: exactCurrent }).estimate(PROFILE);
    // 10 mA at 2 V: 20 nJ a microsecond.
    expect(Math.abs(energyUj.min / (latencyUs.min * 0.02) - 1)).toBeLessThan(0.01);
    expect(Math.abs(energyUj.max / (latencyUs.max * 0.02) - 1)).toBeLessThan(0.01);
  });
});
