import { complain } from "../errors.ts";
import { oneLine } from "../network/printable.ts";
import { HelloFlag, PROTOCOL_VERSION } from "./protocol.ts";

/** What a firmware says of itself. */
export interface Hello {
  /** Id of the platform, as in boards/. */
  board: string;
  /** Version of liquid-edge that the firmware was built with. */
  version: string;
  /** Kernels that the port supplies instead of the core's. */
  portKernels: string[];
  /** CRC-32 of the core.wasm that the firmware was made from. */
  coreCrc: number;
  /** Whether no silicon is behind it. */
  emulated: boolean;
  /** Whether floats are as IEEE 754 says; without it only integer images run. */
  floatOk: boolean;
  /** What the self-test at boot came to. */
  floatHash: number;
  /** Of the core. */
  clockHz: number;
  /** Of the counter that inferences are timed with. */
  tickHz: number;
  /** RAM for image, arena and data. */
  poolBytes: number;
  /** What the firmware set aside. */
  stackBytes: number;
  /** The most that was used since the start. */
  stackUsedBytes: number;
  /** Whether MLPerf timestamps are edges on the marker pin instead of text. */
  energyMode: boolean;
  /** The image that can run now. */
  model: {
    imageBytes: number;
    imageCrc: number;
    arenaBytes: number;
    dataBytes: number;
    inFlash: boolean;
  } | null;
}

const WORDS = 12;

/** @throws LiquidEdgeError `device-refused` for another version of the protocol */
export function parseHello(body: Uint8Array, source: string): Hello {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const version = body.length < 4 ? 0 : view.getUint16(0, true);
  if (version !== PROTOCOL_VERSION || body.length < 4 * WORDS) {
    throw complain("device-refused", source, {
      expected: `firmware of protocol version ${PROTOCOL_VERSION}`,
      found: `version ${version}`,
      hint: "build and flash the firmware of this version of liquid-edge",
    });
  }
  const flags = view.getUint16(2, true);
  const has = (flag: number) => (flags & flag) !== 0;
  const word = (i: number) => view.getUint32(4 * i, true);
  const names = String.fromCharCode(...body.subarray(4 * WORDS)).split("\0");
  const [board = "", firmware = "", kernels = ""] = names.map((name) => oneLine(name));
  return {
    board,
    version: firmware,
    portKernels: kernels === "" ? [] : kernels.split(","),
    coreCrc: word(1),
    emulated: has(HelloFlag.EMULATED),
    floatOk: has(HelloFlag.FLOAT_OK),
    floatHash: word(2),
    clockHz: word(3),
    tickHz: word(4),
    poolBytes: word(5),
    stackBytes: word(10),
    stackUsedBytes: word(11),
    energyMode: has(HelloFlag.ENERGY_MODE),
    model: has(HelloFlag.MODEL)
      ? {
          imageBytes: word(6),
          imageCrc: word(7),
          arenaBytes: word(8),
          dataBytes: word(9),
          inFlash: has(HelloFlag.IN_FLASH),
        }
      : null,
  };
}
