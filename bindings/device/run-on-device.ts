// Rows of a sequence on a device.

import { StepStatus } from "../core/exports.ts";
import { complain } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import type { DeviceSession } from "./device-session.ts";
import { Region } from "./protocol.ts";
import { type DeviceRow, type RowResult, recordLayout, stateWindow } from "./records.ts";

/** A request should not compute for longer, so that a lost reply is noticed. */
const BATCH_MS = 500;

export interface DeviceRowResult extends RowResult {
  /** Of the device's counter, over all steps. */
  ticks: bigint;
  leastTicks: number;
  mostTicks: number;
}

/**
 * Runs a row on the image that the device holds.
 * @param dataBytes bytes that the device has for steps
 * @throws LiquidEdgeError `device-refused` when not even one step fits
 */
export async function runRow(
  session: DeviceSession,
  compiled: CompiledNetwork,
  row: DeviceRow,
  dataBytes: number,
  onStep: (done: number) => void = () => {},
): Promise<DeviceRowResult> {
  const { stride } = recordLayout(compiled);
  const window = stateWindow(compiled);
  const capacity = Math.floor(dataBytes / stride);
  if (capacity < 1) {
    throw complain("device-refused", "device", {
      expected: `${stride} bytes of RAM for a step beside image and arena`,
      found: `${dataBytes}`,
    });
  }
  await session.run(0, { reset: true });
  if (row.state !== null) await session.write(Region.ARENA, window.at, row.state);
  const records = row.records.slice();
  const result = { ticks: 0n, leastTicks: Number.POSITIVE_INFINITY, mostTicks: 0 };
  // The first step alone says how many go into a request.
  let batch = 1;
  for (let at = 0; at < row.steps; ) {
    const steps = Math.min(batch, capacity, row.steps - at);
    const bytes = records.subarray(at * stride, (at + steps) * stride);
    await session.write(Region.DATA, 0, bytes);
    const started = performance.now();
    const report = await session.run(steps);
    const stepMs = (performance.now() - started) / steps;
    if (report.status !== StepStatus.OK) {
      throw complain("bad-input", "device", {
        expected: "steps that the core accepts",
        found: `status ${report.status} in step ${at + report.steps - 1}`,
      });
    }
    records.set(await session.read(Region.DATA, 0, bytes.length), at * stride);
    result.ticks += report.ticks;
    result.leastTicks = Math.min(result.leastTicks, report.leastTicks);
    result.mostTicks = Math.max(result.mostTicks, report.mostTicks);
    at += steps;
    batch = Math.max(1, Math.floor(BATCH_MS / stepMs));
    onStep(at);
  }
  return { records, state: await session.read(Region.ARENA, window.at, window.bytes), ...result };
}
