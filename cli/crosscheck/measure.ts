// Networks on one board, one after the other: outputs compared bit for bit, steps counted.

import type { EmulatedBoard } from "../../bindings/board/emulated.ts";
import type { NetworkProfile } from "../../bindings/count/op-profile.ts";
import type { DeviceSession } from "../../bindings/device/device-session.ts";
import { expectSameCore } from "../../bindings/device/mcu-connection.ts";
import { differingWords, encodeRow, expectedRows } from "../../bindings/device/records.ts";
import { runRow } from "../../bindings/device/run-on-device.ts";
import type { MeasuredNetwork } from "../../bindings/estimate/calibrate.ts";
import { countsByKernel } from "../../bindings/estimate/counts.ts";
import type { Network } from "../../bindings/network.ts";
import { ticksToCount } from "../firmware/emulator.ts";
import { noiseSequence } from "../noise.ts";

export interface Measurement extends MeasuredNetwork {
  precision: string;
  /** Words of outputs and final states that differ from the core on this machine. */
  differing: number;
  profile: NetworkProfile;
}

/** Time steps of each network; the count is their mean. */
const STEPS = 4;

export async function measureNetworks(
  board: EmulatedBoard,
  session: DeviceSession,
  networks: readonly Network[],
  onNetwork: (done: number, name: string) => void,
): Promise<Measurement[]> {
  const hello = await session.hello();
  await expectSameCore(hello, board.id);
  const measurements: Measurement[] = [];
  for (const network of networks) {
    onNetwork(measurements.length, network.name);
    const { compiled } = network;
    const profile = await network.profileOperations();
    const row = encodeRow(compiled, noiseSequence(compiled.input.length, STEPS), 0);
    const [expected] = await expectedRows(compiled, [row]);
    const dataBytes = await session.upload(compiled.image, compiled.arenaBytes);
    const done = await runRow(session, compiled, row, dataBytes);
    measurements.push({
      id: network.name,
      cell: network.config.class,
      precision: compiled.precision,
      kernels: countsByKernel(profile, board),
      measured: ticksToCount(board, Number(done.ticks), hello.tickHz) / STEPS,
      differing:
        differingWords(done.records, expected!.records, compiled) +
        differingWords(done.state, expected!.state, compiled),
      profile,
    });
  }
  return measurements;
}
