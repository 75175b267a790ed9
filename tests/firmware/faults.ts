// Sessions with faults on the way: each uploads a network and runs it. A session ends in the right outputs or in an error that
// says what is wrong.

import { DeviceSession } from "../../bindings/device/device-session.ts";
import { Region } from "../../bindings/device/protocol.ts";
import {
  type DeviceRow,
  differingWords,
  encodeRow,
  expectedRows,
  type RowResult,
  stateWindow,
} from "../../bindings/device/records.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { randomModel, randomSequence, TestRandom } from "../network/random-model.ts";
import { type HostDevice, HostLink, type Wire } from "./host-device.ts";

export const FAULTS = ["dropped", "doubled", "flipped", "delayed", "inserted", "cut", "reset"] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultedSession {
  seed: number;
  fault: Fault;
  /** Faults that happened. */
  faults: number;
  connections: number;
  retransmissions: number;
  /** `success`, `wrong`, or the code of an error. */
  outcome: string;
  /** Every link was given back. */
  closed: boolean;
  simulatedMs: number;
}

export interface FaultCase {
  compiled: CompiledNetwork;
  row: DeviceRow;
  expected: RowResult;
}

const CASES = 12;
const STEPS = 4;
/** How often a user would plug it in again. */
const CONNECTIONS = 6;

/** Small networks, so that a session takes a few dozen frames. */
export async function faultCases(): Promise<FaultCase[]> {
  return Promise.all(
    Array.from({ length: CASES }, async (_, seed) => {
      const model = randomModel(seed, { maxUnits: 8, maxInputs: 3 });
      const compiled = compile(model);
      const sequence = {
        batch: 1,
        steps: STEPS,
        features: compiled.input.length,
        ...randomSequence(seed, model, STEPS),
      };
      const row = encodeRow(compiled, sequence, 0);
      const [expected] = await expectedRows(compiled, [row]);
      return { compiled, row, expected: expected! };
    }),
  );
}

/** A session of its own seed: which network, which fault, how often. */
export async function runSession(
  device: HostDevice,
  cases: readonly FaultCase[],
  seed: number,
): Promise<FaultedSession> {
  const random = new TestRandom(seed);
  const fault = FAULTS[seed % FAULTS.length]!;
  const one = cases[Math.floor(random.next() * cases.length)]!;
  const counter = { faults: 0, wantsReset: false };
  // From a fault in a thousand bytes, which most sessions survive, to one in fifty, which few do.
  const rate = 0.001 * 20 ** random.next();
  const wire = faulty(fault, rate, random, counter);
  const started = device.nowUs;
  const session: FaultedSession = {
    seed,
    fault,
    faults: 0,
    connections: 0,
    retransmissions: 0,
    outcome: "",
    closed: true,
    simulatedMs: 0,
  };
  for (
    session.outcome = "device-lost";
    session.outcome === "device-lost" && session.connections < CONNECTIONS;
  ) {
    if (counter.wantsReset) {
      counter.wantsReset = false;
      await device.reset();
    }
    session.connections++;
    const link = new HostLink(device, wire, wire);
    const talk = new DeviceSession(link);
    try {
      session.outcome = await use(talk, one);
    } catch (error) {
      if (!(error instanceof LiquidEdgeError)) throw error;
      session.outcome = error.code;
    } finally {
      await talk.close();
    }
    session.retransmissions += talk.retransmissions;
    session.closed &&= link.isClosed;
  }
  session.faults = counter.faults;
  session.simulatedMs = (device.nowUs - started) / 1000;
  return session;
}

/** Uploads the network and runs it: `success`, or `wrong`. */
export async function use(session: DeviceSession, { compiled, row, expected }: FaultCase): Promise<string> {
  await session.hello();
  await session.upload(compiled.image, compiled.arenaBytes);
  const window = stateWindow(compiled);
  await session.run(0, { reset: true });
  if (row.state !== null) await session.write(Region.ARENA, window.at, row.state);
  await session.write(Region.DATA, 0, row.records);
  const { status, steps } = await session.run(row.steps);
  if (status !== 0 || steps !== row.steps) return "wrong";
  const records = await session.read(Region.DATA, 0, row.records.length);
  const state = await session.read(Region.ARENA, window.at, window.bytes);
  const differing =
    differingWords(records, expected.records, compiled) + differingWords(state, expected.state, compiled);
  return differing === 0 ? "success" : "wrong";
}

/** A wire on which `fault` happens to a byte with the chance `rate`. */
export function faulty(
  fault: Fault,
  rate: number,
  random: TestRandom,
  counter: { faults: number; wantsReset: boolean },
): Wire {
  return (bytes) => {
    const pieces: ReturnType<Wire> = [];
    let piece: number[] = [];
    let silenceUs = 0;
    const close = () => {
      if (piece.length > 0 || silenceUs > 0) pieces.push({ silenceUs, bytes: Uint8Array.from(piece) });
      piece = [];
      silenceUs = 0;
    };
    for (const byte of bytes) {
      // A connection is cut a few times in a session, not once in a hundred bytes.
      const p = fault === "cut" || fault === "reset" ? rate / 10 : rate;
      if (random.next() >= p) {
        piece.push(byte);
        continue;
      }
      counter.faults++;
      switch (fault) {
        case "dropped":
          break;
        case "doubled":
          piece.push(byte, byte);
          break;
        case "flipped":
          piece.push(byte ^ (1 << Math.floor(random.next() * 8)));
          break;
        case "inserted":
          piece.push(Math.floor(random.next() * 256), byte);
          break;
        case "delayed":
          close();
          silenceUs = Math.floor(random.next() * 150_000);
          piece.push(byte);
          break;
        case "reset":
          counter.wantsReset = true;
          close();
          pieces.push(null);
          return pieces;
        case "cut":
          close();
          pieces.push(null);
          return pieces;
      }
    }
    close();
    return pieces;
  };
}
