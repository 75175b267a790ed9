// Thousands of sessions with faults on the way: all end in success or in a clear error, none with wrong outputs.

import { describe, expect, it } from "vitest";
import { missing } from "../../scripts/tools.ts";
import { FAULTS, type FaultedSession, faultCases, runSession } from "./faults.ts";
import { FULL } from "./full.ts";
import { buildHostFirmware, HostDevice } from "./host-device.ts";

const SESSIONS = FULL ? 10_000 : 350;
/** Of each kind; 10,000 sessions of seven kinds have 1,428. */
const LEAST_OF_A_KIND = FULL ? 500 : 40;
const LONGEST_MS = 600_000;

describe.skipIf(missing("wasm2c", "gcc"))("sessions with faults", () => {
  it(`${SESSIONS} of them end in success or a clear error`, async () => {
    const firmware = buildHostFirmware();
    const device = new HostDevice(firmware.file);
    const sessions: FaultedSession[] = [];
    try {
      await device.banner;
      const cases = await faultCases();
      for (let seed = 0; seed < SESSIONS; seed++) sessions.push(await runSession(device, cases, seed));
    } finally {
      device.dispose();
      firmware.dispose();
    }
    const outcomes = new Set(sessions.map(({ outcome }) => outcome));
    const allowed = ["success", "device-lost", "device-silent", "device-refused"];
    expect([...outcomes].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
    expect(sessions.filter(({ closed }) => !closed)).toEqual([]);
    expect(sessions.filter(({ simulatedMs }) => simulatedMs > LONGEST_MS)).toEqual([]);
    for (const fault of FAULTS) {
      const hit = sessions.filter((session) => session.fault === fault && session.faults > 0);
      // A connection that is cut late, after all is done, has not been hit: half of a short campaign's are.
      const isOnce = !FULL && (fault === "cut" || fault === "reset");
      expect(hit.length, fault).toBeGreaterThanOrEqual(LEAST_OF_A_KIND / (isOnce ? 2 : 1));
    }
    const repaired = sessions.filter(
      ({ outcome, retransmissions }) => outcome === "success" && retransmissions > 0,
    );
    expect(repaired.length).toBeGreaterThan(sessions.length / 5);
    console.log(summary(sessions));
  }, 3_600_000);
});

function summary(sessions: readonly FaultedSession[]): string {
  return FAULTS.map((fault) => {
    const of = sessions.filter((session) => session.fault === fault);
    const counts = new Map<string, number>();
    for (const { outcome } of of) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    const hit = of.filter(({ faults }) => faults > 0).length;
    const outcomes = [...counts].map(([outcome, n]) => `${outcome} ${n}`).join(", ");
    return `${fault}: ${hit} of ${of.length} sessions hit; ${outcomes}`;
  }).join("\n");
}
