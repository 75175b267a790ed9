// What firmware takes beside the network: sizes that scripts/measure-firmware.ts read from built files. A platform without
// firmware of its own is given that of another one with its core.

/** Bytes of one board's firmware as one compiler built it, without a network. */
export interface FirmwareRecord {
  board: string;
  /** As `core.name` in board.json. */
  core: string;
  compiler: string;
  /** CRC-32 of core.wasm, hexadecimal. */
  coreCrc: string;
  version: string;
  /** Kernels of the port instead of the core's. */
  portKernels: string[];
  codeIn: "flash" | "ram";
  codeBytes: number;
  /** Constants: the core's tables, texts of the protocol. */
  tablesBytes: number;
  /** Initial values of variables. */
  dataBytes: number;
  /** RAM of all variables. */
  variablesBytes: number;
  /** RAM that is kept for the stack. */
  stackBytes: number;
  /** What the linker leaves of the RAM: room for image, arena and the data of a run. */
  poolBytes: number;
}

/** Firmware on a platform; `estimated` when it was measured on another board. */
export interface Firmware
  extends Pick<
    FirmwareRecord,
    | "board"
    | "compiler"
    | "codeIn"
    | "codeBytes"
    | "tablesBytes"
    | "dataBytes"
    | "variablesBytes"
    | "stackBytes"
  > {
  basis: "measured" | "estimated";
  /** RAM that the linker leaves; null where it is estimated: the board's RAM less what the firmware takes. */
  poolBytes: number | null;
}

/** The sizes of a record, as those of another board or its own. */
export function firmwareFrom(record: FirmwareRecord, basis: Firmware["basis"]): Firmware {
  const { core: _, coreCrc, version, portKernels, poolBytes, ...sizes } = record;
  return basis === "measured"
    ? { ...sizes, basis, poolBytes }
    : // Where a linker script puts code is the other board's affair.
      { ...sizes, codeIn: "flash", basis, poolBytes: null };
}

/** Bytes of flash and of RAM that firmware takes before any network. */
export function firmwareTotals(firmware: Firmware): { flashBytes: number; ramBytes: number } {
  const { codeIn, codeBytes, tablesBytes, dataBytes, variablesBytes, stackBytes } = firmware;
  const ramBytes = variablesBytes + stackBytes;
  return codeIn === "flash"
    ? { flashBytes: codeBytes + tablesBytes + dataBytes, ramBytes }
    : { flashBytes: 0, ramBytes: codeBytes + tablesBytes + ramBytes };
}
